import type { PartitionReport } from '../report.ts';
import { formatDay } from '../route/by-day.ts';
import type { Store } from '../store/contract.ts';
import { DayFiles, type DayFilesOptions } from './day-files.ts';
import { PartitionCommit } from './partition-commit.ts';
import type { StagingArea } from './staging-area.ts';

/** The steps of one day, in order: each begins when the one before has ended, whether or not it failed. */
export class DayDelivery {
  readonly #files: DayFiles;
  readonly #name: string;
  readonly #fileSize: number;
  #last: Promise<unknown> = Promise.resolve();
  /** Approximate size of the open file once all steps so far have ended. */
  #fileBytes = 0;

  constructor(store: Store, day: number, area: StagingArea, options: DayFilesOptions) {
    this.#name = formatDay(day);
    this.#fileSize = options.fileSize;
    const came = (): number | undefined => options.eventsOf?.(day);
    this.#files = new DayFiles(new PartitionCommit(store, day, area, came), options);
  }

  /** Adds a step; resolves with its result. */
  run<T>(step: (files: DayFiles) => Promise<T>): Promise<T> {
    const result = this.#last.then(() => step(this.#files));
    this.#last = result.catch(() => {});
    return result;
  }

  /** Counts bytes that a step will append; returns the size that the open file then has. */
  grow(bytes: number): number {
    this.#fileBytes += bytes;
    if (this.#fileBytes >= this.#fileSize) this.#fileBytes = 0;
    return this.#fileBytes;
  }

  /** Adds a step that ends the open file. */
  finish(): Promise<void> {
    this.#fileBytes = 0;
    return this.run((files) => files.finish());
  }

  /** The day as `YYYY-MM-DD`. */
  get name(): string {
    return this.#name;
  }

  get state(): DayFiles['state'] {
    return this.#files.state;
  }

  report(dryRun: boolean): PartitionReport {
    const { rows, files, state, removed, known } = this.#files;
    // A dry run changes no day.
    const isUnchanged = dryRun ? known.wasComplete === true : known.isUntouched;
    const isUncertain = known.isUncertain && !isUnchanged;
    return {
      day: this.#name,
      rows,
      files: [...files],
      success: state === 'committed' && !dryRun,
      ...(state === 'skipped' && { skipped: true }),
      ...(state === 'committed' && known.isRepeated && { repeated: true }),
      ...(state === 'open' && isUnchanged && { unchanged: true }),
      ...(state === 'open' && isUncertain && { uncertain: true }),
      ...(removed.length > 0 && { removed: [...removed] }),
    };
  }
}
