import type { EventBatch } from '../batch/event-batch.ts';
import type { Kernel } from '../batch/kernel.ts';
import type { ParquetOptions } from '../parquet/options.ts';
import { type RowGroup, RowGroupBuilder } from '../parquet/row-group.ts';
import type { DayRows } from './by-day.ts';

/** A finished row group on its way to its day's file. */
export interface DayRowGroup {
  /** Days since 1970, UTC. */
  day: number;
  group: RowGroup;
}

/**
 * The row group that each day has open. One ends when it has enough bytes, or when it is the largest and
 * all of them together pass the memory they may use: hundreds of interleaved days then get smaller row
 * groups instead of more memory. Which one that is depends on the input and options alone.
 */
export class OpenDays {
  readonly #kernel: Kernel;
  readonly #parquet: ParquetOptions;
  readonly #memory: number;
  readonly #open = new Map<number, RowGroupBuilder>();

  /** @param memory bytes of linear memory that open row groups may use */
  constructor(kernel: Kernel, parquet: ParquetOptions, memory: number) {
    this.#kernel = kernel;
    this.#parquet = parquet;
    this.#memory = memory;
  }

  /** Takes a routed batch's rows; gives the row groups that ended. */
  *append(batch: EventBatch, days: readonly DayRows[]): Generator<DayRowGroup> {
    for (const { day, first, count } of days) {
      const builder = this.#builder(day);
      builder.append(batch, first, count);
      if (builder.uncompressedBytes >= this.#parquet.rowGroupSize) {
        yield { day, group: builder.finish() };
      }
    }
    yield* this.#shrink();
  }

  /** Gives what is still open, by day. */
  *finish(): Generator<DayRowGroup> {
    for (const day of [...this.#open.keys()].sort((a, b) => a - b)) yield* this.#close(day);
  }

  /** Frees the memory of what is still open. */
  destroy(): void {
    for (const builder of this.#open.values()) builder.destroy();
    this.#open.clear();
  }

  #builder(day: number): RowGroupBuilder {
    let builder = this.#open.get(day);
    if (builder === undefined) {
      builder = new RowGroupBuilder(this.#kernel, this.#parquet);
      this.#open.set(day, builder);
    }
    return builder;
  }

  *#shrink(): Generator<DayRowGroup> {
    let used = 0;
    for (const builder of this.#open.values()) used += builder.memory;
    while (used > this.#memory && this.#open.size > 0) {
      const [day, largest] = [...this.#open].reduce((a, b) => (b[1].memory > a[1].memory ? b : a));
      used -= largest.memory;
      yield* this.#close(day);
    }
  }

  *#close(day: number): Generator<DayRowGroup> {
    const builder = this.#open.get(day) as RowGroupBuilder;
    this.#open.delete(day);
    if (builder.rows > 0) yield { day, group: builder.finish() };
    builder.destroy();
  }
}
