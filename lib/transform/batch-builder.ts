import { CARRIAGE_RETURN, LINE_FEED } from '../ascii.ts';
import { BatchPool } from '../batch/batch-pool.ts';
import { BATCH_TEXT, type EventBatch, NO_POSITION } from '../batch/event-batch.ts';
import type { Kernel } from '../batch/kernel.ts';
import type { Code, RejectCode, WarningCode } from '../codes.ts';
import { ImportError } from '../errors.ts';
import type { MappingPlan } from '../mapping/plan.ts';
import { KEPT_OF_LONG_LINES, MAX_LINE } from '../parse/ndjson/line-parser.ts';
import { Scanner } from '../parse/scanner.ts';
import { RowOrigins } from './row-origins.ts';

const BLANK = /^[ \t\r\n]*$/;

/** Options of `BatchBuilder`. */
export interface BuilderOptions {
  /** Longest event in bytes of JSON. Longer events are rejected. Default 16 MiB. */
  maxLine?: number;
}

/**
 * Builds batches from events that are given one at a time as JSON texts. The scanner of NDJSON lines scans them, so
 * an event has the same meaning however it arrives. Each row keeps the origin of its event: the position in the
 * source and the text there.
 *
 * `add`, `addFrom` and `rejectFrom` are synchronous; call `takeFull` soon after for the batches that they fill.
 */
export class BatchBuilder {
  readonly #kernel: Kernel;
  readonly #pool: BatchPool;
  readonly #scanner: Scanner;
  readonly #maxLine: number;
  readonly #origins: RowOrigins;
  #ready: EventBatch[] = [];
  #source = '';
  #batch: EventBatch | undefined;
  /**
   * Addresses in the batch's text: events are before `#end`, those from `#scanned` on are not scanned; source texts
   * begin at `#raws`.
   */
  #scanned = 0;
  #end = 0;
  #raws = 0;

  constructor(kernel: Kernel, plan: MappingPlan, options: BuilderOptions = {}) {
    this.#kernel = kernel;
    this.#maxLine = options.maxLine ?? MAX_LINE;
    this.#pool = new BatchPool(kernel);
    this.#scanner = new Scanner(kernel, plan, { maxLine: this.#maxLine });
    this.#origins = new RowOrigins(kernel.constant('MAX_ROWS'));
  }

  /** Top-level fields that no column uses, with the number of their occurrences. At most 100 names. */
  get ignored(): ReadonlyMap<string, number> {
    return this.#scanner.ignored;
  }

  /** Sets the source of the following events. */
  begin(source: string): void {
    if (source !== this.#source) this.#finish();
    this.#source = source;
  }

  /**
   * Adds an event.
   *
   * @param text JSON of the event
   * @param line line of the event in the source, from 1
   * @param offset byte offset of the event in the source
   * @param raw text of the event in the source, if that is not `text`
   */
  add(text: string, line: number, offset: number, raw?: string): void {
    const problem = this.#problemOf(text);
    if (problem !== undefined) {
      this.#reject(problem, line, offset, raw ?? text);
      return;
    }
    this.#makeRoom(mostBytes(text) + 1 + (raw === undefined ? 0 : mostBytes(raw)));
    this.#put(text);
    if (raw === undefined) this.#origins.push(line, offset);
    else {
      const length = this.#putRaw(raw);
      this.#origins.pushRaw(line, offset, this.#raws, length);
    }
  }

  /** Adds an event that was made from a row of another batch. The other batch is kept as long as the new row. */
  addFrom(text: string, from: EventBatch, row: number): void {
    const problem = this.#problemOf(text);
    if (problem !== undefined) {
      this.rejectFrom(problem, from, row);
      return;
    }
    const { line, offset } = from.place(row);
    const { start, length } = from.rawSlice(row);
    this.#makeRoom(mostBytes(text) + 1);
    this.#put(text);
    this.#current().keep(from);
    this.#origins.pushRaw(line, offset, start, length);
  }

  /**
   * Adds a row of another batch as a rejected or filtered event, without scanning it. The other batch is kept as long
   * as the new row.
   *
   * @param message replaces the standard message of the code
   */
  rejectFrom(code: Code, from: EventBatch, row: number, message?: string): void {
    this.#scan();
    this.#makeRoom(0);
    this.#current().keep(from);
    this.#pushReject(
      code,
      { ...from.rawSlice(row), ...from.place(row) },
      message ?? from.note(row),
    );
    const batch = this.#current();
    if (code === from.codeName(row)) batch.setDetail(batch.rows - 1, from.detail(row));
  }

  /** Adds the warnings that were counted in another batch. */
  countFrom(batch: EventBatch): void {
    const sums = this.#current().warnings;
    batch.warnings.forEach((times, code) => {
      sums[code] = (sums[code] as number) + times;
    });
  }

  /** Counts a warning several times. */
  count(code: WarningCode, times: number): void {
    if (times === 0) return;
    const sums = this.#current().warnings;
    const index = this.#kernel.code(code);
    sums[index] = (sums[index] as number) + times;
  }

  /** Returns the batches that have become full since the last call. */
  takeFull(): EventBatch[] {
    const ready = this.#ready;
    this.#ready = [];
    return ready;
  }

  /** Returns all remaining batches. The last one may not be full. */
  end(): EventBatch[] {
    this.#finish();
    return this.takeFull();
  }

