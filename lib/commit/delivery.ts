import pLimit from 'p-limit';
import { ImportError } from '../errors.ts';
import type { ParquetOptions } from '../parquet/options.ts';
import type { RowGroup } from '../parquet/row-group.ts';
import type { PartitionReport } from '../report.ts';
import { formatDay } from '../route/by-day.ts';
import type { Store } from '../store/contract.ts';
import { DryRunStore } from '../store/dry-run.ts';
import { type IfExists, PartitionCommit } from './commit.ts';
import { DayFiles, type DayFilesOptions, type RowGroupFile } from './day-files.ts';

export interface DeliveryOptions {
  parquet: ParquetOptions;
  /** Bytes of a file after which the next one is begun. */
  fileSize: number;
  ifExists: IfExists;
  /** Everything but writing; no day is reported with `success`. Default false. */
  dryRun?: boolean;
  /** Called when the commits begin, and after each. Default: nobody. */
  onCommit?: (committed: number, days: number) => void;
  /** How a file is made of row groups. Default: a `ParquetFile`. */
  makeFile?: DayFilesOptions['makeFile'];
}

/**
 * An upload to a cloud holds one part (8 MiB) in memory from the first part on until its end, so only a
 * few files that large are open at once: the one not written to for the longest time is ended. Of input
 * in the order of days that is a day that is over; of hundreds of days mixed, files get smaller, but
 * not smaller than this. The same for every store, so that the files are the same too.
 */
const LARGE = 8 << 20;
const MOST_LARGE = 8;

/** Takes a few hundredths of a second, which nobody needs to wait for who is busy with the first events. */
const loadParquetFile = (): Promise<typeof import('../parquet/file.ts')> =>
  import('../parquet/file.ts');

async function makeParquetFile(parquet: ParquetOptions): Promise<RowGroupFile> {
  const { ParquetFile } = await loadParquetFile();
  return new ParquetFile(parquet);
}

/**
 * Days whose last files are ended, and then days that are committed, at the same time. A commit is six
 * requests, each of which waits for the one before: 400 days one by one took a minute and a half at 30 ms
 * a request.
 */
const PARALLEL_DAYS = 16;

/** One day's work: each step begins when the one before has ended, however it ended. */
class Day {
  readonly #files: DayFiles;
  readonly #name: string;
  readonly #fileSize: number;
  #last: Promise<unknown> = Promise.resolve();
  /** Bytes for the file that is open once all steps so far have ended, about. */
  #fileBytes = 0;

  constructor(store: Store, day: number, options: DayFilesOptions) {
    this.#name = formatDay(day);
    this.#fileSize = options.fileSize;
    this.#files = new DayFiles(store, new PartitionCommit(store, day), options);
  }

  run<T>(step: (files: DayFiles) => Promise<T>): Promise<T> {
    const result = this.#last.then(() => step(this.#files));
    this.#last = result.catch(() => {});
    return result;
  }

  /** Counts bytes that are to come to the file; whether it is a large one then, and open still. */
  grow(bytes: number): boolean {
    this.#fileBytes += bytes;
    if (this.#fileBytes >= this.#fileSize) this.#fileBytes = 0;
    return this.#fileBytes > LARGE;
  }

  /** Ends the file that is open. */
  finish(): Promise<void> {
    this.#fileBytes = 0;
    return this.run((files) => files.finish());
  }

  get state(): DayFiles['state'] {
    return this.#files.state;
  }

  report(dryRun: boolean): PartitionReport {
    const { rows, files, state, removed } = this.#files;
    return {
      day: this.#name,
      rows,
      files: [...files],
      success: state === 'committed' && !dryRun,
      ...(state === 'skipped' && { skipped: true }),
      ...(removed.length > 0 && { removed: [...removed] }),
    };
  }
}

/** Takes finished row groups of any day in any order, and ends with a commit or an abort. */
export class Delivery {
  readonly #store: Store;
  readonly #options: DayFilesOptions;
  readonly #dryRun: boolean;
  readonly #onCommit: NonNullable<DeliveryOptions['onCommit']>;
  readonly #days = new Map<number, Day>();
  /** Days whose open file is large, the one longest without a row group first. */
  readonly #large = new Set<Day>();
  #ending: Promise<unknown> = Promise.resolve();
  #ended = false;

