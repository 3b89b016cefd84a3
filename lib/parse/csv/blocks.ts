import { acquireChunk, chunkOf } from '../../source/chunks.ts';
import { CHUNK_SIZE } from '../../source/source.ts';
import type { Block } from '../block.ts';
import type { CsvHeader } from './dialect.ts';

/** How the parser reads the records of a block, which has a single piece. */
export interface CsvRecords {
  header: CsvHeader;
  /** Offsets in the piece at which batches end, each after its last record. The last one is the end of the piece. */
  ends: number[];
  /** Whether the piece is the beginning of a single line that is over `maxLine`. */
  isTooLong?: boolean;
}

/** Whole records of a source, which can be parsed without the bytes before or after them. */
export interface CsvBlock extends Block<CsvRecords> {
  line: number;
  detail: CsvRecords;
}

/** A position in the source. */
interface Place {
  offset: number;
  line: number;
}

/**
 * Collects records, one batch of them at a time, into blocks of at most one chunk. So threads get few messages, and
 * the memory of the chunks is reused.
 */
export class CsvBlocks {
  #header: CsvHeader;
  #isEmpty = true;
  #chunk: Buffer<ArrayBuffer> | undefined;
  #filled = 0;
  #ends: number[] = [];
  #place: Place = { offset: 0, line: 1 };

  constructor(header: CsvHeader) {
    this.#header = header;
  }

  /** Adds a copy of the records of a batch, or of one record that is longer; returns the blocks that are complete. */
  add(records: Uint8Array, place: Place): CsvBlock[] {
    if (records.length === 0) return [];
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

  /** Adds a copy of the beginning of a line that is too long, as a separate block; returns the blocks that are complete. */
  addLongLine(beginning: Uint8Array, place: Place): CsvBlock[] {
    const ends = [beginning.length];
    const block = this.#block(chunkOf(beginning), place, { ends, isTooLong: true });
    return [...this.end(), block];
  }

  /** Gives these columns to the records that follow; returns the blocks that are complete. */
  useColumns(columns: readonly string[]): CsvBlock[] {
    if (columns.join(' ') === this.#header.columns.join(' ')) return [];
    const ended = this.end();
    this.#header = { ...this.#header, columns };
    return ended;
  }

  /**
   * Ends the source; returns the last block. A source without records has one block too, without bytes, so that the
   * parser checks its header: a line that is no header would be lost unseen.
   */
  endSource(): CsvBlock[] {
    const ended = this.end();
    if (!this.#isEmpty || this.#header.columns.length === 0) return ended;
    return [this.#block(chunkOf(new Uint8Array(0)), this.#place, { ends: [] })];
  }

  /** Ends the open block; returns it, if there is one. */
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
    this.#isEmpty = false;
    return { pieces: [bytes], offset, line, detail: { header: this.#header, ...records } };
  }
}
