import type { EventBatch } from '../batch/event-batch.ts';

/**
 * Whole events of one source, which can be parsed without the bytes before or after them. Blocks are sent between
 * threads, so everything in them can be cloned.
 */
export interface Block<Detail = unknown> {
  /** The bytes, in order. */
  pieces: Uint8Array[];
  /** An open file that holds the bytes from `offset` up to `end`; `pieces` is empty then. */
  file?: { descriptor: number; end: number };
  /** Offset of the first byte in the source, in bytes from 0. */
  offset: number;
  /** Line of the first byte in the source, from 1. Absent if it follows from the lines of the blocks before. */
  line?: number;
  /** Whether the block begins where the block before ended. Default false. */
  continues?: boolean;
  /** Further information for the parser of the format. */
  detail?: Detail;
}

/** A block whose bytes the parser reads from a file. */
export type FileBlock = Block & Required<Pick<Block, 'file'>>;

/**
 * Cuts the bytes of sources into blocks that any thread can parse. For each source: `begin`, a `push` for each chunk,
 * `end`.
 */
export interface BlockCutter {
  /** Whether blocks are copies, so that pushed bytes can be reused. */
  readonly copies: boolean;
  begin(source: string): void;
  /**
   * Adds bytes; yields the blocks that they complete. Unless `copies`, the bytes belong to the blocks from now on.
   */
  push(bytes: Uint8Array): Iterable<Block>;
  /** Ends the source; yields the blocks that are left. @throws ImportError if the input is incomplete */
  end(): Iterable<Block>;
  /** Frees the memory. */
  destroy(): void;
}

/** Options of a block parser. */
export interface BlockParserOptions {
  /** Longest event in bytes. */
  maxLine: number;
  /**
   * Whether a batch may hold events of a block and of the block that `continues` it, and an event may span both.
   * Default false: each block ends its last batch, because the next block may go to another thread.
   */
  continuous?: boolean;
}

/** What events had at the path of a condition (`only`) of the mapping. */
export interface ConditionUse {
  /** The slot of the path. */
  slot: number;
  /** Whether an event had a value there. */
  present: boolean;
  /** Whether an event had none. */
  absent: boolean;
}

/** Parses blocks of one format into batches, synchronously. */
export interface BlockParser {
  /** Top-level fields that no column uses, with the number of their occurrences. At most 100 names. */
  readonly ignored: ReadonlyMap<string, number>;
  /** What the events had that the mapping asks for. */
  readonly conditions: readonly ConditionUse[];
  /** Number of lines in the last block, if that block did not know its own line; else 0. */
  readonly lines: number;
  /** Parses a block of the source with this name. */
  parse(source: string, block: Block): Iterable<EventBatch>;
  /** Ends a source of `continuous` blocks; yields its last batches. */
  end(): Iterable<EventBatch>;
  /** Frees the memory. Batches that are still in use are freed when they are released. */
  destroy(): void;
}

/** A block ends with the first event that ends after this many bytes (4 MiB). */
export const BLOCK_SIZE: number = 4 << 20;
