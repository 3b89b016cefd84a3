import type { ObjectInfo } from '../../store/contract.ts';
import type { ReadableStore } from '../counting-store.ts';

/** Bytes of one read. While they are looked at, the next are on their way. */
const BLOCK = 4 << 20;
/** Reads that are on their way. */
const AHEAD = 2;

/** A part of a file: bytes from `start` to before `end`. */
export interface ByteRange {
  start: number;
  end: number;
}

/** Reads parts of a file from front to back, in large blocks and ahead of what is asked for. */
export class FileWindow {
  readonly #store: ReadableStore;
  readonly #object: ObjectInfo;
  readonly #blocks: Generator<ByteRange>;
  readonly #ahead: { start: number; bytes: Promise<Uint8Array> }[] = [];
  #bytes: Buffer = Buffer.alloc(0);
  #at = 0;

  /** @param ranges what will be read, in order and without overlap */
  constructor(store: ReadableStore, object: ObjectInfo, ranges: readonly ByteRange[]) {
    this.#store = store;
    this.#object = object;
    this.#blocks = blocksOf(ranges);
  }

  /** Resolves with bytes of the ranges. What comes before them cannot be read again. */
  async read(start: number, length: number): Promise<Buffer> {
    while (start + length > this.#at + this.#bytes.length) await this.#advance(start);
    return this.#bytes.subarray(start - this.#at, start - this.#at + length);
  }

  async #advance(start: number): Promise<void> {
    this.#fetch();
    const next = this.#ahead.shift();
    if (next === undefined) throw new RangeError(`byte ${start} is in no range`);
    this.#fetch();
    const bytes = await next.bytes;
    const kept = this.#bytes.subarray(Math.max(0, start - this.#at));
    const goesOn = next.start === this.#at + this.#bytes.length && kept.length > 0;
    this.#bytes = goesOn
      ? Buffer.concat([kept, bytes])
      : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    this.#at = next.start - (goesOn ? kept.length : 0);
  }

  #fetch(): void {
    while (this.#ahead.length < AHEAD) {
      const { value, done } = this.#blocks.next();
      if (done) return;
      const bytes = this.#store.read(this.#object, value.start, value.end);
      // The error is thrown when the block is awaited; until then it must not count as unhandled.
      bytes.catch(() => {});
      this.#ahead.push({ start: value.start, bytes });
    }
  }
}

/** Cuts ranges into blocks; ranges that follow each other are one. */
function* blocksOf(ranges: readonly ByteRange[]): Generator<ByteRange> {
  for (let index = 0; index < ranges.length; index++) {
    const { start } = ranges[index] as ByteRange;
    while (ranges[index + 1]?.start === ranges[index]?.end) index++;
    const { end } = ranges[index] as ByteRange;
    for (let at = start; at < end; at += BLOCK) yield { start: at, end: Math.min(end, at + BLOCK) };
  }
}
