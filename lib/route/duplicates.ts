import type { EventBatch } from '../batch/event-batch.ts';
import type { Kernel } from '../batch/kernel.ts';
import { getField, setFields } from '../batch/struct.ts';
import { ImportError } from '../errors.ts';
import { ALL_DAYS, type DayRange } from './by-day.ts';

/** Bytes that remembered ids may take by default: 256 MiB are enough for 9 million. */
export const DEDUPE_MEMORY: number = 256 << 20;
/** Bytes of each of the tables at first; each doubles when it is three quarters full. */
const FIRST_TABLE = 1024;
/** The arena's guard words: a table and they are together a power of two. */
const GUARD = 16;

/**
 * Drops events whose insert_id came before in the run, on the same UTC day: the first one in the order of
 * the input stays. Exact: ids are compared whole, as the 128 bits that a UUID stands for. Good for batches
 * of one kernel, whose rows have valid UUIDs and their day.
 */
export class Duplicates {
  readonly #memory: number;
  #kernel: Kernel | undefined;
  #tables = 0;
  #used = 0;

  /** @param memory bytes that remembered ids may take; while a table grows, it takes its old ones besides */
  constructor(memory: number = DEDUPE_MEMORY) {
    this.#memory = memory;
  }

  /**
   * Marks duplicates as filtered and counts them (`duplicate_insert_id`). Rows of unwanted days are not
   * looked at.
   *
   * @throws ImportError E_DEDUPE_MEMORY
   */
  drop(batch: EventBatch, range: DayRange = ALL_DAYS): void {
    const { kernel } = batch;
    if (this.#kernel === undefined) this.#begin(kernel);
    const { rows } = batch;
    for (let row = 0; ; this.#grow(kernel, kernel.fn.getGrowing?.() as number)) {
      row = kernel.fn.dropDuplicates?.(batch.address, this.#tables, range.from, range.until, row);
      if (row >= rows) return;
    }
  }

  #begin(kernel: Kernel): void {
    const shards = kernel.constant('DUPLICATE_SHARDS');
    this.#kernel = kernel;
    this.#tables = kernel.arena.alloc(shards * kernel.constant('IdTable_SIZE'));
    for (let shard = 0; shard < shards; shard++) this.#place(kernel, shard, FIRST_TABLE);
  }

  #grow(kernel: Kernel, shard: number): void {
    const table = this.#table(kernel, shard);
    const places = getField(kernel, 'IdTable', table, 'places');
    const size = getField(kernel, 'IdTable', table, 'size');
    const bytes = kernel.arena.capacity(places) + (kernel.debug ? GUARD : 0);
    this.#place(kernel, shard, 2 * bytes, bytes);
    kernel.fn.moveIds?.(table, places, places + size * kernel.constant('DUPLICATE_PLACE'));
    kernel.arena.free(places);
  }

  /** Gives a table so many bytes in place of those it had, empty but for its count of ids. */
  #place(kernel: Kernel, shard: number, bytes: number, before = 0): void {
    this.#used += bytes - before;
    if (this.#used > this.#memory) throw this.#full();
    const places = kernel.arena.alloc(bytes - GUARD);
    const size = Math.floor((bytes - GUARD) / kernel.constant('DUPLICATE_PLACE'));
    kernel.u8.fill(kernel.constant('DUPLICATE_FREE'), places, places + bytes - GUARD);
    const table = this.#table(kernel, shard);
    const used = before === 0 ? 0 : getField(kernel, 'IdTable', table, 'used');
    setFields(kernel, 'IdTable', table, { places, size, used });
  }

  #table(kernel: Kernel, shard: number): number {
    return this.#tables + shard * kernel.constant('IdTable_SIZE');
  }

  #full(): ImportError {
    const mebibytes = Math.round(this.#memory / 2 ** 20);
    return new ImportError(
      'E_DEDUPE_MEMORY',
      `dedupe: expected room for every insert_id in ${mebibytes} MiB, got more of them`,
      {
        hint: 'Allow more (--dedupe-memory 1GiB is enough for 36 million), or convert fewer days at a time (--date). Without --dedupe nothing is lost: the vendor drops events whose insert_id it has.',
      },
    );
  }
}
