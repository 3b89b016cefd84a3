import pLimit from 'p-limit';
import { ImportError } from '../errors.ts';
import type { ParquetOptions } from '../parquet/options.ts';
import type { RowGroup } from '../parquet/row-group.ts';
import type { PartitionReport } from '../report.ts';
import type { Store } from '../store/contract.ts';
import { DryRunStore } from '../store/dry-run.ts';
import { DayDelivery } from './day-delivery.ts';
import type { DayFilesOptions, RowGroupFile } from './day-files.ts';
import type { IfExists } from './partition-commit.ts';
import { StagingArea } from './staging-area.ts';

export interface DeliveryOptions {
  parquet: ParquetOptions;
  /** Bytes of a file after which the next file of the day begins. */
  fileSize: number;
  ifExists: IfExists;
  /** Replace a complete day also by fewer events than it has. Default false. */
  allowShrink?: boolean;
  /** Do everything but write; no day is reported with `success`. Default false. */
  dryRun?: boolean;
  /** Called when the commits begin, and after each one. */
  onCommit?: (committed: number, days: number) => void;
  /** Returns how many events of a day (days since 1970) the run has so far, for messages. Default: not known. */
  eventsOf?: NonNullable<DayFilesOptions['eventsOf']>;
  /** Makes a file that takes row groups. Default: a `ParquetFile`. */
  makeFile?: DayFilesOptions['makeFile'];
}

/**
 * From its first part until its end, an upload to a cloud holds one part (8 MiB) in memory. So only a few files
 * that are larger than a part stay open at once; of more, the one that was not written to for the longest time
 * is ended. Where the input is in the order of days, that file's day is over. Where hundreds of days are mixed,
 * files get smaller, but not smaller than this. The limit holds for every store, so that all get the same files.
 */
const LARGE_FILE = 8 << 20;
const MOST_LARGE_FILES = 8;

/** Loads in about 30 ms; started while the first events are parsed. */
const loadParquetFile = (): Promise<typeof import('../parquet/file.ts')> =>
  import('../parquet/file.ts');

async function makeParquetFile(parquet: ParquetOptions): Promise<RowGroupFile> {
  const { ParquetFile } = await loadParquetFile();
  return new ParquetFile(parquet);
}

/**
 * Days that are finished, and then committed, at the same time. A commit is six requests, each of which waits
 * for the one before: 400 days one by one took a minute and a half at 30 ms a request.
 */
const PARALLEL_DAYS = 16;

/** Takes row groups of all days in any order, writes them to files, and ends with a commit or an abort. */
export class Delivery {
  readonly #store: Store;
  readonly #options: DayFilesOptions;
  readonly #dryRun: boolean;
  readonly #onCommit: NonNullable<DeliveryOptions['onCommit']>;
  readonly #area: StagingArea;
  readonly #ifExists: IfExists;
  readonly #days = new Map<number, DayDelivery>();
  /** Days whose open file is large; first the one that got no row group for the longest time. */
  readonly #large = new Set<DayDelivery>();
  #ending: Promise<unknown> = Promise.resolve();
  #ended = false;

  constructor(store: Store, options: DeliveryOptions) {
    this.#dryRun = options.dryRun ?? false;
    this.#onCommit = options.onCommit ?? (() => {});
    this.#store = this.#dryRun ? new DryRunStore(store) : store;
    this.#ifExists = options.ifExists;
    this.#area = new StagingArea(this.#store);
    this.#options = { makeFile: makeParquetFile, allowShrink: false, ...options };
  }

  /**
   * Prepares a day before it has a row group; resolves with false if the day is skipped.
   *
   * @param day days since 1970 UTC
   */
  async begin(day: number): Promise<boolean> {
    return this.#day(day).run((files) => files.begin());
  }

  /**
   * Checks that a day may be written, and changes nothing.
   *
   * @throws ImportError E_DAY_COMPLETE where the day is complete and must stay as it is
   */
  async assertWritable(day: number): Promise<void> {
    // The first file loads it again, and then reports what went wrong.
    loadParquetFile().catch(() => {});
    await this.#day(day).run((files) => files.assertWritable());
  }

