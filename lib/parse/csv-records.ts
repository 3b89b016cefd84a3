const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;

/**
 * Finds where records of CSV end, without looking into their cells: the same grammar as that of the
 * scanner (lib/kernel/csv.ts), of which only quotes and line feeds matter here.
 */
export class RecordEnds {
  readonly #delimiter: number;
  /** -1: nothing is quoted. */
  readonly #quote: number;
  /** How far the bytes were looked at. */
  at = 0;
  /** Behind the last line feed that ends a record; 0 if there is none. */
  end = 0;
  /** Lines up to `end`. */
  lines = 0;
  /** Whether a quoted cell goes on at `at`. */
  inQuotes = false;
  /** Whether the record that goes on at `at` has a quote that breaks the grammar. */
  isBroken = false;
  #feeds = 0;

  constructor(delimiter: string, quote: string) {
    this.#delimiter = delimiter.charCodeAt(0);
    this.#quote = quote === '' ? -1 : quote.charCodeAt(0);
  }

  /**
   * Looks on up to `limit`, or to the first record end if that is enough. A quote whose meaning the bytes
   * behind `limit` decide is left for the next call.
   */
  advance(bytes: Uint8Array, limit: number, firstIsEnough: boolean): void {
    const quote = this.#quote;
    let { at, inQuotes } = this;
    for (; at < limit; at++) {
      const c = bytes[at];
      if (c === LINE_FEED) {
        this.#feeds++;
        if (inQuotes) continue;
        this.end = at + 1;
        this.lines = this.#feeds;
        this.isBroken = false;
        if (!firstIsEnough) continue;
        at++;
        break;
      } else if (c === quote) {
        if (!inQuotes) {
          inQuotes = this.#opens(bytes, at);
          if (!inQuotes) this.isBroken = true;
          continue;
        }
        const next = bytes[at + 1];
        if (at + 1 >= limit || (next === CARRIAGE_RETURN && at + 2 >= limit)) break;
        if (next === quote) at++;
        else if (this.#closes(bytes, at)) inQuotes = false;
        else this.isBroken = true;
      }
    }
    this.at = at;
    this.inQuotes = inQuotes;
  }

  /** The first `length` bytes, which are whole lines, were taken away. */
  forget(length: number, lines: number): void {
    this.at -= length;
    this.#feeds -= lines;
    this.end = 0;
    this.lines = 0;
  }

  /** Begins anew at the first byte. */
  restart(): void {
    this.at = this.end = this.lines = this.#feeds = 0;
    this.inQuotes = this.isBroken = false;
  }

  #opens(bytes: Uint8Array, at: number): boolean {
    return at === this.end || bytes[at - 1] === this.#delimiter;
  }

  #closes(bytes: Uint8Array, at: number): boolean {
    const next = bytes[at + 1];
    if (next === this.#delimiter || next === LINE_FEED) return true;
    return next === CARRIAGE_RETURN && bytes[at + 2] === LINE_FEED;
  }
}
