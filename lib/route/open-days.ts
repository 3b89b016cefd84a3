import type { EventBatch } from '../batch/event-batch.ts';
import type { Kernel } from '../batch/kernel.ts';
import type { ParquetOptions } from '../parquet/options.ts';
import { PageWriter } from '../parquet/page-writer.ts';
import { type RowGroup, RowGroupBuilder } from '../parquet/row-group.ts';
import type { DayRows } from './by-day.ts';
import { DayBuffers } from './day-buffers.ts';

/** A finished row group, for the file of its day. */
export interface DayRowGroup {
  /** Days since 1970, UTC. */
  day: number;
  group: RowGroup;
}

interface OpenDay {
  builder: RowGroupBuilder;
  /** Bytes of memory that it held when it was last measured. */
  memory: number;
  /** Number of the last batch that had rows of this day. */
  batch: number;
}

/** A day without rows in this many batches counts as idle: its row group need not wait for more. */
const IDLE_BATCHES = 8;
/** An idle day's row group ends if it has this share of a full one, or holds this much memory. Smaller ones wait. */
const IDLE_SHARE = 1 / 4;
const IDLE_MEMORY = 4 << 20;
/** Days are mixed if a batch has rows of more than FEW_DAYS days. Then fewer than FEW_ROWS rows of a day are buffered. */
const FEW_DAYS = 8;
const FEW_ROWS = 32;
/** Share of the memory that the buffers may use. */
const BUFFER_SHARE = 1 / 4;
/** Buffered rows make a row group once they have this many times its bytes, because packed rows take more. */
const BUFFERED_SIZE = 6;

/**
 * The open row group of each day. A row group ends when it has enough bytes, or when the input has gone on to
 * other days. If days are mixed, their rows wait in buffers and on disk until they make a row group
 * (DayBuffers). When the row groups pass their memory, the largest ones end, and days count as mixed sooner.
 * All of this depends only on the input and the options.
 */
export class OpenDays {
  readonly #kernel: Kernel;
  readonly #parquet: ParquetOptions;
  readonly #memory: number;
  readonly #writer: PageWriter;
  readonly #open = new Map<number, OpenDay>();
  /** Bytes of memory that all open row groups hold. */
  #used = 0;
  #batches = 0;
  /** Rows of mixed days; undefined until there are some. */
  #buffers: DayBuffers | undefined;
  /** Whether memory is short, so that days count as mixed as soon as a batch has rows of two. */
  #isShort = false;
  /** Whether the file of the buffers cannot be written. */
  #isBroken = false;

  /** @param memory bytes of linear memory that open row groups may use */
  constructor(kernel: Kernel, parquet: ParquetOptions, memory: number) {
    this.#kernel = kernel;
    this.#parquet = parquet;
    this.#memory = memory;
    this.#writer = new PageWriter(kernel, parquet);
  }

  /** Whether the temporary file could not be written, so that row groups ended early. */
  get hasSpillFailed(): boolean {
    return this.#isBroken;
  }

