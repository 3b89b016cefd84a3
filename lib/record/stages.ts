import type { EventBatch } from '../batch/event-batch.ts';
import { EventFilter } from './event-filter.ts';
import { identifiersJson } from './identifiers-json.ts';
import { limits } from './limits.ts';
import { lowercaseKeys } from './lowercase-keys.ts';
import { metricValue } from './metric-value.ts';
import type { AmbiguousMode, IdentifiersMode, InsertIdMode, LimitsMode } from './modes.ts';
import { timeFormat } from './time-format.ts';
import { TimeZone } from './time-zone.ts';
import { type TimeOptions, truncateTimestamps } from './truncate-timestamps.ts';
import { validate } from './validate.ts';

export interface RecordStageOptions extends TimeOptions {
  insertId: InsertIdMode;
  limits: LimitsMode;
  identifiers: IdentifiersMode;
  /** Leaves out events by their event key. */
  filter?: EventFilter | undefined;
}

/** RecordStageOptions in a form that can be sent to another thread. */
export type NamedRecordOptions = Omit<RecordStageOptions, 'timeZone' | 'format' | 'filter'> & {
  /** IANA name of the zone of times without a zone. */
  timezone: string | undefined;
  /** What a local time means that a clock change repeats. */
  ambiguous?: AmbiguousMode | undefined;
  /** The format of times, in tokens. */
  timeFormat?: string | undefined;
  /** Patterns of event keys. */
  where?: readonly string[] | undefined;
};

/** Makes the stages' options from those that another thread sent. */
export function prepared(options: NamedRecordOptions): RecordStageOptions {
  const { timezone, ambiguous, timeFormat: format, where, ...others } = options;
  return {
    ...others,
    timeZone: timezone === undefined ? undefined : new TimeZone(timezone, ambiguous),
    format: format === undefined ? undefined : timeFormat(format),
    filter: where === undefined ? undefined : new EventFilter(where),
  };
}

/** Runs all record stages over a parsed batch, which can be routed then. */
export function recordStages(batch: EventBatch, options: RecordStageOptions): EventBatch {
  options.filter?.apply(batch);
  validate(batch, options);
  lowercaseKeys(batch);
  truncateTimestamps(batch, options);
  metricValue(batch);
  limits(batch, options);
  if (options.identifiers === 'json') identifiersJson(batch);
  return batch;
}
