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
/** Ended pages must leave no more than this share of a day's memory, or its row group ends. */
const RELIEF = 3 / 4;

/**
 * The row group that each day has open. One ends when it has enough bytes; when the input has gone on to
 * other days. When all of them together pass the memory they may use, the largest ends its pages early, and
 * its row group where that gains little: hundreds of interleaved days get smaller pages and row groups
 * instead of more memory. Which one that is depends on the input and options alone.
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
      this.#measure(open);
    }
    if (this.#batches % IDLE_BATCHES === 0) yield* this.#closeIdle();
    for (let day = this.#largest(); this.#isOver(day); day = this.#largest()) {
      yield* this.#relieve(day as number);
    }
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

  #measure(open: OpenDay): void {
    const { memory } = open.builder;
    this.#used += memory - open.memory;
    open.memory = memory;
  }

  #largest(): number | undefined {
    let largest: number | undefined;
    let most = -1;
    for (const [day, { memory }] of this.#open) {
      if (memory > most) [largest, most] = [day, memory];
    }
    return largest;
  }

  /** When a row group ends, its bytes are put together once more: the largest counts twice. */
  #isOver(largest: number | undefined): boolean {
    if (largest === undefined) return false;
    return this.#used + (this.#open.get(largest) as OpenDay).memory > this.#memory;
  }

  /** A day gives memory back: its pages end, and if that gains little, its row group. */
  *#relieve(day: number): Generator<DayRowGroup> {
    const open = this.#open.get(day) as OpenDay;
    const before = open.memory;
    open.builder.compact();
    this.#measure(open);
    if (open.memory > RELIEF * before) yield* this.#close(day);
  }

  *#close(day: number): Generator<DayRowGroup> {
    const { builder, memory } = this.#open.get(day) as OpenDay;
    this.#open.delete(day);
    this.#used -= memory;
    if (builder.rows > 0) yield { day, group: builder.finish() };
    builder.destroy();
  }
}
