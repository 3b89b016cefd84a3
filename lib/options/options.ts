import type { IfExists } from '../commit/partition-commit.ts';
import type { EventMapping } from '../mapping/types.ts';
import type { Compression } from '../parquet/options.ts';
import type { CsvOptions } from '../parse/csv/options.ts';
import type { TextFormat } from '../parse/formats.ts';
import type { IdentifiersMode, InsertIdMode, LimitsMode } from '../record/modes.ts';
import type { Progress, RejectRecord } from '../report.ts';
import type { UnfinishedMode } from '../route/day-rules.ts';
import type { ByteStream, NamedStream } from '../source/byte-stream.ts';
import type { CommandInput } from '../source/command.ts';
import type { FollowGrowth } from '../source/input-file.ts';
import type { Store } from '../store/contract.ts';
import type { StoreOptions } from '../store/options.ts';
import type { EventTransform } from '../transform/event.ts';

/**
 * Where events come from:
 *
 * - a path, a pattern of paths, a URL (`s3://bucket/key`, `gs://…`, `file:///…`), or `-` for standard input;
 * - a `URL` object of one of these schemes, with its path percent-encoded as URLs are;
 * - a stream of bytes or text: a Node `Readable`, a web `ReadableStream` such as the body of a `fetch`, or any
 *   `AsyncIterable`. In messages and reject records it is `stream`, the next one `stream 2`, or the name given
 *   as `{ name, stream }`;
 * - a program whose standard output is read, as `{ command: ['zcat', 'events.gz'] }`. Nothing is committed unless it
 *   exits with 0.
 */
export type Input = string | URL | ByteStream | NamedStream | CommandInput;

/** How events become rows. */
export interface RecordOptions {
  /** Default `uuid`. */
  insertId?: InsertIdMode;
  /** Default `warn`. */
  limits?: LimitsMode;
  /** Default `map`. */
  identifiers?: IdentifiersMode;
  /** Nested objects and arrays in maps become dotted keys instead of JSON text. Default false. */
  flatten?: boolean;
}

