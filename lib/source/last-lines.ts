const MOST_LINES = 10;
const MOST_BYTES = 8 << 10;
const LONGEST_LINE = 500;

/** Keeps the last lines of a text that may be endless. */
export class LastLines {
  #bytes: Buffer = Buffer.alloc(0);

  add(bytes: Uint8Array): void {
    this.#bytes = Buffer.concat([this.#bytes, bytes.subarray(-MOST_BYTES)]).subarray(-MOST_BYTES);
  }

  /** The lines, oldest first, without empty ones. A carriage return ends a line too, as in progress bars. */
  get lines(): string[] {
    return this.#bytes
      .toString('utf8')
      .split(/[\r\n]+/)
      .map((line) => line.trimEnd())
      .filter((line) => line !== '')
      .slice(-MOST_LINES)
      .map((line) => (line.length > LONGEST_LINE ? `${line.slice(0, LONGEST_LINE)}…` : line));
  }
}
