import type { Readable } from 'node:stream';
import type { IfExists } from '../commit/partition-commit.ts';
import type { EventMapping } from '../mapping/types.ts';
import type { Compression } from '../parquet/options.ts';
import type { CsvOptions } from '../parse/csv/options.ts';
import { FORMAT_NAMES, type TextFormat } from '../parse/formats.ts';
import type { IdentifiersMode, InsertIdMode, LimitsMode } from '../record/modes.ts';
import type { Progress, RejectRecord } from '../report.ts';
import type { Store } from '../store/contract.ts';
import type { StoreOptions } from '../store/options.ts';
import type { EventTransform } from '../transform/event.ts';

/** An input: a path, URL (`s3://bucket/key`) or glob of either, `-` for stdin, or a stream of bytes with a name for messages. */
export type Input = string | { name: string; stream: Readable };

/** How events become rows; everything but where from and where to. */
export interface RecordOptions {
  /** Default `uuid`. */
  insertId?: InsertIdMode;
  /** Default `warn`. */
  limits?: LimitsMode;
  /** Default `map`. */
  identifiers?: IdentifiersMode;
  /** Nested objects and arrays of maps become dotted keys instead of JSON text. Default false. */
  flatten?: boolean;
}

/** Options of `convert`. */
export interface ConvertOptions extends RecordOptions {
  inputs: readonly Input[];
  /** A folder, a `file:` URL, `s3://bucket/prefix`, or a store of your own. */
  to: string | Store;
  /** How the clouds' stores are reached, for inputs and output. */
  store?: StoreOptions;
  /** Format of every input. Default: each is looked at, so that a run may mix them. */
  format?: TextFormat;
  /**
   * JSON documents: names that lead to the events, divided by dots: `data.events`. Arrays on the way are
   * walked through. Default: the document is the array of events, or an event.
   */
  jsonPath?: string;
  /** A mapping, or the path of a JSON file with one. Default: the vendor's own column names. */
  mapping?: EventMapping | string;
  /** Name of a ready mapping for a well-known source, such as `segment`; in place of `mapping`. */
  preset?: string;
  /**
   * Constants for what events do not have (or have as null): `COLUMN.KEY` of a map, `event_key` or
   * `metric_value` → text. `ts.timezone` sets the zone of times that state none.
   */
  set?: Readonly<Record<string, string>>;
  /**
   * User code applied to each event after the mapping and before anything is checked: a function, or the
   * path of a module whose default export is one. An exception rejects the event (`transform_failed`).
   */
  transform?: EventTransform | string;
  /** How inputs in CSV are written, where their first lines do not tell. */
  csv?: CsvOptions;
  /**
   * Only events whose event key one of these patterns fits, and none that begins with `!`:
   * `['purchase,view_*', '!*_debug']`; `*` is any text, `?` any one character. Others count as filtered.
   */
  where?: string | readonly string[];
  /**
   * Of events with one insert_id on a UTC day only the first is written; others count as filtered
   * (`duplicate_insert_id`). Exact, within one run, by at most one thread. Default false.
   */
  dedupe?: boolean;
  /**
   * Bytes in which `dedupe` remembers ids, 1 MiB at least; of more than 2 GiB no use is made. Past them ids
   * go to a temporary file (TMPDIR), about 28 bytes each. Default 256 MiB, which hold 4.9 million ids, and
   * stay fast up to 100 million.
   */
  dedupeMemory?: number;
  /** Only rows of these UTC days (`YYYY-MM-DD`, both included) are written; others are counted as filtered. */
  from?: string;
  until?: string;
  /** A day that already has `_SUCCESS`. Default `fail`. */
  ifExists?: IfExists;
  /** Rejected events that still allow a commit: a count, or a share of the events read such as `"0.1%"`. Default 0. */
  maxRejects?: number | string;
  /** Called for each rejected event, in order; a returned promise slows the reader down. */
  onReject?: (reject: RejectRecord) => void | Promise<void>;
  /** Longest line in bytes, 24 MiB at most; longer ones are rejected without being held. Default 16 MiB. */
  maxLine?: number;
  /** Default `snappy`. */
  compression?: Compression;
  /** Level of zstd or gzip; default: the codec's fast level. */
  compressionLevel?: number;
  /** Uncompressed bytes of a row group. Default 12 MiB: some 80,000 events, whose values a dictionary holds. */
  rowGroupSize?: number;
  /** Bytes of a file after which the next one is begun. Default 256 MiB. */
  fileSize?: number;
  /** Bytes of RSS over the bare runtime that batches, row groups and buffers may use. Default 256 MiB. */
  memory?: number;
  /**
   * Worker threads; 0 does everything on the calling one. Default: one for each core, or 0 where the input
   * is so small that they would not pay. The same input, options and number give the same files.
   */
  threads?: number;
  /** Days inside from/until without a row get an empty partition with `_SUCCESS`. Default false. */
  allowEmpty?: boolean;
  /** Everything but writing. Default false. */
  dryRun?: boolean;
  /** Called about ten times a second. */
  onProgress?: (progress: Progress) => void;
  /** Ends the run without a commit. */
  signal?: AbortSignal;
}

/** Options that take one of a few words. */
export const CHOICES: {
  readonly [K in
    | 'insertId'
    | 'limits'
    | 'identifiers'
    | 'format'
    | 'compression'
    | 'ifExists']: readonly NonNullable<ConvertOptions[K]>[];
} = {
  insertId: ['uuid', 'any', 'derive'],
  limits: ['warn', 'reject', 'off'],
  identifiers: ['map', 'json'],
  format: FORMAT_NAMES,
  compression: ['snappy', 'zstd', 'gzip', 'none'],
  ifExists: ['fail', 'skip', 'replace'],
};