/** Options of `convert`. docs/options.md lists each with its range, unit and danger. */
export interface ConvertOptions extends RecordOptions {
  /** What to read, in this order. A folder means the files in it, and in the folders inside it, with known endings. */
  inputs: readonly Input[];
  /** A file with further inputs, one a line, such as paths and URLs; they are read after `inputs`. */
  filesFrom?: string;
  /** Most events to read, for a try: the run then ends as if the input did. Default: all. */
  limit?: number;
  /**
   * A file on this machine that grows while it is read ends the run (`off`, the default), or is read up to the
   * size that it had at first (`ignore`). Any other change of an input ends the run in any case.
   */
  followGrowth?: FollowGrowth;
  /** Seconds for which no file among the inputs may have changed before the run. Default: any time. */
  settle?: number;
  /** Where the days go: a folder, a URL (`file:`, `s3://bucket/prefix`, `gs://bucket/prefix`), or a store of your own. */
  to: string | URL | Store;
  /** How the clouds' stores are reached, for inputs and output. */
  store?: StoreOptions;
  /** Format of every input. Default: detected from each input, so that one run may mix formats. */
  format?: TextFormat;
  /**
   * Path of the events in a JSON document, names divided by dots: `data.events`. Arrays on the way are
   * walked through. Default: the document is the array of events, or an event.
   */
  jsonPath?: string;
  /** A mapping, or the path of a JSON file with one. Default: the vendor's own column names. */
  mapping?: EventMapping | string;
  /** Name of a ready mapping for a well-known source, such as `segment`; instead of `mapping`. */
  preset?: string;
  /**
   * Constants for what events do not have (or have as null): `COLUMN.KEY` of a map, `event_key` or
   * `metric_value` → text. `ts.timezone`, `ts.ambiguous` and `ts.format` say how times are read.
   */
  set?: Readonly<Record<string, string>>;
  /**
   * Your code, applied to each event after the mapping and before any check: a function, or the path of a
   * module whose default export is one. An exception rejects the event (`transform_failed`).
   */
  transform?: EventTransform | string;
  /** How inputs in CSV are written, where their first lines do not say it. */
  csv?: CsvOptions;
  /**
   * Only events whose event key matches one of these patterns, and none that begins with `!`:
   * `['purchase,view_*', '!*_debug']`; `*` is any text, `?` any one character. Others count as filtered.
   */
  where?: string | readonly string[];
  /**
   * Writes only the first of the events that have one insert_id on a UTC day; others count as filtered
   * (`duplicate_insert_id`). Exact, within one run, by at most one thread. Default false.
   */
  dedupe?: boolean;
  /**
   * Bytes in which `dedupe` remembers ids, from 1 MiB on; more than 2 GiB is not used. Further ids go to a
   * temporary file (in TMPDIR), about 28 bytes each. The default of 256 MiB holds 4.8 million ids, and stays
   * fast up to 100 million.
   */
  dedupeMemory?: number;
  /** First UTC day (`YYYY-MM-DD`) whose rows are written; rows of earlier days count as filtered. */
  from?: string;
  /** Last UTC day (`YYYY-MM-DD`) whose rows are written; rows of later days count as filtered. */
  until?: string;
  /**
   * Takes events before 2000-01-01 or more than a day ahead of this machine's clock, which are rejected otherwise
   * (`ts_implausible`). Default false.
   */
  anyDay?: boolean;
  /**
   * What happens to events of a UTC day that is not over by this machine's clock: `leave` leaves them out and counts
   * them (`day_not_over`), `commit` writes them and commits the day as it is. Default `leave`.
   */
  unfinished?: UnfinishedMode;
  /** What happens to a day that already has `_SUCCESS`. Default `fail`. */
  ifExists?: IfExists;
  /** Whether `ifExists: 'replace'` may leave a day with fewer events than it had. Default false. */
  allowShrink?: boolean;
  /** Rejected events that still allow a commit: a count, or a share of the events read such as `"0.1%"`. Default 0. */
  maxRejects?: number | string;
  /**
   * Called for each rejected event, in order; a returned promise slows the reader down. With threads, compressed
   * inputs of more than 1 MiB are read at the same time, so that their rejects come mixed.
   */
  onReject?: (reject: RejectRecord) => void | Promise<void>;
  /** Longest line in bytes, at most 24 MiB; longer ones are rejected without being held in memory. Default 16 MiB. */
  maxLine?: number;
  /** Codec of the Parquet pages. Default `snappy`. */
  compression?: Compression;
  /** Level of zstd (1 to 22) or gzip (1 to 9). Default: the codec's fast level. */
  compressionLevel?: number;
  /** Uncompressed bytes of a row group. Default 12 MiB: about 80,000 events, whose values fit a dictionary. */
  rowGroupSize?: number;
  /** Bytes at which a day starts another file. Default 256 MiB. */
  fileSize?: number;
  /** Bytes of RSS beyond the bare runtime that batches, row groups and buffers may use. Default 256 MiB. */
  memory?: number;
  /**
   * Worker threads; 0 does everything on the calling thread. Default: one for each core, or 0 where the input
   * is so small that threads would not pay. The same inputs, options and number give byte-identical files. Another
   * number gives the same events of each day, in other row groups and with more than one thread in another order.
   */
  threads?: number;
  /**
   * Takes it as right that there are no events. Without it a run without events, or without events of a day from
   * `from` to `until`, commits nothing (`status: 'empty'`). With it each such day gets an empty folder with
   * `_SUCCESS`. Default false.
   */
  allowEmpty?: boolean;
  /**
   * Fewest good events of the run and, with `from` or `until`, of each of its days. With fewer nothing is committed
   * (`status: 'too-few'`). Default 1.
   */
  minEvents?: number;
  /** Does everything but writing. Default false. */
  dryRun?: boolean;
  /** Called about ten times a second. */
  onProgress?: (progress: Progress) => void;
  /** Ends the run without a commit. */
  signal?: AbortSignal;
}
