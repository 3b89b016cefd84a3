import type { ParquetOptions } from '../parquet/options.ts';
import type { RunCounters } from '../run-counters.ts';
import type { StoreOptions } from '../store/options.ts';
import type { IfExists } from './partition-commit.ts';

/** Options of `deliver`. */
export interface DeliverOptions {
  /**
   * The counters of the links before, which say how many events were rejected. Gets the counts of written rows and
   * files.
   */
  counters: RunCounters;
  /** Must have the same `identifiers` as the options of `rowGroups`. Default: `map`, snappy, row groups of 12 MiB. */
  parquet?: Partial<ParquetOptions> | undefined;
  /** Bytes after which the next file of a day begins. Default 256 MiB. */
  fileSize?: number | undefined;
  /** What happens if a day already has `_SUCCESS`: `fail`, `skip` or `replace`. Default `fail`. */
  ifExists?: IfExists | undefined;
  /** Whether `replace` may leave a day with fewer events than it had. Default false. */
  allowShrink?: boolean | undefined;
  /** Most rejected events with which the run commits: a count, or a share such as `"0.1%"`. Default 0. */
  maxRejects?: number | string | undefined;
  /** UTC days (`YYYY-MM-DD`) that get `_SUCCESS` even without a row. Default: none. */
  emptyDays?: readonly string[] | undefined;
  /** Does everything except writing. Default false. */
  dryRun?: boolean | undefined;
  /** How to reach the store of a cloud. Used only if `to` is a string. */
  store?: StoreOptions | undefined;
}
