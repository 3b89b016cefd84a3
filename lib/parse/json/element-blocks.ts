import { CARRIAGE_RETURN, LINE_FEED, SPACE } from '../../ascii.ts';
import type { Block } from '../block.ts';
import type { ElementLines } from '../ndjson/line-parser.ts';
import { Pieces } from '../pieces.ts';
import { countReturns } from './count-returns.ts';

/** A piece of the lines that the kernel writes or rewrites, one element of the document per line. */
export interface ElementPiece {
  bytes: Uint8Array;
  /** Offset of the first byte in the source. */
  offset: number;
  /** Number of elements that end in the piece. A line feed follows each. */
  ends: number;
  /** Index in `bytes` after the last of these line feeds. */
  lastEnd: number;
  /** Line of the source at `lastEnd`. */
  lastEndLine: number;
  /** Line of the source at the end of the piece. */
  line: number;
  /** Line feeds per element that are not in the source. Undefined if the piece is only white space. */
  inserted: 0 | 1 | undefined;
}

/**
 * Collects the lines of elements into blocks. An element over `maxLine` bytes ends its block, so that the parser sees
 * enough of it to reject it; the rest of the element is dropped.
 */
export class ElementBlocks {
  readonly #maxLine: number;
  readonly #blockSize: number;
  readonly #pieces = new Pieces();
  #ready: Block<ElementLines>[] = [];
  /** Byte offset and line in the source of the first byte in `#pieces`. */
  #offset = 0;
  #line = 1;
  /** Number of bytes after the end of the last element, and the line of the first of them. */
  #tail = 0;
  #tailLine = 1;
  /** Line of the next byte. */
  #nextLine = 1;
  /** Line feeds in `#pieces` that are not in the source. */
  #count = 0;
  #inserted: 0 | 1 = 0;
  #skipping = false;
  /** Whether the next block begins where the block before ended. */
  #continues = false;

  constructor(options: { maxLine: number; blockSize: number }) {
    this.#maxLine = options.maxLine;
    this.#blockSize = options.blockSize;
  }

  /** Ends the open block, and begins one at another position in the source. */
  begin(offset: number, line: number): void {
    this.close();
    this.#offset = offset;
    this.#line = this.#nextLine = line;
  }

  /**
   * Adds bytes of the source that are between elements and belong to none, as an empty line. They become spaces, line
   * ends become carriage returns, and the last of the spaces becomes the line feed.
   *
   * @param line line of the source after these bytes
   */
  addBlank(bytes: Uint8Array, line: number): void {
    const blank = bytes.map((byte) => (byte === LINE_FEED ? CARRIAGE_RETURN : SPACE));
    const feed = blank.lastIndexOf(SPACE);
    blank[feed] = LINE_FEED;
    this.#pieces.push(blank);
    this.#tail = blank.length - feed - 1;
    this.#nextLine = line;
    this.#tailLine = line - this.#tail;
  }

  /** Adds a piece, which follows the one before in the source. */
  add(piece: ElementPiece): void {
    const { inserted = this.#inserted, ends, lastEnd, lastEndLine, line } = piece;
    if (inserted !== this.#inserted) {
      this.close();
      this.#inserted = inserted;
    }
    const bytes = this.#skipping ? this.#skip(piece, inserted) : piece.bytes;
    this.#nextLine = line;
    if (bytes.length === 0) return;
    this.#pieces.push(bytes);
    if (ends === 0) this.#tail += bytes.length;
    else {
      this.#tail = piece.bytes.length - lastEnd;
      this.#tailLine = lastEndLine;
      this.#count += ends * inserted;
    }
    if (this.#tail > this.#maxLine) {
      this.#skipping = true;
      this.close();
    } else if (this.#pieces.size >= this.#blockSize && this.#tail < this.#pieces.size) this.#cut();
  }

  /** Ends the open block, so that the next bytes begin another one. */
  close(): void {
    this.#tail = 0;
    this.#tailLine = this.#nextLine;
    if (this.#pieces.size > 0) this.#cut();
    this.#continues = false;
  }

  /** Returns the blocks that have ended since the last call. */
  takeReady(): Block<ElementLines>[] {
    const ready = this.#ready;
    this.#ready = [];
    return ready;
  }

  /** Makes a block of all bytes but the tail, which begins the next block. */
  #cut(): void {
    const bytes = this.#pieces.size - this.#tail;
    this.#ready.push({
      pieces: this.#pieces.takeAllBut(this.#tail),
      offset: this.#offset,
      line: this.#line,
      continues: this.#continues,
      detail: { inserted: this.#inserted },
    });
    this.#offset += bytes - this.#count;
    this.#line = this.#tailLine;
    this.#count = 0;
    this.#continues = true;
  }

  /** Returns the bytes of a piece after the element that is too long. */
  #skip(piece: ElementPiece, inserted: number): Uint8Array {
    const { bytes, offset, ends, lastEnd, lastEndLine } = piece;
    if (ends === 0) return bytes.subarray(bytes.length);
    const first = bytes.indexOf(LINE_FEED) + 1;
    this.#skipping = false;
    this.#count = -inserted;
    this.#offset = offset + first - inserted;
    this.#line = lastEndLine - countReturns(bytes.subarray(first, lastEnd));
    return bytes.subarray(first);
  }
}
