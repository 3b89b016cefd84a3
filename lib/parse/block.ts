import type { CsvHeader } from './csv/dialect.ts';
import type { ElementLines } from './ndjson/parser.ts';

/** Whole events of one source, which a parser can take without what stands before or behind them. */
export interface Block {
  /** The bytes, one piece behind the other. */
  pieces: Uint8Array[];
  /** In place of pieces: an open file that has the bytes, from `offset` to `end`. */
  file?: { descriptor: number; end: number };
  /** Byte offset in the source of the first one. */
  offset: number;
  /** Line in the source of the first byte; absent: as many lines down as the blocks before it have line feeds. */
  line?: number;
  /** The lines of the block are elements of a JSON document. */
  elements?: ElementLines;
  /** The lines of the block are records of CSV. */
  csv?: CsvRecords;
}

/** A block that whoever parses it reads from a file. */
export type FileBlock = Block & Required<Pick<Block, 'file'>>;

/** How records of CSV are to be read, which are one piece. */
export interface CsvRecords {
  header: CsvHeader;
  /** Where in the piece the records end that are a batch together; the last one is the piece's own end. */
  ends: number[];
  /** The lines are no records, and why. */
  problem?: CsvProblem;
}

export type CsvProblem = 'unclosed_quote' | 'line_too_long';

/** Bytes of one source → blocks that any thread can parse. */
export interface BlockCutter {
  /** Whether blocks are copies: the bytes that were pushed are free for others then. */
  readonly copies: boolean;
  begin(source: string): void;
  /** Takes bytes, which belong to the blocks from then on, unless these are copies. */
  push(bytes: Uint8Array): Iterable<Block>;
  /** What is left. @throws ImportError where the input is not whole */
  end(): Iterable<Block>;
  destroy(): void;
}

/** A block ends with the first event that ends behind this many bytes. */
export const BLOCK_SIZE: number = 4 << 20;