  constructor(store: Store, options: DeliveryOptions) {
    this.#dryRun = options.dryRun ?? false;
    this.#onCommit = options.onCommit ?? (() => {});
    this.#store = this.#dryRun ? new DryRunStore(store) : store;
    this.#options = { makeFile: makeParquetFile, ...options };
  }

  /** Takes a day before it has a row group; false if it is skipped. Day number = days since 1970 UTC. */
  async begin(day: number): Promise<boolean> {
    return this.#day(day).run((files) => files.begin());
  }

  /** Throws where a day is complete and must stay as it is. Changes nothing. @throws ImportError E_DAY_COMPLETE */
  async assertWritable(day: number): Promise<void> {
    // Whoever makes the first file is told if this fails.
    loadParquetFile().catch(() => {});
    await this.#day(day).run((files) => files.assertWritable());
  }

  /**
   * Takes a row group for a day; resolves when the store can take more. Returns rows taken, 0 if
   * the day is skipped. Row groups of a day are written in the order of the calls.
   */
  async accept(day: number, group: RowGroup): Promise<number> {
    if (group.rows === 0) return 0;
    const own = this.#day(day);
    const taken = own.run(async (files) => {
      if (!(await files.begin())) return 0;
      await files.append(group);
      return group.rows;
    });
    // At once: where files end depends on the calls alone, and not on how fast the store is.
    this.#limitLarge(own, group.bytes.length);
    const rows = await taken;
    await this.#ending;
    return rows;
  }

  /**
   * Commits every day, several at a time and in their order; `emptyDays` also get `_SUCCESS`. Once a day
   * fails, no other is begun; some may be committed then (see `partitions`), and `abort` must follow.
   */
  async commit(emptyDays: readonly number[] = []): Promise<PartitionReport[]> {
    this.#check();
    // Before the first day is committed, all that can be known to stand against another is found.
    for (const day of emptyDays) await this.begin(day);
    const days = this.#inOrder().filter((day) => day.state !== 'skipped');
    const limit = pLimit(PARALLEL_DAYS);
    await limit.map(days, (day) => day.finish());
    let committed = 0;
    this.#onCommit(committed, days.length);
    await limit.map(days, async (day) => {
      await this.#commit(day);
      this.#onCommit(++committed, days.length);
    });
    return this.partitions;
  }

  /**
   * Ends without a commit: gives up what is open, leaves no `_SUCCESS` on days that are not
   * committed yet, and returns these. A commit that runs at the same time ends after the days that it
   * has begun. Tries every day, then throws the first error of clearing up.
   */
  async abort(): Promise<PartitionReport[]> {
    this.#ended = true;
    const days = this.#inOrder();
    const ends = await Promise.allSettled(
      days.map((day) =>
        day.run(async (files) => {
          await (day.state === 'committed' ? files.release() : files.abort());
        }),
      ),
    );
    const failed = ends.find((end) => end.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
    return this.incomplete;
  }

  /** All days seen so far, in order, whatever became of them. */
  get partitions(): PartitionReport[] {
    return this.#reports(this.#inOrder());
  }

  /** Days begun and neither committed nor skipped: what is incomplete after `abort`. */
  get incomplete(): PartitionReport[] {
    return this.#reports(this.#inOrder().filter((day) => day.state === 'open'));
  }

  async #commit(day: Day): Promise<void> {
    this.#check();
    try {
      await day.run((files) => files.commit());
      await day.run((files) => files.release());
    } catch (error) {
      this.#ended = true;
      throw error;
    }
  }

  #limitLarge(written: Day, bytes: number): void {
    this.#large.delete(written);
    if (written.grow(bytes)) this.#large.add(written);
    for (const oldest of this.#large) {
      if (this.#large.size <= MOST_LARGE) return;
      this.#large.delete(oldest);
      // What fails here is thrown by the day's next step, of which `commit` is one.
      this.#ending = Promise.all([this.#ending, oldest.finish().catch(() => {})]);
    }
  }

  #reports(days: readonly Day[]): PartitionReport[] {
    return days.map((day) => day.report(this.#dryRun));
  }

  #inOrder(): Day[] {
    return [...this.#days].sort(([a], [b]) => a - b).map(([, day]) => day);
  }

  #day(number: number): Day {
    this.#check();
    let day = this.#days.get(number);
    if (day === undefined) {
      day = new Day(this.#store, number, this.#options);
      this.#days.set(number, day);
    }
    return day;
  }

  #check(): void {
    if (this.#ended) {
      throw new ImportError('E_ABORTED', 'the run was ended before this day was committed');
    }
  }
}
