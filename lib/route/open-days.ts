import type { EventBatch } from '../batch/event-batch.ts';
import type { Kernel } from '../batch/kernel.ts';
import type { ParquetOptions } from '../parquet/options.ts';
import { PageWriter } from '../parquet/page-writer.ts';
import { type RowGroup, RowGroupBuilder } from '../parquet/row-group.ts';
import type { DayRows } from './by-day.ts';
import { DayBuffers } from './day-buffers.ts';

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
/** A batch that has fewer rows of a day than this, on average, is of mixed days: its rows are buffered first. */
const FEW_ROWS = 16;
/** Once memory was short, fewer than this. */
const FEW_ROWS_WHEN_SHORT = 1024;
/** Share of the memory that buffers may use. */
const BUFFER_SHARE = 1 / 4;
/** A row group is made of buffered rows once they have this many times its bytes: packed rows take more. */
const BUFFERED_SIZE = 6;

/**
 * The row group that each day has open. One ends when it has enough bytes, and when the input has gone on to
 * other days. Where days are mixed, their rows wait in buffers, and on disk, until they make a row group
 * (DayBuffers). When all of them together pass the memory they may use, the largest ones end, and days count
 * as mixed sooner. All of that depends on the input and options alone.
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
  /** Rows of mixed days; undefined until there are some. */
  #buffers: DayBuffers | undefined;
  #fewRows = FEW_ROWS;

  /** @param memory bytes of linear memory that open row groups may use */
  constructor(kernel: Kernel, parquet: ParquetOptions, memory: number) {
    this.#kernel = kernel;
    this.#parquet = parquet;
    this.#memory = memory;
    this.#writer = new PageWriter(kernel, parquet);
  }

  /** Takes a routed batch's rows; gives the row groups that ended. @throws ImportError E_DAYS_SPILL */
  *append(batch: EventBatch, days: readonly DayRows[]): Generator<DayRowGroup> {
    this.#batches++;
    const rows = days.reduce((sum, { count }) => sum + count, 0);
    const isMixed = days.length > 1 && rows < this.#fewRows * days.length;
    const buffered = isMixed ? yield* this.#buffer(batch, rows) : 0;
    if (buffered < rows) yield* this.#appendDirectly(batch, daysFrom(days, buffered));
    if (this.#batches % IDLE_BATCHES === 0) yield* this.#closeIdle();
    for (let day = this.#largest(); this.#isOver(day); day = this.#largest()) {
      if (this.#fewRows > 0) this.#fewRows = FEW_ROWS_WHEN_SHORT;
      yield* this.#close(day as number);
    }
  }

  /** Gives what is still open, by day. @throws ImportError E_DAYS_SPILL */
  *finish(): Generator<DayRowGroup> {
    const days = new Set([...this.#open.keys(), ...(this.#buffers?.days ?? [])]);
    for (const day of [...days].sort((a, b) => a - b)) yield* this.#fill(day, true);
    this.close();
  }

  /** Gives up what is buffered. */
  close(): void {
    this.#buffers?.close();
    this.#buffers = undefined;
  }

  *#appendDirectly(batch: EventBatch, days: readonly DayRows[]): Generator<DayRowGroup> {
    for (const { day, first, count } of days) {
      const open = this.#day(day);
      open.batch = this.#batches;
      open.builder.append(batch, first, count);
      if (open.builder.uncompressedBytes >= this.#parquet.rowGroupSize) {
        yield { day, group: open.builder.finish() };
      }
      this.#measure(open);
    }
  }

  /** Buffers a batch's rows; returns how many. */
  *#buffer(batch: EventBatch, rows: number): Generator<DayRowGroup, number> {
    this.#buffers ??= new DayBuffers(this.#kernel, {
      memory: BUFFER_SHARE * this.#memory,
      withJson: this.#parquet.identifiers === 'json',
    });
    const buffers = this.#buffers;
    const large = new Set<number>();
    const most = BUFFERED_SIZE * this.#parquet.rowGroupSize;
    const buffered = buffers.add(batch, rows, (day) => {
      if (buffers.bytesOf(day) >= most) large.add(day);
    });
    for (const day of large) yield* this.#fill(day, false);
    const isBroken = buffered < rows;
    if (isBroken || buffers.isCluttered) {
      for (const day of buffers.days) yield* this.#fill(day, true);
    }
    if (isBroken) {
      this.#fewRows = 0;
      this.close();
    }
    return buffered;
  }

  /** Makes row groups of a day's buffered rows: one, or all that they give. */
  *#fill(day: number, all: boolean): Generator<DayRowGroup> {
    const { builder } = this.#day(day);
    for (const batch of this.#buffers?.take(day) ?? []) {
      builder.append(batch, 0, batch.rows);
      if (builder.uncompressedBytes < this.#parquet.rowGroupSize) continue;
      yield { day, group: builder.finish() };
      if (!all) break;
    }
    yield* this.#close(day);
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

  *#close(day: number): Generator<DayRowGroup> {
    const { builder, memory } = this.#open.get(day) as OpenDay;
    this.#open.delete(day);
    this.#used -= memory;
    if (builder.rows > 0) yield { day, group: builder.finish() };
    builder.destroy();
  }
}

/** What is left of a batch's days behind its first `done` good rows. */
function daysFrom(days: readonly DayRows[], done: number): DayRows[] {
  return days
    .map(({ day, first, count }) => {
      const taken = Math.max(0, done - first);
      return { day, first: first + taken, count: count - taken };
    })
    .filter(({ count }) => count > 0);
}
