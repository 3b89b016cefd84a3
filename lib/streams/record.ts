import type { Transform } from 'node:stream';
import { perKernel } from '../batch/per-kernel.ts';
import { checkLinkOptions } from '../options/links.ts';
import { EventFilter, eventMatcher } from '../record/event-filter.ts';
import { identifiersJson as writeIdentifiers } from '../record/identifiers-json.ts';
import { limits as checkLimits } from '../record/limits.ts';
import { lowercaseKeys as lowercase } from '../record/lowercase-keys.ts';
import { metricValue as readMetric } from '../record/metric-value.ts';
import type {
  AmbiguousMode,
  IdentifiersMode,
  InsertIdMode,
  LimitsMode,
  TimeUnit,
} from '../record/modes.ts';
import { recordStages } from '../record/stages.ts';
import { timeFormat } from '../record/time-format.ts';
import { TimeZone } from '../record/time-zone.ts';
import { type TimeOptions, truncateTimestamps as truncate } from '../record/truncate-timestamps.ts';
import { validate as validateBatch } from '../record/validate.ts';
import { stage } from './stage.ts';

// The links between a parser and `route`. Each changes batches of events in place and passes them on.

/** Options for reading `ts`. */
export interface TimestampOptions {
  /** Unit of epoch numbers. Default `auto`, which chooses a unit by the size of each number. */
  unit?: TimeUnit;
  /** IANA time zone of times that state none. Default: UTC. */
  timezone?: string;
  /** Which moment a local time means that a clock change repeats. Default `reject`: the event is rejected. */
  ambiguous?: AmbiguousMode;
  /** Format of times in the tokens of a mapping, such as `DD/MMM/YYYY:HH:mm:ss ZZ`. Default: ISO 8601 or epoch numbers. */
  format?: string;
}

/** Options of `record`. */
export interface RecordLinkOptions extends TimestampOptions {
  /** What happens to an event without a UUID. Default `uuid`: it is rejected. */
  insertId?: InsertIdMode;
  /** What happens to an event that exceeds one of the vendor's limits. Default `warn`: it is counted. */
  limits?: LimitsMode;
  /** Parquet type of `identifiers`. `rowGroups` and `deliver` must get the same value. Default `map`. */
  identifiers?: IdentifiersMode;
  /** Event keys that are wanted, in the syntax of `where`. Default: all. */
  where?: string | readonly string[];
}

/**
 * Link of a pipeline: all record links in one, `where`, `validate`, `lowercaseKeys`, `truncateTimestamps`,
 * `metricValue`, `limits` and, with `identifiers: 'json'`, `identifiersJson`.
 *
 * @throws ImportError E_USAGE for an invalid pattern or time zone
 */
export function record(options: RecordLinkOptions = {}): Transform {
  checkLinkOptions('record', options);
  const { insertId = 'uuid', limits = 'warn', identifiers = 'map', where } = options;
  const times = timesOf(options);
  const filterOf = where === undefined ? () => undefined : filters(where);
  return stage((batch) =>
    recordStages(batch, {
      insertId,
      limits,
      identifiers,
      ...times,
      filter: filterOf(batch.kernel),
    }),
  );
}

/**
 * Link of a pipeline: leaves out events by their event key; they are counted as filtered. Patterns such as
 * `purchase,view_*` name the keys that are wanted, `!debug_*` those that are not.
 *
 * @throws ImportError E_USAGE for an invalid pattern
 */
export function where(patterns: string | readonly string[]): Transform {
  const filterOf = filters(patterns);
  return stage((batch) => filterOf(batch.kernel).apply(batch));
}

/** Link of a pipeline: rejects events that lack what the vendor requires. Default: insert_id must be a UUID. */
export function validate(options: { insertId?: InsertIdMode } = {}): Transform {
  checkLinkOptions('validate', options);
  const insertId = options.insertId ?? 'uuid';
  return stage((batch) => validateBatch(batch, { insertId }));
}

/**
 * Link of a pipeline: lower-cases map keys. If keys become equal, the last one wins. Entries with null are dropped.
 */
export function lowercaseKeys(): Transform {
  return stage(lowercase);
}

/**
 * Link of a pipeline: parses `ts`, truncates it to milliseconds, and determines its UTC day.
 *
 * @throws ImportError E_USAGE
 */
export function truncateTimestamps(options: TimestampOptions = {}): Transform {
  checkLinkOptions('truncateTimestamps', options);
  const times = timesOf(options);
  return stage((batch) => truncate(batch, times));
}

/** Link of a pipeline: parses metric_value as DECIMAL(24,6). */
export function metricValue(): Transform {
  return stage(readMetric);
}

/** Link of a pipeline: counts (default) or rejects events that exceed the vendor's limits. */
export function limits(options: { limits?: LimitsMode } = {}): Transform {
  checkLinkOptions('limits', options);
  return stage((batch) => checkLimits(batch, { limits: options.limits ?? 'warn' }));
}

/**
 * Link of a pipeline: also writes identifiers as JSON, for Parquet files whose `identifiers` column is a JSON string.
 */
export function identifiersJson(): Transform {
  return stage(writeIdentifiers);
}

/** Returns a function that makes one filter per kernel. The patterns are checked now. */
function filters(patterns: string | readonly string[]): ReturnType<typeof perKernel<EventFilter>> {
  eventMatcher(patterns);
  return perKernel(() => new EventFilter(patterns));
}

function timesOf({ unit = 'auto', timezone, ambiguous, format }: TimestampOptions): TimeOptions {
  const timeZone = timezone === undefined ? undefined : new TimeZone(timezone, ambiguous);
  return { unit, timeZone, format: format === undefined ? undefined : timeFormat(format) };
}
