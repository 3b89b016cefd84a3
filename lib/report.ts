import type { FilterCode, RejectCode, WarningCode } from './codes.ts';
import type { DayCut } from './route/cut-day.ts';
import type { Retry } from './store/retry.ts';

/**
 * How a run that read all of its input ended. Only `committed` commits days:
 *
 * - `rejected`: more events were rejected than `maxRejects` allows.
 * - `empty`: the run, or a day that was asked for, has no events; `shortfall` says which days, and what was there.
 * - `too-few`: the run, or a day that was asked for, has fewer events than `minEvents`; see `shortfall`.
 * - `dry-run`: nothing forbids a commit, but nothing was to be written.
 */
export type RunStatus = 'committed' | 'rejected' | 'empty' | 'too-few' | 'dry-run';

/** What was missing, and what was there instead, where a run was not committed for want of events. */
export interface Shortfall {
  /** Events that the run, and each day that was asked for, had to have: `minEvents`, or 1. */
  expected: number;
  /** Good events of the whole run. */
  events: number;
  /** Days (UTC, `YYYY-MM-DD`) with fewer events than expected, and how many they have; the first 400. */
  days: Record<string, number>;
  /** Events that were left out because their day was not asked for, by day; of 400 days at most. */
  otherDays: Record<string, number>;
  /** Event keys that `where` left out; at most 100. */
  otherKeys: string[];
  /** Paths that the mapping's `only` asks for and no event has; `near` is the field that was probably meant. */
  absentPaths?: { path: string; near?: string }[];
}

/** A file that was written. */
export interface FileReport {
  /** Name within the day's folder, such as `000000000000.parquet`. */
  name: string;
  rows: number;
  /** Size of the file in bytes. */
  bytes: number;
}

/** What happened to one day's folder, `dt=YYYY-MM-DD`. */
export interface PartitionReport {
  /** UTC day, `YYYY-MM-DD`. */
  day: string;
  rows: number;
  /** Time of the day's first event in the input, UTC: `2023-01-01T00:00:03.120Z`; absent if there is none. */
  first?: string;
  /** Time of the day's last event in the input, UTC; absent if there is none. */
  last?: string;
  /** A sign that the input holds only a part of the day; absent if there is none, or the day is not over. */
  cut?: DayCut;
  files: FileReport[];
  /** Whether the day is committed with this run's files: this run put `_SUCCESS`, or the day is `repeated`. */
  success: boolean;
  /** The day was already complete and `ifExists` is `skip`: its rows count as filtered. */
  skipped?: boolean;
  /** The day was committed before by the same input and options: this run compared its files, and wrote nothing. */
  repeated?: boolean;
  /** The day was complete before, and stays as it was: nothing of this run is in it. */
  unchanged?: boolean;
  /** The store did not answer, so that it is not known whether the day has `_SUCCESS`. */
  uncertain?: boolean;
  /** Parquet files of other runs that were deleted from the folder; absent if there were none. */
  removed?: readonly string[];
}

/**
 * What a run did; `--json` prints exactly this object.
 * `rowsIn = rowsWritten + rowsRejected + rowsFiltered`.
 */
export interface Report {
  status: RunStatus;
  rowsIn: number;
  rowsWritten: number;
  rowsRejected: number;
  /** Events left out on purpose; `filtered` says why. */
  rowsFiltered: number;
  /** Uncompressed bytes of input. */
  bytesIn: number;
  seconds: number;
  partitions: PartitionReport[];
  /** Events left out on purpose, by reason; the sum is `rowsFiltered`. */
  filtered: Partial<Record<FilterCode, number>>;
  rejects: Partial<Record<RejectCode, number>>;
  warnings: Partial<Record<WarningCode, number>>;
  /** Source fields that no column uses, and how often each occurred; at most 100 names. */
  ignoredFields: Record<string, number>;
  /** Why the status is `empty` or `too-few`; absent with any other status. */
  shortfall?: Shortfall;
  /** Sentences for a person: what the run could not clean up, and what will; absent if there is nothing. */
  leftovers?: readonly string[];
  /** Sentences for a person: what a server does unlike its protocol, and which check took its place; absent if nothing. */
  notes?: readonly string[];
}

/** One rejected event, as the rejects file has it. */
export interface RejectRecord {
  /** Name of the input. */
  source: string;
  /** Line in the source, counted from 1. */
  line: number;
  /** Byte offset of the line in the uncompressed source. */
  offset: number;
  code: RejectCode;
  message: string;
  /** The event's source text; only its beginning if the line was too long. */
  raw: string;
}

/** How far a run has got. */
export interface Progress {
  /** Bytes read of the inputs as they are stored, before decompression. */
  bytesRead: number;
  /** Stored bytes of all inputs, if known; compared with `bytesRead` it gives the share that is read. */
  bytesTotal: number | undefined;
  /** Uncompressed bytes parsed. */
  bytesIn: number;
  rowsIn: number;
  rowsRejected: number;
  rowsFiltered: number;
  /** Rows written to files. If many days are mixed, most are written only after everything was read. */
  rowsWritten: number;
  daysCommitted: number;
  /** Days to commit; known once all rows are in files and the commits begin. */
  daysToCommit: number | undefined;
  /** A request to a cloud that failed a moment ago and is being retried. */
  retrying: Retry | undefined;
  seconds: number;
}
