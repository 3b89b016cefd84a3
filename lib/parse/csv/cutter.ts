import { LINE_FEED } from '../../ascii.ts';
import { BATCH_TEXT } from '../../batch/event-batch.ts';
import type { Kernel } from '../../batch/kernel.ts';
import type { BlockCutter } from '../block.ts';
import { KEPT_OF_LONG_LINES, MAX_LINE } from '../ndjson/line-parser.ts';
import { type CsvBlock, CsvBlocks } from './blocks.ts';
import { HEAD_SIZE } from './dialect.ts';
import { readHead } from './head.ts';
import { type CsvOptions, checkCsvOptions } from './options.ts';
import { RecordEnds } from './record-ends.ts';
import { w3cParts } from './w3c-log.ts';

/** Options of `CsvCutter`. */
export interface CsvCutterOptions extends CsvOptions {
  /** Longest record in bytes. Default 16 MiB. */
  maxLine?: number;
  /** Bytes of records that make a batch. Default 256 KiB. */
  batchSize?: number;
}

const BOM = Buffer.from([0xef, 0xbb, 0xbf]);

/** The state of the current source. */
interface Current {
  source: string;
  /** Number of bytes in the buffer. */
  filled: number;
  /** Number of bytes in which a cut looks for record ends; more than those of a batch if a record is longer. */
  limit: number;
  /** Line and byte offset of the buffer's first byte in the source. */
  line: number;
  offset: number;
  /** Undefined until the header is read. */
  blocks: CsvBlocks | undefined;
  /** Whether `#Fields:` lines may change the columns. */
  isW3c: boolean;
  /** Whether bytes are dropped up to the next line feed, because their line is too long. */
  skipping: boolean;
}

/**
 * Cuts bytes of CSV at record ends into the text of batches, or into single records that are longer, and collects
 * these in blocks. The cuts depend only on the bytes, not on how they are cut into chunks.
 *
 * A record ends with its first line if a quote in it is misplaced, or is not closed before the end of the source or
 * within `maxLine`. The parser rejects that line. So a wrong quote never takes other records with it.
 */
export class CsvCutter implements BlockCutter {
  readonly copies = true;
  readonly #kernel: Kernel;
  readonly #options: CsvOptions;
  readonly #maxLine: number;
  readonly #batchSize: number;
  readonly #ends: RecordEnds;
  #buffer = 0;
  #capacity = 0;
  #current: Current | undefined;

  /** @throws ImportError E_USAGE for invalid options */
  constructor(kernel: Kernel, options: CsvCutterOptions = {}) {
    checkCsvOptions(options);
    this.#kernel = kernel;
    this.#options = options;
    this.#maxLine = options.maxLine ?? MAX_LINE;
    this.#batchSize = options.batchSize ?? BATCH_TEXT;
    this.#ends = new RecordEnds(kernel);
    this.#reserve(Math.max(this.#batchSize, HEAD_SIZE), 0);
  }

