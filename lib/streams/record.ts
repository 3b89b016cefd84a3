import type { Transform } from 'node:stream';
import { perKernel } from '../batch/per-kernel.ts';
import { EventFilter, eventMatcher } from '../record/event-filter.ts';
import { identifiersJson as writeIdentifiers } from '../record/identifiers-json.ts';
import { limits as checkLimits } from '../record/limits.ts';
import { lowercaseKeys as lowercase } from '../record/lowercase-keys.ts';
import { metricValue as readMetric } from '../record/metric-value.ts';
import type { IdentifiersMode, InsertIdMode, LimitsMode, TimeUnit } from '../record/modes.ts';
import { recordStages } from '../record/stages.ts';
import { TimeZone } from '../record/time-zone.ts';
import { truncateTimestamps as truncate } from '../record/truncate-timestamps.ts';
import { validate as validateBatch } from '../record/validate.ts';
import { stage } from './stage.ts';

// The links between a parser and `route`: each takes batches of events and hands the same batches on.

/** How `ts` is read. */
export interface TimestampOptions {
  /** Unit of epoch numbers. Default `auto`: by their size. */
  unit?: TimeUnit;
  /** IANA name of the zone of times that state none. Default: they are UTC. */
  timezone?: string;
}

/** Options of `record`. */
export interface RecordLinkOptions extends TimestampOptions {
  /** What is done with an event without a UUID. Default `uuid`: it is rejected. */
  insertId?: InsertIdMode;
  /** What is done where one of the vendor's limits is passed. Default `warn`: it is counted. */
  limits?: LimitsMode;
  /** Parquet type of `identifiers`; `rowGroups` and `deliver` need the same. Default `map`. */
  identifiers?: IdentifiersMode;
  /** Event keys that are wanted, as in `where`. Default: all. */
  where?: string | readonly string[];
}

/**
 * All record links in one: `where`, `validate`, `lowercaseKeys`, `truncateTimestamps`, `metricValue`, `limits`
 * and, with `identifiers: 'json'`, `identifiersJson`.
 *
 * @throws ImportError E_USAGE
 */
export function record(options: RecordLinkOptions = {}): Transform {
  const { insertId = 'uuid', limits = 'warn', identifiers = 'map', unit = 'auto', where } = options;
  const timeZone = timeZoneOf(options);
  const filterOf = where === undefined ? () => undefined : filters(where);
  return stage((batch) =>
    recordStages(batch, {
      insertId,
      limits,
      identifiers,
      unit,
      timeZone,
      filter: filterOf(batch.kernel),
    }),
  );
}

/** Leaves out events by their event key: `purchase,view_*`, `!debug_*` (counted as filtered). */
export function where(patterns: string | readonly string[]): Transform {
  const filterOf = filters(patterns);
  return stage((batch) => filterOf(batch.kernel).apply(batch));
}

/** Rejects events without what the vendor requires. Default: a UUID as insert_id. */
export function validate(options: { insertId?: InsertIdMode } = {}): Transform {
  const insertId = options.insertId ?? 'uuid';
  return stage((batch) => validateBatch(batch, { insertId }));
}

/** Lower-cases map keys. The last of keys that become equal wins; nulls are dropped. */
export function lowercaseKeys(): Transform {
  return stage(lowercase);
}

/** Reads `ts`, truncates it to milliseconds, and finds its UTC day. */
export function truncateTimestamps(options: TimestampOptions = {}): Transform {
  const timeZone = timeZoneOf(options);
  return stage((batch) => truncate(batch, { unit: options.unit ?? 'auto', timeZone }));
}

/** Reads metric_value as DECIMAL(24,6). */
export function metricValue(): Transform {
  return stage(readMetric);
}

/** Counts (default) or rejects what passes the vendor's limits. */
export function limits(options: { limits?: LimitsMode } = {}): Transform {
  return stage((batch) => checkLimits(batch, { limits: options.limits ?? 'warn' }));
}

/** Writes identifiers as JSON too, for a Parquet file whose `identifiers` column is a JSON string. */
export function identifiersJson(): Transform {
  return stage(writeIdentifiers);
}

/** A filter for each kernel; the patterns are checked at once. */
function filters(patterns: string | readonly string[]): ReturnType<typeof perKernel<EventFilter>> {
  eventMatcher(patterns);
  return perKernel(() => new EventFilter(patterns));
}

function timeZoneOf({ timezone }: TimestampOptions): TimeZone | undefined {
  return timezone === undefined ? undefined : new TimeZone(timezone);
}
