import type { Block } from '../block.ts';
import type { ElementLines } from '../ndjson/line-parser.ts';
import { Pieces } from '../pieces.ts';
import { countReturns } from './count-returns.ts';

const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;
const SPACE = 32;

/** A piece of lines, and what of its elements ends in it. */
export interface ElementPiece {
  bytes: Uint8Array;
  /** Byte offset in the source of its first byte. */
  offset: number;
  /** Elements that end in it; behind each stands a line feed. */
  ends: number;
  /** Where the last of these line feeds ends. */
  lastEnd: number;
  /** Line of the source there. */
  lastEndLine: number;
  /** Line of the source at the end of the piece. */
  line: number;
  /** How many of each element's line feeds are not in the source; undefined: only white space has come. */
  inserted: 0 | 1 | undefined;
}

/**
 * Collects the lines of elements into blocks. An element over `maxLine` bytes ends its block, so that the
 * parser sees enough of it to reject it, and the rest of it is dropped.
 */
export class ElementBlocks {
  readonly #maxLine: number;
  readonly #blockSize: number;
  readonly #pieces = new Pieces();
  #ready: Block<ElementLines>[] = [];
  /** Place in the source of the first byte in the pieces. */
  #offset = 0;
  #line = 1;
  /** Bytes behind the last element's end, and the line there. */
  #tail = 0;
  #tailLine = 1;
  /** Line of the next byte. */
  #nextLine = 1;
  /** Line feeds in the pieces that are not in the source. */
  #count = 0;
  #inserted: 0 | 1 = 0;
  #skipping = false;
  /** What comes next goes on where the block before ended. */
  #continues = false;

  constructor(options: { maxLine: number; blockSize: number }) {
    this.#maxLine = options.maxLine;
    this.#blockSize = options.blockSize;
  }

  /** What comes next stands somewhere else in the source. */
  begin(offset: number, line: number): void {
    this.close();
    this.#offset = offset;
    this.#line = this.#nextLine = line;
  }

  /**
   * Takes bytes of the source that stand between elements and belong to none, as an empty line. `line` is
   * the line of the source behind them. The last of them but line ends becomes the line feed.
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

  /** Ends the block: what comes next does not go with it. */
  close(): void {
    this.#tail = 0;
    this.#tailLine = this.#nextLine;
    if (this.#pieces.size > 0) this.#cut();
    this.#continues = false;
  }

  /** The blocks that have ended. */
  take(): Block<ElementLines>[] {
    const ready = this.#ready;
    this.#ready = [];
    return ready;
  }

  /** What has come but for the tail, which begins the next block. */
  #cut(): void {
    const bytes = this.#pieces.size - this.#tail;
    this.#ready.push({
      pieces: this.#pieces.take(this.#tail),
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

  /** Drops what belongs to an element that is too long. */
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
