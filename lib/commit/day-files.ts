import { ImportError } from '../errors.ts';
import type { ParquetOptions } from '../parquet/options.ts';
import type { RowGroup } from '../parquet/row-group.ts';
import type { FileReport } from '../report.ts';
import type { ObjectWriter } from '../store/contract.ts';
import type { KnownDay } from './known-day.ts';
import { partName } from './partition.ts';
import type { IfExists, PartitionCommit } from './partition-commit.ts';

/** A Parquet file that is made of row groups; see lib/parquet/file.ts. */
export interface RowGroupFile {
  readonly size: number;
  readonly rows: number;
  header(): Buffer;
  rowGroup(group: RowGroup): Buffer;
  footer(): Buffer;
}

/** Options of `DayFiles`. */
export interface DayFilesOptions {
  parquet: ParquetOptions;
  /** Bytes of a file after which the next one begins. */
  fileSize: number;
  ifExists: IfExists;
  /** Whether a complete day may be replaced by fewer events. */
  allowShrink: boolean;
  /** Returns how many events of a day (days since 1970) the run has so far, for messages. Default: not known. */
  eventsOf?: (day: number) => number | undefined;
  makeFile: (options: ParquetOptions) => RowGroupFile | Promise<RowGroupFile>;
}

interface OpenFile {
  name: string;
  file: RowGroupFile;
  writer: ObjectWriter;
}

/** Writes the part files of one day. Calls must not overlap. */
export class DayFiles {
  readonly files: FileReport[] = [];
  rows = 0;
  state: 'new' | 'open' | 'skipped' | 'refused' | 'committed' = 'new';
  readonly #commit: PartitionCommit;
  readonly #options: DayFilesOptions;
  #open: OpenFile | undefined;
  #failure: unknown;

  constructor(commit: PartitionCommit, options: DayFilesOptions) {
    this.#commit = commit;
    this.#options = options;
  }

  /** Names of the files of other runs that were deleted. */
  get removed(): readonly string[] {
    return this.#commit.removed;
  }

  /** What is known of the day so far. */
  get known(): KnownDay {
    return this.#commit.known;
  }

  /** Throws if the day is complete and must stay as it is; changes nothing. */
  async assertWritable(): Promise<void> {
    if (this.state !== 'new' || this.#options.ifExists !== 'fail') return;
    await this.#refusable(() => this.#commit.assertWritable());
  }

  /** Prepares the day on the first call; resolves with false if the day is skipped. */
  async begin(): Promise<boolean> {
    if (this.state === 'new') {
      this.state = 'open';
      const claimed = await this.#refusable(() => this.#commit.begin(this.#options.ifExists));
      if (!claimed) this.state = 'skipped';
    } else {
      await this.#guard(async () => {});
    }
    return this.state !== 'skipped';
  }

  /** Appends a row group, and ends the file if it is then large enough. */
  append(group: RowGroup): Promise<void> {
    return this.#guard(async () => {
      this.#open ??= await this.#create();
      const { file, writer } = this.#open;
      await writer.write(file.rowGroup(group));
      this.rows += group.rows;
      if (file.size >= this.#options.fileSize) await this.#finish();
    });
  }

  /** Ends the open file, if there is one. */
  finish(): Promise<void> {
    return this.#guard(() => this.#finish());
  }

  /** Throws if the day must not become what was written; changes nothing. */
  async assertCommittable(): Promise<void> {
    const { allowShrink } = this.#options;
    await this.#refusable(() => this.#commit.assertCommittable(this.rows, allowShrink));
  }

  /** Makes the day complete. */
  async commit(): Promise<void> {
    await this.#guard(() => this.#commit.commit());
    this.state = 'committed';
  }

  /** Removes what is staged and ends the claim on the day. */
  release(): Promise<void> {
    return this.#commit.release();
  }

  /** Aborts the open file, removes what is staged and ends the claim on the day. */
  async abort(): Promise<void> {
    this.#failure ??= new ImportError(
      'E_ABORTED',
      'the run was ended before this day was complete',
    );
    try {
      await this.#open?.writer.abort();
      this.#open = undefined;
    } finally {
      await this.release();
    }
  }

  async #create(): Promise<OpenFile> {
    const name = partName(this.files.length);
    const file = await this.#options.makeFile(this.#options.parquet);
    const writer = await this.#commit.create(name);
    this.#open = { name, file, writer };
    await writer.write(file.header());
    return this.#open;
  }

  async #finish(): Promise<void> {
    if (this.#open === undefined) return;
    const { name, file, writer } = this.#open;
    await writer.write(file.footer());
    const { size } = await this.#commit.close(name, writer);
    this.#open = undefined;
    this.files.push({ name, rows: file.rows, bytes: size });
  }

  /** Runs a step that may find the day complete, in which case nothing was changed. */
  async #refusable<T>(step: () => Promise<T>): Promise<T> {
    try {
      return await this.#guard(step);
    } catch (error) {
      if (error instanceof ImportError && error.code === 'E_DAY_COMPLETE') this.state = 'refused';
      throw error;
    }
  }

  /** Runs a step. After a failure a file may lack rows, so only `abort` may follow. */
  async #guard<T>(step: () => Promise<T>): Promise<T> {
    if (this.#failure !== undefined) throw this.#failure;
    try {
      return await step();
    } catch (error) {
      this.#failure = error;
      throw error;
    }
  }
}
