import { acquireChunk, chunkOf } from '../../source/chunks.ts';
import { CHUNK_SIZE } from '../../source/source.ts';
import type { Block } from '../block.ts';
import type { CsvHeader } from './dialect.ts';

/** How the records of a block, which are one piece, are to be read. */
export interface CsvRecords {
  header: CsvHeader;
  /** Where in the piece the records end that make a batch together; the last one is the piece's own end. */
  ends: number[];
  /** Why the lines are no records, if so. */
  problem?: CsvProblem;
}

export type CsvProblem = 'unclosed_quote' | 'line_too_long';

/** Whole records of a source, to be parsed without what comes before or after them. */
export interface CsvBlock extends Block<CsvRecords> {
  line: number;
  detail: CsvRecords;
}

/** A place in the source. */
interface Place {
  offset: number;
  line: number;
}

/**
 * Collects records, a batch of them at a time, into blocks of at most a chunk: so threads get few
 * messages, in memory that is used again.
 */
export class CsvBlocks {
  readonly #header: CsvHeader;
  #chunk: Buffer<ArrayBuffer> | undefined;
  #filled = 0;
  #ends: number[] = [];
  #place: Place = { offset: 0, line: 1 };

  constructor(header: CsvHeader) {
    this.#header = header;
  }

  /** Adds a copy of the records of a batch, or of one that is longer, and gives the blocks that this ends. */
  add(records: Uint8Array, place: Place): CsvBlock[] {
    const ended = this.#filled + records.length > CHUNK_SIZE ? this.end() : [];
    if (records.length > CHUNK_SIZE) {
      return [...ended, this.#block(chunkOf(records), place, { ends: [records.length] })];
    }
    if (this.#filled === 0) this.#place = { ...place };
    this.#chunk ??= acquireChunk();
    this.#chunk.set(records, this.#filled);
    this.#filled += records.length;
    this.#ends.push(this.#filled);
    return ended;
  }

  /** Adds a copy of lines that are no records as a block of their own, and gives the blocks that have ended. */
  addProblem(lines: Uint8Array, place: Place, problem: CsvProblem): CsvBlock[] {
    const block = this.#block(chunkOf(lines), place, { ends: [lines.length], problem });
    return [...this.end(), block];
  }

  /** Ends the block that is open. */
  end(): CsvBlock[] {
    if (this.#chunk === undefined) return [];
    const bytes = this.#chunk.subarray(0, this.#filled);
    const ends = this.#ends;
    this.#chunk = undefined;
    this.#filled = 0;
    this.#ends = [];
    return [this.#block(bytes, this.#place, { ends })];
  }

  #block(
    bytes: Uint8Array,
    { offset, line }: Place,
    records: Omit<CsvRecords, 'header'>,
  ): CsvBlock {
    return { pieces: [bytes], offset, line, detail: { header: this.#header, ...records } };
  }
}