  /**
   * Begins a source.
   *
   * @param line line of its first byte, from 1
   * @param offset byte offset of its first byte
   */
  begin(source: string, line = 1, offset = 0): void {
    this.#current = {
      source,
      filled: 0,
      limit: HEAD_SIZE,
      line,
      offset,
      blocks: undefined,
      isW3c: false,
      skipping: false,
    };
  }

  /** Adds bytes of the source; yields the blocks that they fill. @throws ImportError E_INPUT_FORMAT */
  *push(chunk: Uint8Array): Generator<CsvBlock> {
    const current = this.#current as Current;
    for (let at = 0; at < chunk.length; ) {
      if (current.skipping) {
        at = skip(current, chunk, at);
        continue;
      }
      const part = chunk.subarray(at, at + current.limit - current.filled);
      this.#kernel.u8.set(part, this.#buffer + current.filled);
      current.filled += part.length;
      at += part.length;
      while (current.filled >= current.limit) yield* this.#cut(current, current.limit, false);
    }
  }

  /**
   * Ends the source, whose last line needs no line end; yields the last blocks.
   *
   * @throws ImportError E_INPUT_FORMAT
   */
  *end(): Generator<CsvBlock> {
    const current = this.#current as Current;
    this.#current = undefined;
    if (current.filled > 0 && this.#text(current).at(-1) !== LINE_FEED) {
      this.#reserve(current.filled + 1, current.filled);
      this.#kernel.u8[this.#buffer + current.filled++] = LINE_FEED;
    }
    while (current.filled > 0) {
      const limit = Math.min(current.limit, current.filled);
      yield* this.#cut(current, limit, limit === current.filled);
    }
    if (current.blocks) yield* current.blocks.endSource();
  }

  /** Frees the memory. */
  destroy(): void {
    this.#ends.destroy();
    this.#kernel.arena.free(this.#buffer);
  }

  /** Cuts the records in the first `limit` bytes. If there are none, raises the limit, or takes a line that is none. */
  *#cut(current: Current, limit: number, isLast: boolean): Generator<CsvBlock> {
    const { blocks } = current;
    if (blocks === undefined) {
      this.#readHead(current, isLast);
      return;
    }
    const ends = this.#ends;
    ends.advance(this.#buffer, limit, limit > this.#batchSize);
    if (ends.end > 0) {
      const { end, lines } = ends;
      ends.shift();
      const ready = this.#add(current, blocks, this.#text(current).subarray(0, end));
      this.#advance(current, end, lines);
      yield* ready;
    } else if (isLast || limit > this.#maxLine) {
      yield* this.#takeLine(current, blocks, limit);
      ends.restart();
    } else {
      current.limit = Math.min(2 * limit, Math.max(this.#maxLine, this.#batchSize) + 1);
      this.#reserve(current.limit, current.filled);
    }
  }

  /** Detects how the source is written, and removes its header from the buffer. */
  #readHead(current: Current, isLast: boolean): void {
    if (current.offset === 0 && BOM.equals(this.#text(current).subarray(0, BOM.length))) {
      this.#drop(current, BOM.length);
    }
    const { header, length, isW3c } = readHead(current.source, this.#text(current), {
      ...this.#options,
      isLast,
    });
    this.#drop(current, length);
    current.blocks = new CsvBlocks(header);
    current.isW3c = isW3c;
    current.limit = this.#batchSize;
    this.#ends.begin(header);
  }

  /** Adds whole records to the blocks; returns the blocks that are complete. */
  #add(current: Current, blocks: CsvBlocks, records: Buffer): CsvBlock[] {
    if (!current.isW3c) return blocks.add(records, current);
    const ready: CsvBlock[] = [];
    let { offset, line } = current;
    let at = 0;
    for (const { length, columns } of w3cParts(records)) {
      const part = records.subarray(at, at + length);
      ready.push(...blocks.add(part, { offset, line }));
      if (columns) ready.push(...blocks.useColumns(columns));
      offset += length;
      line += countLines(part);
      at += length;
    }
    return ready;
  }

  /**
   * Takes the first line of a record that never ends or is too long, as a record of its own, which the parser rejects.
   */
  #takeLine(current: Current, blocks: CsvBlocks, limit: number): CsvBlock[] {
    const text = this.#text(current).subarray(0, limit);
    const length = text.indexOf(LINE_FEED) + 1;
    if (length === 0) {
      return this.#takeLongLine(current, blocks, Math.min(limit - 1, KEPT_OF_LONG_LINES));
    }
    const ready = blocks.add(text.subarray(0, length), current);
    this.#advance(current, length, 1);
    return ready;
  }

  /** Takes `kept` bytes of a line that is too long. The rest of it is dropped. */
  #takeLongLine(current: Current, blocks: CsvBlocks, kept: number): CsvBlock[] {
    const text = this.#text(current);
    const lineEnd = text.indexOf(LINE_FEED) + 1;
    const ready = blocks.addLongLine(text.subarray(0, kept), current);
    current.skipping = lineEnd === 0;
    if (current.skipping) this.#advance(current, current.filled, 0);
    else this.#advance(current, lineEnd, 1);
    return ready;
  }

  /** Removes lines that are in a block from the buffer. */
  #advance(current: Current, end: number, lines: number): void {
    this.#remove(current, end);
    current.line += lines;
    current.limit = this.#batchSize;
  }

  /** Removes bytes that belong to no record from the buffer. */
  #drop(current: Current, length: number): void {
    current.line += countLines(this.#text(current).subarray(0, length));
    this.#remove(current, length);
  }

  #remove(current: Current, length: number): void {
    const start = this.#buffer + length;
    this.#kernel.u8.copyWithin(this.#buffer, start, this.#buffer + current.filled);
    current.filled -= length;
    current.offset += length;
  }

  /** The bytes in the buffer; valid until the kernel's memory grows. */
  #text(current: Current): Buffer {
    return this.#kernel.bytes.subarray(this.#buffer, this.#buffer + current.filled);
  }

  /** Makes the buffer at least this large, and keeps its first `filled` bytes. */
  #reserve(capacity: number, filled: number): void {
    if (this.#capacity >= capacity) return;
    const { arena } = this.#kernel;
    const old = this.#buffer;
    this.#buffer = arena.alloc(capacity + this.#kernel.constant('PADDING'));
    this.#capacity = capacity;
    if (old === 0) return;
    this.#kernel.u8.copyWithin(this.#buffer, old, old + filled);
    arena.free(old);
  }
}

function countLines(text: Uint8Array): number {
  let lines = 0;
  for (const byte of text) if (byte === LINE_FEED) lines++;
  return lines;
}

/** Drops the bytes of a chunk up to and including the next line feed; returns the index after it. */
function skip(current: Current, chunk: Uint8Array, at: number): number {
  const feed = chunk.indexOf(LINE_FEED, at);
  const next = feed < 0 ? chunk.length : feed + 1;
  current.offset += next - at;
  if (feed >= 0) {
    current.skipping = false;
    current.line++;
  }
  return next;
}