  /**
   * Writes a row group of a day; resolves when the store can take more, with the number of rows written: 0 if
   * the day is skipped. The row groups of a day are written in the order of the calls.
   */
  async accept(day: number, group: RowGroup): Promise<number> {
    if (group.rows === 0) return 0;
    const delivery = this.#day(day);
    const written = delivery.run(async (files) => {
      if (!(await files.begin())) return 0;
      await files.append(group);
      return group.rows;
    });
    // Not after an await: where files end must depend on the calls alone, not on how fast the store is.
    this.#limitLarge(delivery, group.bytes.length);
    const rows = await written;
    await this.#ending;
    return rows;
  }

  /**
   * Commits every day in order, several at a time; `emptyDays` also get `_SUCCESS`. Once a day fails, no further
   * commit begins. Some days may be committed then (see `partitions`), and `abort` must follow.
   */
  async commit(emptyDays: readonly number[] = []): Promise<PartitionReport[]> {
    this.#check();
    // Before the first commit, so that a day that cannot be written is found while no day is committed.
    for (const day of emptyDays) await this.begin(day);
    const days = this.#inOrder().filter((day) => day.state !== 'skipped');
    const limit = pLimit(PARALLEL_DAYS);
    await limit.map(days, (day) => day.finish());
    // Of all days, before the first one changes.
    await limit.map(days, (day) => day.run((files) => files.assertCommittable()));
    const names = days.map(({ name }) => name);
    const notes = this.#ifExists === 'fail' && !this.#dryRun && days.length > 0;
    if (notes) await this.#area.beginCommit(names);
    let committed = 0;
    this.#onCommit(committed, days.length);
    await limit.map(days, async (day) => {
      await this.#commit(day);
      this.#onCommit(++committed, days.length);
    });
    if (!this.#dryRun) await this.#area.endCommit(this.#inOrder().map(({ name }) => name));
    return this.partitions;
  }

  /**
   * Ends without a commit: aborts open files, removes what is staged, leaves no `_SUCCESS` that was not there
   * before, and returns the days that are not committed. A `commit` that is running ends after the days that it
   * has begun. Every day is aborted, even if another one's abort fails; the first such error is thrown at the end.
   */
  async abort(): Promise<PartitionReport[]> {
    this.#ended = true;
    const days = this.#inOrder();
    const aborts = await Promise.allSettled(
      days.map((day) =>
        day.run(async (files) => {
          await (day.state === 'committed' ? files.release() : files.abort());
        }),
      ),
    );
    if (days.every((day) => day.state !== 'committed')) await this.#area.cancelCommit();
    const failed = aborts.find((abort) => abort.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
    return this.incomplete;
  }

  /** All days seen so far, in order, with whatever state they are in. */
  get partitions(): PartitionReport[] {
    return this.#reports(this.#inOrder());
  }

  /** Days that were begun and neither committed nor skipped. After `abort` they are incomplete, or `unchanged`. */
  get incomplete(): PartitionReport[] {
    return this.#reports(this.#inOrder().filter((day) => day.state === 'open'));
  }

  async #commit(day: DayDelivery): Promise<void> {
    this.#check();
    try {
      await day.run((files) => files.commit());
      await day.run((files) => files.release());
    } catch (error) {
      this.#ended = true;
      throw error;
    }
  }

  #limitLarge(written: DayDelivery, bytes: number): void {
    this.#large.delete(written);
    if (written.grow(bytes) > LARGE_FILE) this.#large.add(written);
    for (const oldest of this.#large) {
      if (this.#large.size <= MOST_LARGE_FILES) return;
      this.#large.delete(oldest);
      // If this fails, the day's next step throws the error; `commit` is such a step.
      this.#ending = Promise.all([this.#ending, oldest.finish().catch(() => {})]);
    }
  }

  #reports(days: readonly DayDelivery[]): PartitionReport[] {
    return days.map((day) => day.report(this.#dryRun));
  }

  #inOrder(): DayDelivery[] {
    return [...this.#days].sort(([a], [b]) => a - b).map(([, day]) => day);
  }

  #day(number: number): DayDelivery {
    this.#check();
    let day = this.#days.get(number);
    if (day === undefined) {
      day = new DayDelivery(this.#store, number, this.#area, this.#options);
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