  /** Frees the memory. Batches that are still in use are freed when they are released. */
  destroy(): void {
    this.#batch?.release();
    this.#batch = undefined;
    for (const batch of this.takeFull()) batch.release();
    this.#pool.close();
    this.#scanner.destroy();
  }

  #current(textCap = BATCH_TEXT): EventBatch {
    if (this.#batch === undefined) {
      this.#scanner.prepare();
      const batch = this.#pool.take(this.#scanner.keys, this.#source, textCap);
      this.#scanned = this.#end = batch.get('text');
      this.#raws = this.#end + batch.textCap;
      this.#batch = batch;
    }
    return this.#batch;
  }

  /** Returns the code with which a text is rejected before it is scanned; undefined for a text to scan. */
  #problemOf(text: string): RejectCode | undefined {
    if (isTooLong(text, this.#maxLine)) return 'line_too_long';
    return BLANK.test(text) ? 'invalid_json' : undefined;
  }

  /** Adds an event that is rejected without scanning it. */
  #reject(code: RejectCode, line: number, offset: number, raw: string): void {
    const kept = code === 'line_too_long' ? beginning(raw, KEPT_OF_LONG_LINES) : raw;
    this.#scan();
    this.#makeRoom(mostBytes(kept));
    const length = this.#putRaw(kept);
    this.#pushReject(code, { start: this.#raws, length, line, offset });
  }

  /** Makes sure that a row with this many bytes fits, in a new batch if necessary. */
  #makeRoom(bytes: number): void {
    let batch = this.#current(bytes);
    const isFull = batch.rows + this.#origins.count >= batch.get('rowCap');
    if (!isFull && this.#end + bytes <= this.#raws) return;
    this.#finish();
    batch = this.#current(bytes);
    if (this.#end + bytes > this.#raws) {
      throw new ImportError('E_INTERNAL', `no room for ${bytes} bytes in an empty batch`);
    }
  }

  /** Appends a text and a line feed. */
  #put(text: string): void {
    const { bytes } = this.#kernel;
    const start = this.#end;
    this.#end += bytes.write(text, start);
    // In JSON, line feeds are white space between tokens, as carriage returns are; anywhere else both are errors.
    const written = bytes.subarray(start, this.#end);
    for (let at = written.indexOf(LINE_FEED); at >= 0; at = written.indexOf(LINE_FEED, at)) {
      written[at] = CARRIAGE_RETURN;
    }
    bytes[this.#end++] = LINE_FEED;
  }

  /** Puts a source text before the others; returns its length. Its address is `#raws`. */
  #putRaw(raw: string): number {
    const length = Buffer.byteLength(raw);
    this.#raws -= length;
    this.#kernel.bytes.write(raw, this.#raws);
    return length;
  }

  #pushReject(
    code: Code,
    row: { start: number; length: number; line: number; offset: number },
    message?: string,
  ): void {
    const batch = this.#current();
    batch.pushReject(this.#kernel.code(code), row);
    batch.setDetail(batch.rows - 1, NO_POSITION);
    if (message !== undefined) batch.setNote(batch.rows - 1, message);
  }

  /** Scans the events that are not scanned yet. */
  #scan(): void {
    while (this.#batch !== undefined && this.#scanned < this.#end) {
      const batch = this.#batch;
      const first = batch.rows;
      batch.set('textEnd', this.#end);
      this.#scanned = this.#scanner.scan(batch, this.#scanned, this.#end, 0);
      this.#origins.assign(batch, first);
      if (this.#scanned < this.#end) this.#moveRest(batch);
    }
  }

  /**
   * Moves the events that are not scanned yet to a new batch, because the old one has no room for their entries or
   * rewritten bytes.
   */
  #moveRest(old: EventBatch): void {
    const { u8 } = this.#kernel;
    const [from, end, raws] = [this.#scanned, this.#end, this.#raws];
    const rawsEnd = old.get('text') + old.textCap;
    this.#batch = undefined;
    // An event that does not fit into an empty batch needs a larger one.
    const next = this.#current(old.rows === 0 ? 2 * old.textCap : old.textCap);
    u8.copyWithin(this.#end, from, end);
    this.#end += end - from;
    this.#raws -= rawsEnd - raws;
    u8.copyWithin(this.#raws, raws, rawsEnd);
    this.#origins.move(raws, rawsEnd, this.#raws - raws);
    next.keepAllOf(old);
    if (old.rows > 0) this.#ready.push(old);
    else old.release();
  }

  /** Ends the open batch. */
  #finish(): void {
    this.#scan();
    const batch = this.#batch;
    this.#batch = undefined;
    if (batch === undefined) return;
    if (batch.rows > 0) this.#ready.push(batch);
    else batch.release();
  }
}

/** Returns an upper bound for the length of a text in UTF-8, which is exact for long texts. */
function mostBytes(text: string): number {
  return text.length < 4096 ? text.length * 3 : Buffer.byteLength(text);
}

function isTooLong(text: string, most: number): boolean {
  return text.length > most || (text.length * 3 > most && Buffer.byteLength(text) > most);
}

/** Returns the text of the first bytes. */
function beginning(text: string, bytes: number): string {
  return Buffer.from(text.slice(0, bytes)).subarray(0, bytes).toString();
}
