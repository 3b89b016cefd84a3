import { BATCH_TEXT } from '../../batch/event-batch.ts';
import type { Kernel } from '../../batch/kernel.ts';
import type { BlockCutter } from '../block.ts';
import { KEPT_OF_LONG_LINES, MAX_LINE } from '../ndjson/line-parser.ts';
import { type CsvBlock, CsvBlocks, type CsvProblem } from './blocks.ts';
import { detectDelimiter, HEAD_SIZE, readHeader } from './dialect.ts';
import { type CsvOptions, checkCsvOptions } from './options.ts';
import { RecordEnds } from './record-ends.ts';
import { readW3cHeader, W3C_ABSENT } from './w3c-log.ts';

/** Options of `CsvCutter`. */
export interface CsvCutterOptions extends CsvOptions {
  /** Longest record in bytes. Default 16 MiB. */
  maxLine?: number;
  /** Bytes of records that are a batch together. Default: those of a batch. */
  batchSize?: number;
}

const LINE_FEED = 10;
const BOM = Buffer.from([0xef, 0xbb, 0xbf]);

/** The source whose bytes come in now. */
interface Current {
  source: string;
  /** Bytes that wait in the buffer. */
  filled: number;
  /** Bytes that a cut looks at; more than a batch where a record is longer. */
  limit: number;
  line: number;
  offset: number;
  /** Undefined until its header was read. */
  blocks: CsvBlocks | undefined;
  /** Bytes are dropped up to the next line feed: the line was too long. */
  skipping: boolean;
}

/**
 * Cuts bytes of CSV at record ends into batches, or one record if that is longer, and these into blocks. What
 * is in which depends on the bytes alone, never on the chunks in which they come.
 *
 * A quote that nothing closes would make the rest of a source one cell. Where a record with one reaches
 * the end, or `maxLine`, only its first line is given up, and the next line begins a record; all its
 * lines if other quotes are wrong too.
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

  /** @throws ImportError E_USAGE */
  constructor(kernel: Kernel, options: CsvCutterOptions = {}) {
    checkCsvOptions(options);
    this.#kernel = kernel;
    this.#options = options;
    this.#maxLine = options.maxLine ?? MAX_LINE;
    this.#batchSize = options.batchSize ?? BATCH_TEXT;
    this.#ends = new RecordEnds(kernel);
    this.#reserve(Math.max(this.#batchSize, HEAD_SIZE), 0);
  }

  /** Starts a source; `line` and `offset` are those of its first byte. */
  begin(source: string, line = 1, offset = 0): void {
    this.#current = {
      source,
      filled: 0,
      limit: HEAD_SIZE,
      line,
      offset,
      blocks: undefined,
      skipping: false,
    };
  }

  /** Takes bytes of the source; gives the blocks that became full. @throws ImportError E_INPUT_FORMAT */
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

  /** Ends the source: its last line needs no line end. @throws ImportError E_INPUT_FORMAT */
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
    if (current.blocks) yield* current.blocks.end();
  }

  /** Frees the memory. */
  destroy(): void {
    this.#ends.destroy();
    this.#kernel.arena.free(this.#buffer);
  }

  /** Gives the records in the first `limit` bytes; if there is none, more bytes are needed, or will not help. */
  *#cut(current: Current, limit: number, isLast: boolean): Generator<CsvBlock> {
    const { blocks } = current;
    if (blocks === undefined) {
      this.#peekStream(current, isLast);
      return;
    }
    const ends = this.#ends;
    ends.advance(this.#buffer, limit, limit > this.#batchSize);
    if (ends.end > 0) {
      const { end, lines } = ends;
      ends.forget();
      const ready = blocks.add(this.#text(current).subarray(0, end), current);
      this.#pass(current, end, lines);
      yield* ready;
    } else if (isLast || limit > this.#maxLine) {
      yield* this.#giveUp(current, blocks, limit);
      ends.restart();
    } else {
      current.limit = Math.min(2 * limit, Math.max(this.#maxLine, this.#batchSize) + 1);
      this.#reserve(current.limit, current.filled);
    }
  }

  /** Finds out how the source is written, and takes its header away. */
  #peekStream(current: Current, isLast: boolean): void {
    if (current.offset === 0 && BOM.equals(this.#text(current).subarray(0, BOM.length))) {
      this.#drop(current, BOM.length);
    }
    const { columns } = this.#options;
    const text = this.#text(current);
    const w3c = columns ? undefined : readW3cHeader(current.source, text);
    const quote = this.#options.quote ?? (w3c ? '' : '"');
    const records = text.subarray(w3c?.length ?? 0);
    const delimiter = this.#options.delimiter ?? detectDelimiter(records, quote);
    const header = columns
      ? { columns, length: 0 }
      : (w3c ?? readHeader(current.source, text, { delimiter, quote, isLast }));
    this.#drop(current, header.length);
    const absent = w3c && W3C_ABSENT;
    current.blocks = new CsvBlocks({ columns: header.columns, delimiter, quote, absent });
    current.limit = this.#batchSize;
    this.#ends.begin(delimiter, quote);
  }

  /** A record that is too long, or never ends: gives the lines that are lost with it. */
  #giveUp(current: Current, blocks: CsvBlocks, limit: number): CsvBlock[] {
    const text = this.#text(current).subarray(0, limit);
    const first = text.indexOf(LINE_FEED) + 1;
    if (first === 0) {
      const kept = Uint8Array.from(text.subarray(0, KEPT_OF_LONG_LINES + 1));
      kept[kept.length - 1] = LINE_FEED;
      const lineEnd = this.#text(current).indexOf(LINE_FEED) + 1;
      current.skipping = lineEnd === 0;
      const ready = blocks.addProblem(kept, current, 'line_too_long');
      if (current.skipping) this.#pass(current, current.filled, 0);
      else this.#pass(current, lineEnd, 1);
      return ready;
    }
    const end = this.#ends.isBroken ? text.lastIndexOf(LINE_FEED) + 1 : first;
    const lines = text.subarray(0, end);
    const problem: CsvProblem = this.#ends.inQuotes ? 'unclosed_quote' : 'line_too_long';
    const count = countLines(lines);
    const ready = blocks.addProblem(lines, current, problem);
    this.#pass(current, end, count);
    return ready;
  }

  /** Goes on behind lines that are in a block. */
  #pass(current: Current, end: number, lines: number): void {
    this.#remove(current, end);
    current.line += lines;
    current.limit = this.#batchSize;
  }

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

  /** What is in the buffer; valid until the kernel's memory grows. */
  #text(current: Current): Buffer {
    return this.#kernel.bytes.subarray(this.#buffer, this.#buffer + current.filled);
  }

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

/** Drops bytes up to and with the next line feed; returns where to go on. */
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
