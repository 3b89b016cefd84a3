import type { FilterCode, RejectCode, WarningCode } from './codes.ts';
import type { Retry } from './store/retry.ts';

/** How a run ended: committed, not committed because of rejects, or nothing to commit in a dry run. */
export type RunStatus = 'committed' | 'rejected' | 'dry-run';

/** A file that was written. */
export interface FileReport {
  /** `000000000000.parquet` */
  name: string;
  rows: number;
  /** Size of the file. */
  bytes: number;
}

/** A day's folder, `dt=YYYY-MM-DD`. */
export interface PartitionReport {
  /** UTC day, `YYYY-MM-DD`. */
  day: string;
  rows: number;
  files: FileReport[];
  /** Whether this run put `_SUCCESS`. */
  success: boolean;
  /** The day was complete before and `ifExists` is `skip`: its rows are counted as filtered. */
  skipped?: boolean;
  /** Parquet files of the folder that were not this run's, and so were deleted; only where there were some. */
  removed?: readonly string[];
}

/** What a run did; `--json` prints exactly this object. rowsIn = rowsWritten + rowsRejected + rowsFiltered. */
export interface Report {
  status: RunStatus;
  rowsIn: number;
  rowsWritten: number;
  rowsRejected: number;
  /** All that is left out on purpose: `filtered` says why. */
  rowsFiltered: number;
  /** Uncompressed bytes of input. */
  bytesIn: number;
  seconds: number;
  partitions: PartitionReport[];
  /** Why events were left out; the sum is `rowsFiltered`. */
  filtered: Partial<Record<FilterCode, number>>;
  rejects: Partial<Record<RejectCode, number>>;
  warnings: Partial<Record<WarningCode, number>>;
  /** Source fields that no column uses → how often they came; at most 100 names. */
  ignoredFields: Record<string, number>;
  /** What the store could not clean up behind this run, and what would; only where there is something. */
  leftovers?: readonly string[];
}

/** One rejected event, as it stands in the rejects file. */
export interface RejectRecord {
  source: string;
  /** Counted from 1. */
  line: number;
  /** Byte offset of the line in the (uncompressed) source. */
  offset: number;
  code: RejectCode;
  message: string;
  /** The event's source text; only its beginning where the line was too long. */
  raw: string;
}

/** How far a run is. */
export interface Progress {
  /** Bytes read of the inputs as they are stored (compressed), and their total where it is known. */
  bytesRead: number;
  bytesTotal: number | undefined;
  /** Uncompressed bytes parsed. */
  bytesIn: number;
  rowsIn: number;
  rowsRejected: number;
  rowsFiltered: number;
  /** Rows in files. Where many days are mixed, most get there only when everything was read. */
  rowsWritten: number;
  daysCommitted: number;
  /** Known when all rows are in files, and the commits begin. */
  daysToCommit: number | undefined;
  /** A request to a cloud that failed a moment ago and is tried again. */
  retrying: Retry | undefined;
  seconds: number;
}
