import { LINE_FEED } from '../../ascii.ts';
import { BLOCK_SIZE, type Block, type BlockCutter } from '../block.ts';
import { Pieces } from '../pieces.ts';

/** Length of a byte order mark, which does not count as part of the first line. */
const BOM_LENGTH = 3;

/**
 * Cuts bytes into blocks of whole lines. A line over `maxLine` bytes ends its block, so that the parser sees enough
 * of it to reject it; the rest of the line is dropped.
 */
export class LineCutter implements BlockCutter {
  readonly copies = false;
  readonly #longestTail: number;
  readonly #blockSize: number;
  readonly #pieces = new Pieces();
  /** Number of bytes after the last line feed. */
  #tail = 0;
  /** Offset in the source of the first byte in `#pieces`. */
  #offset = 0;
  /** Whether bytes are dropped up to the next line feed, because their line is too long. */
  #skipping = false;
  /** Whether the next block begins where the block before ended. */
  #continues = false;

  constructor(options: { maxLine: number; blockSize?: number }) {
    this.#longestTail = options.maxLine + BOM_LENGTH;
    this.#blockSize = options.blockSize ?? BLOCK_SIZE;
  }

  begin(): void {
    this.#tail = this.#offset = 0;
    this.#skipping = this.#continues = false;
  }

  *push(bytes: Uint8Array): Generator<Block> {
    const chunk = this.#skipping ? this.#skip(bytes) : bytes;
    if (chunk.length === 0) return;
    this.#pieces.push(chunk);
    const feed = chunk.lastIndexOf(LINE_FEED);
    this.#tail = feed < 0 ? this.#tail + chunk.length : chunk.length - feed - 1;
    if (this.#tail > this.#longestTail) {
      // The bytes after the last line feed are longer than a line may be, so they belong to this block.
      this.#skipping = true;
      this.#tail = 0;
      yield this.#cut();
      this.#continues = false;
    } else if (this.#pieces.size >= this.#blockSize && this.#tail < this.#pieces.size) {
      yield this.#cut();
    }
  }

  *end(): Generator<Block> {
    this.#tail = 0;
    if (this.#pieces.size > 0) yield this.#cut();
  }

  destroy(): void {}

  /** Makes a block of all bytes but the tail, which begins the next block. */
  #cut(): Block {
    const [offset, continues] = [this.#offset, this.#continues];
    this.#offset += this.#pieces.size - this.#tail;
    this.#continues = true;
    return { pieces: this.#pieces.takeAllBut(this.#tail), offset, continues };
  }

  /** Returns the bytes after the line that is too long. */
  #skip(bytes: Uint8Array): Uint8Array {
    const feed = bytes.indexOf(LINE_FEED);
    const dropped = feed < 0 ? bytes.length : feed + 1;
    this.#offset += dropped;
    this.#skipping = feed < 0;
    return bytes.subarray(dropped);
  }
}
