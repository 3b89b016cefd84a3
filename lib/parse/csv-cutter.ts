import { BATCH_TEXT } from '../batch/event-batch.ts';
import {
  type CsvHeader,
  type CsvOptions,
  checkCsvOptions,
  detectDelimiter,
  HEAD_SIZE,
  readHeader,
} from './csv-dialect.ts';
import { RecordEnds } from './csv-records.ts';
import { MAX_LINE } from './ndjson.ts';

/** Whole records of a source, to be parsed without knowing what stands before or behind them. */
export interface CsvBlock {
  source: string;
  header: CsvHeader;
  /** Each record ends with a line end. The memory is the receiver's. */
  bytes: Uint8Array<ArrayBuffer>;
  /** Line, counted from 1, and byte offset of the first byte. */
  line: number;
  offset: number;
  /** The lines are no records, and why. */
  problem?: 'unclosed_quote' | 'line_too_long';
}

/** Of a line that is too long, this much is kept for the rejects file. */
const KEPT_OF_LONG_LINES = 1024;
const LINE_FEED = 10;
const BOM = Buffer.from([0xef, 0xbb, 0xbf]);

/** The source whose bytes come in now. */
interface Current {
  source: string;
  bytes: Uint8Array<ArrayBuffer>;
  filled: number;
  readonly blockSize: number;
  /** Bytes that a cut looks at; more than a block where a record is longer. */
  limit: number;
  line: number;
  offset: number;
  header: CsvHeader | undefined;
  ends: RecordEnds | undefined;
  /** Bytes are dropped up to the next line feed: the line was too long. */
  skipping: boolean;
}

/**
 * Cuts bytes of CSV at record ends into blocks of at most 1 MiB, or one record if that is longer. What is
 * in which block depends on the bytes alone, never on the chunks in which they come.
 *
 * A quote that nothing closes would make the rest of a source one cell. Where a record with one reaches
 * the end, or `maxLine`, only its first line is given up, and the next line begins a record; all its
 * lines if other quotes are wrong too.
 */
export class CsvCutter {
  readonly #options: CsvOptions;
  readonly #maxLine: number;
  readonly #blockSize: number;
  #current: Current | undefined;

  /**
   * `blockSize`: bytes of a block. Default 1 MiB.
   * @throws ImportError E_USAGE
   */
  constructor(options: CsvOptions & { maxLine?: number; blockSize?: number } = {}) {
    checkCsvOptions(options);
    this.#options = options;
    this.#maxLine = options.maxLine ?? MAX_LINE;
    this.#blockSize = options.blockSize ?? BATCH_TEXT;
  }

  /** Starts a source. */
  begin(source: string, line = 1, offset = 0): void {
    this.#current = {
      source,
      bytes: new Uint8Array(Math.max(this.#blockSize, HEAD_SIZE)),
      filled: 0,
      blockSize: this.#blockSize,
      limit: HEAD_SIZE,
      line,
      offset,
      header: undefined,
      ends: undefined,
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
      current.bytes.set(part, current.filled);
      current.filled += part.length;
      at += part.length;
      while (current.filled >= current.limit) yield* this.#cut(current, current.limit, false);
    }
  }

  /** Ends the source: its last line needs no line end. */
  *end(): Generator<CsvBlock> {
    const current = this.#current as Current;
    this.#current = undefined;
    if (current.skipping || current.filled === 0) return;
    if (current.bytes[current.filled - 1] !== LINE_FEED) {
      reserve(current, current.filled + 1);
      current.bytes[current.filled++] = LINE_FEED;
    }
    while (current.filled > 0) {
      const limit = Math.min(current.limit, current.filled);
      yield* this.#cut(current, limit, limit === current.filled);
    }
  }

  /** Gives the records in the first `limit` bytes; if there is none, more bytes are needed, or will not help. */
  *#cut(current: Current, limit: number, isLast: boolean): Generator<CsvBlock> {
    if (current.ends === undefined) {
      this.#readBeginning(current, isLast);
      return;
    }
    const { ends } = current;
    ends.advance(current.bytes, limit, limit > this.#blockSize);
    if (ends.end > 0) {
      const { end, lines } = ends;
      ends.forget(end, lines);
      yield take(current, end, lines);
    } else if (isLast || limit > this.#maxLine) {
      yield giveUp(current, ends, limit);
      ends.restart();
    } else {
      current.limit = Math.min(2 * limit, Math.max(this.#maxLine, this.#blockSize) + 1);
      reserve(current, current.limit);
    }
  }

  /** Finds out how the source is written, and takes its header away. */
  #readBeginning(current: Current, isLast: boolean): void {
    if (current.offset === 0 && BOM.equals(current.bytes.subarray(0, BOM.length))) {
      drop(current, BOM.length);
    }
    const { columns, quote = '"' } = this.#options;
    const bytes = Buffer.from(current.bytes.buffer, 0, current.filled);
    const delimiter = this.#options.delimiter ?? detectDelimiter(bytes, quote);
    const header = columns
      ? { columns, length: 0 }
      : readHeader(current.source, bytes, { delimiter, quote, isLast });
    drop(current, header.length);
    current.limit = current.blockSize;
    reserve(current, current.limit);
    current.header = { columns: header.columns, delimiter, quote };
    current.ends = new RecordEnds(delimiter, quote);
  }
}

/** Takes the first `length` bytes away, which are whole lines or no text. */
function drop(current: Current, length: number): void {
  for (let at = 0; at < length; at++) if (current.bytes[at] === LINE_FEED) current.line++;
  current.bytes.copyWithin(0, length, current.filled);
  current.filled -= length;
  current.offset += length;
}

function reserve(current: Current, capacity: number): void {
  if (current.bytes.length >= capacity) return;
  const bytes = new Uint8Array(capacity);
  bytes.set(current.bytes.subarray(0, current.filled));
  current.bytes = bytes;
}

/** The first bytes as a block; what is behind them goes on in memory of its own. */
function take(
  current: Current,
  end: number,
  lines: number,
  problem?: CsvBlock['problem'],
): CsvBlock {
  const { source, line, offset } = current;
  const block: CsvBlock = {
    source,
    header: current.header as CsvHeader,
    bytes: current.bytes.subarray(0, end),
    line,
    offset,
    ...(problem && { problem }),
  };
  const rest = current.bytes.subarray(end, current.filled);
  current.bytes = new Uint8Array(Math.max(current.blockSize, rest.length));
  current.bytes.set(rest);
  current.filled = rest.length;
  current.limit = current.blockSize;
  current.line += lines;
  current.offset += end;
  return block;
}

/** A record that is too long, or never ends: gives the lines that are lost with it. */
function giveUp(current: Current, ends: RecordEnds, limit: number): CsvBlock {
  const text = current.bytes.subarray(0, limit);
  const first = text.indexOf(LINE_FEED) + 1;
  if (first === 0) {
    current.skipping = true;
    const kept = text.slice(0, KEPT_OF_LONG_LINES + 1);
    kept[KEPT_OF_LONG_LINES] = LINE_FEED;
    return { ...take(current, current.filled, 0, 'line_too_long'), bytes: kept };
  }
  const end = ends.isBroken ? text.lastIndexOf(LINE_FEED) + 1 : first;
  let lines = 0;
  for (let at = 0; at < end; at++) if (text[at] === LINE_FEED) lines++;
  return take(current, end, lines, ends.inQuotes ? 'unclosed_quote' : 'line_too_long');
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
