import { ImportError } from '../errors.ts';
import type { ParquetOptions } from '../parquet/options.ts';
import type { RowGroup } from '../parquet/row-group.ts';
import type { FileReport } from '../report.ts';
import type { ObjectWriter, Store } from '../store/contract.ts';
import { partName } from './partition.ts';
import type { IfExists, PartitionCommit } from './partition-commit.ts';

/** What is needed of a Parquet file; see lib/parquet/file.ts. */
export interface RowGroupFile {
  readonly size: number;
  readonly rows: number;
  header(): Buffer;
  rowGroup(group: RowGroup): Buffer;
  footer(): Buffer;
}

export interface DayFilesOptions {
  parquet: ParquetOptions;
  fileSize: number;
  ifExists: IfExists;
  makeFile: (options: ParquetOptions) => RowGroupFile | Promise<RowGroupFile>;
}

interface OpenFile {
  name: string;
  file: RowGroupFile;
  writer: ObjectWriter;
}

/** The part files of one day. Calls must not overlap. */
export class DayFiles {
  readonly files: FileReport[] = [];
  rows = 0;
  state: 'new' | 'open' | 'skipped' | 'refused' | 'committed' = 'new';
  readonly #store: Store;
  readonly #commit: PartitionCommit;
  readonly #options: DayFilesOptions;
  #open: OpenFile | undefined;
  #failure: unknown;

  constructor(store: Store, commit: PartitionCommit, options: DayFilesOptions) {
    this.#store = store;
    this.#commit = commit;
    this.#options = options;
  }

  /** Names of files that were deleted because they were not of this run. */
  get removed(): readonly string[] {
    return this.#commit.removed;
  }

  /** Throws where the day is complete and must stay as it is; changes nothing. */
  async assertWritable(): Promise<void> {
    if (this.state !== 'new' || this.#options.ifExists !== 'fail') return;
    await this.#refusable(() => this.#commit.assertWritable());
  }

  /** Takes the day when it is first written to; false if it is skipped. */
  async begin(): Promise<boolean> {
    if (this.state === 'new') {
      this.state = 'open';
      const taken = await this.#refusable(() => this.#commit.begin(this.#options.ifExists));
      if (!taken) this.state = 'skipped';
    } else {
      await this.#guard(async () => {});
    }
    return this.state !== 'skipped';
  }

  /** Appends a row group and ends the file once it is large enough. */
  append(group: RowGroup): Promise<void> {
    return this.#guard(async () => {
      this.#open ??= await this.#create();
      const { file, writer } = this.#open;
      await writer.write(file.rowGroup(group));
      this.rows += group.rows;
      if (file.size >= this.#options.fileSize) await this.#finish();
    });
  }

  /** Ends the file that is open, if one is. */
  finish(): Promise<void> {
    return this.#guard(() => this.#finish());
  }

  async commit(): Promise<void> {
    await this.#guard(() => this.#commit.commit());
    this.state = 'committed';
  }

  release(): Promise<void> {
    return this.#commit.release();
  }

  /** Gives up the open file and the day. */
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
    const writer = await this.#store.create(this.#commit.prefix + name);
    this.#open = { name, file, writer };
    await writer.write(file.header());
    return this.#open;
  }

  async #finish(): Promise<void> {
    if (this.#open === undefined) return;
    const { name, file, writer } = this.#open;
    await writer.write(file.footer());
    const { size } = await this.#commit.publish(writer);
    this.#open = undefined;
    this.files.push({ name, rows: file.rows, bytes: size });
  }

  /** A step after which the day may be complete and left as it is; any other failure may have changed it. */
  async #refusable<T>(step: () => Promise<T>): Promise<T> {
    try {
      return await this.#guard(step);
    } catch (error) {
      if (error instanceof ImportError && error.code === 'E_DAY_COMPLETE') this.state = 'refused';
      throw error;
    }
  }

  // After a failure a file may lack rows: nothing may follow it but `abort`.
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
