import type { StoreOptions } from '../store/options.ts';
import type { Finding } from './finding.ts';

/** Options of `verify`. */
export interface VerifyOptions {
  /** First UTC day, `YYYY-MM-DD`. With both ends given, each day between has to be there. Default: all days. */
  from?: string;
  /** Last UTC day. */
  until?: string;
  /**
   * Reads values too: all of them, or a share of the row groups such as `"5%"`. Default false: only footers are read,
   * less than 1 MB for a day of 300 MB.
   */
  deep?: boolean | string;
  /**
   * Bytes of memory for the insert_ids of a day, of which duplicates are looked for; further ones wait in a temporary
   * file. Default 256 MiB, enough for 9 million.
   */
  dedupeMemory?: number;
  /** How buckets are reached. */
  store?: StoreOptions;
  /** Called when a day has been looked at. */
  onDay?: (day: VerifiedDay) => void;
}

/** What `verify` found about a day. */
export interface VerifiedDay {
  day: string;
  /** `odd`: no fault, but something to look at. */
  verdict: 'sound' | 'odd' | 'faulty' | 'missing';
  /** Whether `_SUCCESS` is there. */
  success: boolean;
  files: number;
  bytes: number;
  /** By the footers; undefined where one could not be read. */
  events: number | undefined;
  /** Times of the first and last event, ISO 8601; undefined where the footers do not say. */
  first?: string;
  last?: string;
  findings: Finding[];
  /** Findings that are not listed. */
  more: number;
}

/** Days that follow each other and are not there. */
export interface DayGap {
  from: string;
  /** Last day of the gap. */
  until: string;
  /** How many days they are. */
  count: number;
  /** `missing`: they were asked for, which makes it a fault; `odd`: they are between days that are there. */
  verdict: 'odd' | 'missing';
}

/** What `verify` found. */
export interface VerifyReport {
  /** Where it looked. */
  url: string;
  /** Whether there is no fault. */
  ok: boolean;
  days: VerifiedDay[];
  /** The missing days, where there are more than 1,000; up to that many are in `days`, and this is empty. */
  gaps: DayGap[];
  /** What concerns no day, such as folders that are no days. */
  findings: Finding[];
  /** Bytes of all files. */
  bytes: number;
  /** Bytes that were read. */
  bytesRead: number;
  /** What was read of the values; undefined where only footers were. */
  deep?: { share: number; rowGroups: number; rowGroupsRead: number; events: number };
}

/** Options of `inspect`. */
export interface InspectOptions {
  /** How many of the first rows to read. Default 0. */
  rows?: number;
  /** Whether to list the pages, which reads the whole file. Default false. */
  pages?: boolean;
  /** How buckets are reached. */
  store?: StoreOptions;
}

/** Options of `readDay`. */
export interface ReadDayOptions {
  /** How buckets are reached. */
  store?: StoreOptions;
}

/** Options of `status`. */
export interface StatusOptions {
  /** First UTC day, `YYYY-MM-DD`. Default: the first day of the month. */
  from?: string;
  /** Last UTC day. Default: the last day of the month. */
  until?: string;
  /** Month, `YYYY-MM`, in place of `from` and `until`. Default: yesterday's month. */
  month?: string;
  /** Time of day, `HH:MM`: a day is due at the first such time after it is over. Default: days are never late. */
  deadline?: string;
  /** IANA time zone of the deadline. Default UTC. */
  tz?: string;
  /** How buckets are reached. */
  store?: StoreOptions;
}
