import type { Block } from './block.ts';

const LINE_FEED = 10;
/** A block ends with the first line end behind this many bytes. */
const BLOCK_SIZE = 4 << 20;

/**
 * Cuts bytes at line ends into blocks of whole lines. A line over `maxLine` bytes ends its block, so that
 * the parser sees enough of it to reject it, and the rest of it is dropped.
 */
export class LineCutter {
  readonly #maxLine: number;
  readonly #blockSize: number;
  #pieces: Uint8Array[] = [];
  #size = 0;
  /** Bytes behind the last line feed. */
  #tail = 0;
  #offset = 0;
  #skipping = false;

  constructor(options: { maxLine: number; blockSize?: number }) {
    this.#maxLine = options.maxLine;
    this.#blockSize = options.blockSize ?? BLOCK_SIZE;
  }

  /** Takes bytes, which belong to the blocks from then on. */
  *push(bytes: Uint8Array): Generator<Block> {
    const chunk = this.#skipping ? this.#skip(bytes) : bytes;
    if (chunk.length === 0) return;
    this.#pieces.push(chunk);
    this.#size += chunk.length;
    const feed = chunk.lastIndexOf(LINE_FEED);
    this.#tail = feed < 0 ? this.#tail + chunk.length : chunk.length - feed - 1;
    if (this.#tail > this.#maxLine) {
      // The bytes behind the last feed are more than a line may have, and go with the block.
      this.#skipping = true;
      this.#tail = 0;
      yield this.#cut();
    } else if (this.#size >= this.#blockSize && this.#tail < this.#size) {
      yield this.#cut();
    }
  }

  *end(): Generator<Block> {
    this.#tail = 0;
    if (this.#size > 0) yield this.#cut();
  }

  /** What has come but for the tail, a copy of which begins the next block. */
  #cut(): Block {
    const block: Block = { pieces: this.#pieces, offset: this.#offset };
    const rest: Uint8Array[] = [];
    for (let left = this.#tail; left > 0; ) {
      const last = block.pieces.pop() as Uint8Array;
      const taken = Math.min(left, last.length);
      rest.unshift(last.subarray(last.length - taken));
      if (taken < last.length) block.pieces.push(last.subarray(0, last.length - taken));
      left -= taken;
    }
    this.#offset += this.#size - this.#tail;
    this.#pieces = rest.length === 0 ? [] : [Uint8Array.from(Buffer.concat(rest))];
    this.#size = this.#tail;
    return block;
  }

  #skip(bytes: Uint8Array): Uint8Array {
    const feed = bytes.indexOf(LINE_FEED);
    const dropped = feed < 0 ? bytes.length : feed + 1;
    this.#offset += dropped;
    this.#skipping = feed < 0;
    return bytes.subarray(dropped);
  }
}
