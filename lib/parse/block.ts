import type { EventBatch } from '../batch/event-batch.ts';

/**
 * Whole events of one source, which can be parsed without the bytes before or after them. Blocks travel
 * between threads: everything in them can be cloned.
 */
export interface Block<Detail = unknown> {
  /** The bytes, in order. */
  pieces: Uint8Array[];
  /** In place of pieces: an open file that holds the bytes, from `offset` up to `end`. */
  file?: { descriptor: number; end: number };
  /** Byte offset in the source of the first byte. */
  offset: number;
  /** Line in the source of the first byte, from 1; absent: the lines of the blocks before it have to be counted. */
  line?: number;
  /** Whether the first byte follows the last one of the block before it. Default false. */
  continues?: boolean;
  /** What else the parser of the format needs to know. */
  detail?: Detail;
}

/** A block whose bytes its parser reads from a file. */
export type FileBlock = Block & Required<Pick<Block, 'file'>>;

/** Bytes of one source → blocks that any thread can parse. */
export interface BlockCutter {
  /** Whether blocks are copies: the bytes that were pushed can be reused then. */
  readonly copies: boolean;
  begin(source: string): void;
  /** Takes bytes, which belong to the blocks from then on, unless these are copies. */
  push(bytes: Uint8Array): Iterable<Block>;
  /** Gives what is left. @throws ImportError where the input is not whole */
  end(): Iterable<Block>;
  /** Frees the memory. */
  destroy(): void;
}

/** Options of a block parser. */
export interface BlockParserOptions {
  /** Longest event in bytes. */
  maxLine: number;
  /**
   * Whether a block that `continues` the one before goes on with its text, so that a batch may hold events of
   * both. Default false: each block ends its last batch, because the next one may go to another thread.
   */
  continuous?: boolean;
}

/** Blocks of one format → batches, without streams and without waiting. */
export interface BlockParser {
  /** Top-level fields that no column uses, with how often they came; at most 100 names. */
  readonly ignored: ReadonlyMap<string, number>;
  /** Lines of the last block, where that did not know its own place; else 0. */
  readonly lines: number;
  parse(source: string, block: Block): Iterable<EventBatch>;
  /** Ends a source whose blocks were `continuous`; gives what is left of it. */
  end(): Iterable<EventBatch>;
  /** Frees the memory; batches that are still in use are freed when they are released. */
  destroy(): void;
}

/** A block ends with the first event that ends after this many bytes: 4 MiB. */
export const BLOCK_SIZE: number = 4 << 20;
