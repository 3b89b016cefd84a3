import type { EventBatch } from '../batch/event-batch.ts';
import type { Kernel } from '../batch/kernel.ts';
import type { ParquetOptions } from '../parquet/options.ts';
import { PageWriter } from '../parquet/page-writer.ts';
import { type RowGroup, RowGroupBuilder } from '../parquet/row-group.ts';
import type { DayRows } from './by-day.ts';

/** A finished row group on its way to its day's file. */
export interface DayRowGroup {
  /** Days since 1970, UTC. */
  day: number;
  group: RowGroup;
}

interface OpenDay {
  builder: RowGroupBuilder;
  /** Bytes of memory it held when it was last looked at. */
  memory: number;
  /** Number of the last batch that had rows of this day. */
  batch: number;
}

/** Batches without a row of a day after which its row group need not wait for more. */
const IDLE_BATCHES = 8;
/** It must be worth a row group then, this share of a full one, or hold this much memory. Stragglers wait. */
const IDLE_SHARE = 1 / 4;
const IDLE_MEMORY = 4 << 20;

/**
 * The row group that each day has open. One ends when it has enough bytes; when the input has gone on to
 * other days; or when it is the largest and all of them together pass the memory they may use: hundreds
 * of interleaved days then get smaller row groups instead of more memory. Which one that is depends on the
 * input and options alone.
 */
export class OpenDays {
  readonly #kernel: Kernel;
  readonly #parquet: ParquetOptions;
  readonly #memory: number;
  readonly #writer: PageWriter;
  readonly #open = new Map<number, OpenDay>();
  /** Bytes of memory that all of them hold. */
  #used = 0;
  #batches = 0;

  /** @param memory bytes of linear memory that open row groups may use */
  constructor(kernel: Kernel, parquet: ParquetOptions, memory: number) {
    this.#kernel = kernel;
    this.#parquet = parquet;
    this.#memory = memory;
    this.#writer = new PageWriter(kernel, parquet);
  }

  /** Takes a routed batch's rows; gives the row groups that ended. */
  *append(batch: EventBatch, days: readonly DayRows[]): Generator<DayRowGroup> {
    this.#batches++;
    for (const { day, first, count } of days) {
      const open = this.#day(day);
      open.batch = this.#batches;
      open.builder.append(batch, first, count);
      if (open.builder.uncompressedBytes >= this.#parquet.rowGroupSize) {
        yield { day, group: open.builder.finish() };
      }
      const { memory } = open.builder;
      this.#used += memory - open.memory;
      open.memory = memory;
    }
    if (this.#batches % IDLE_BATCHES === 0) yield* this.#closeIdle();
    while (this.#used > this.#memory && this.#open.size > 0) yield* this.#close(this.#largest());
  }

  /** Gives what is still open, by day. */
  *finish(): Generator<DayRowGroup> {
    for (const day of [...this.#open.keys()].sort((a, b) => a - b)) yield* this.#close(day);
  }

  #day(day: number): OpenDay {
    let open = this.#open.get(day);
    if (open === undefined) {
      const builder = new RowGroupBuilder(this.#kernel, this.#parquet, this.#writer);
      open = { builder, memory: 0, batch: 0 };
      this.#open.set(day, open);
    }
    return open;
  }

  *#closeIdle(): Generator<DayRowGroup> {
    const worthwhile = IDLE_SHARE * this.#parquet.rowGroupSize;
    for (const [day, { builder, batch, memory }] of this.#open) {
      if (this.#batches - batch < IDLE_BATCHES) continue;
      if (memory >= IDLE_MEMORY || builder.uncompressedBytes >= worthwhile) yield* this.#close(day);
    }
  }

  #largest(): number {
    const [day] = [...this.#open].reduce((a, b) => (b[1].memory > a[1].memory ? b : a));
    return day;
  }

  *#close(day: number): Generator<DayRowGroup> {
    const { builder, memory } = this.#open.get(day) as OpenDay;
    this.#open.delete(day);
    this.#used -= memory;
    if (builder.rows > 0) yield { day, group: builder.finish() };
    builder.destroy();
  }
}