  /** Takes the rows of a routed batch; yields the row groups that ended. @throws ImportError E_DAYS_SPILL */
  *append(batch: EventBatch, days: readonly DayRows[]): Generator<DayRowGroup> {
    this.#batches++;
    for (let from = 0; from < days.length; ) {
      const end = this.#endOfFew(days, from);
      if (end > from) {
        yield* this.#bufferAll(batch, days.slice(from, end));
        from = end;
        continue;
      }
      const rows = days[from++] as DayRows;
      // Rows in the buffer come first, so that all stay in their order.
      if (this.#buffers?.has(rows.day)) yield* this.#fill(rows.day);
      const group = this.#appendDay(batch, rows);
      if (group !== undefined) yield { day: rows.day, group };
    }
    if (this.#batches % IDLE_BATCHES === 0) yield* this.#closeIdle();
    for (let day = this.#largest(); this.#isOver(day); day = this.#largest()) {
      this.#isShort = true;
      yield* this.#close(day as number);
    }
  }

  /** Ends all open row groups and yields them by day. @throws ImportError E_DAYS_SPILL */
  *finish(): Generator<DayRowGroup> {
    const days = new Set([...this.#open.keys(), ...(this.#buffers?.days ?? [])]);
    for (const day of [...days].sort((a, b) => a - b)) yield* this.#fillLast(day);
    this.close();
  }

  /** Drops buffered rows and frees their memory. */
  close(): void {
    this.#buffers?.close();
    this.#buffers = undefined;
  }

  /** The index after the last of consecutive days, from one on, whose rows are to be buffered. */
  #endOfFew(days: readonly DayRows[], from: number): number {
    let end = from;
    while (end < days.length && this.#isFew(days[end] as DayRows, days.length)) end++;
    return end;
  }

  /** Whether a day's rows in a batch with this many days are to be buffered. Few rows join those in a buffer. */
  #isFew({ day, count }: DayRows, days: number): boolean {
    if (this.#isBroken) return false;
    if (count >= FEW_ROWS && !this.#isShort) return false;
    return days > (this.#isShort ? 1 : FEW_DAYS) || this.#buffers?.has(day) === true;
  }

  /** Appends rows to the row group of their day; returns the row group if it is full. */
  #appendDay(batch: EventBatch, { day, first, count }: DayRows): RowGroup | undefined {
    const open = this.#day(day);
    open.batch = this.#batches;
    open.builder.append(batch, first, count);
    const isFull = open.builder.uncompressedBytes >= this.#parquet.rowGroupSize;
    const group = isFull ? open.builder.finish() : undefined;
    this.#measure(open);
    return group;
  }

  /** Buffers the rows of days that follow each other in the batch. */
  *#bufferAll(batch: EventBatch, days: readonly DayRows[]): Generator<DayRowGroup> {
    this.#buffers ??= new DayBuffers(this.#kernel, {
      memory: BUFFER_SHARE * this.#memory,
      withJson: this.#parquet.identifiers === 'json',
    });
    const buffers = this.#buffers;
    const large = new Set<number>();
    const most = BUFFERED_SIZE * this.#parquet.rowGroupSize;
    const from = days[0]?.first ?? 0;
    const end = from + days.reduce((sum, { count }) => sum + count, 0);
    const stop = buffers.add(batch, from, end, (day) => {
      if (buffers.bytesOf(day) >= most) large.add(day);
    });
    for (const day of large) yield* this.#fillOne(day);
    this.#isBroken = stop < end;
    if (this.#isBroken || buffers.hasManyNames) {
      for (const day of buffers.days) yield* this.#fillLast(day);
      buffers.forgetNames();
    }
    if (!this.#isBroken) return;
    // There is no place for more rows: from now on row groups end early instead.
    this.close();
    for (const rows of daysFrom(days, stop)) {
      const group = this.#appendDay(batch, rows);
      if (group !== undefined) yield { day: rows.day, group };
    }
  }

  /** Appends a day's buffered rows to its row group, which may end more than once. */
  *#fill(day: number): Generator<DayRowGroup> {
    const open = this.#day(day);
    for (const batch of this.#buffers?.take(day) ?? []) {
      open.builder.append(batch, 0, batch.rows);
      if (open.builder.uncompressedBytes >= this.#parquet.rowGroupSize) {
        yield { day, group: open.builder.finish() };
      }
    }
    this.#measure(open);
  }

  /** Makes one row group of a day's buffered rows; the others stay. */
  *#fillOne(day: number): Generator<DayRowGroup> {
    for (const group of this.#fill(day)) {
      yield group;
      break;
    }
    yield* this.#close(day);
  }

  /** Makes row groups of all that a day has. */
  *#fillLast(day: number): Generator<DayRowGroup> {
    yield* this.#fill(day);
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
      if (memory >= IDLE_MEMORY || builder.uncompressedBytes >= worthwhile) {
        yield* this.#fillLast(day);
      }
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
    const buffers = this.#buffers?.memory ?? 0;
    return this.#used + buffers + (this.#open.get(largest) as OpenDay).memory > this.#memory;
  }

  *#close(day: number): Generator<DayRowGroup> {
    const { builder, memory } = this.#open.get(day) as OpenDay;
    this.#open.delete(day);
    this.#used -= memory;
    if (builder.rows > 0) yield { day, group: builder.finish() };
    builder.destroy();
  }
}

/** The rows of days from order[stop] on. */
function daysFrom(days: readonly DayRows[], stop: number): DayRows[] {
  return days
    .map(({ day, first, count }) => {
      const taken = Math.min(Math.max(0, stop - first), count);
      return { day, first: first + taken, count: count - taken };
    })
    .filter(({ count }) => count > 0);
}
