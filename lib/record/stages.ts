import type { EventBatch } from '../batch/event-batch.ts';
import { EventFilter } from './event-filter.ts';
import { identifiersJson } from './identifiers-json.ts';
import { limits } from './limits.ts';
import { lowercaseKeys } from './lowercase-keys.ts';
import { metricValue } from './metric-value.ts';
import type { IdentifiersMode, InsertIdMode, LimitsMode, TimeUnit } from './modes.ts';
import { TimeZone } from './time-zone.ts';
import { truncateTimestamps } from './truncate-timestamps.ts';
import { validate } from './validate.ts';

export interface RecordStageOptions {
  insertId: InsertIdMode;
  limits: LimitsMode;
  identifiers: IdentifiersMode;
  unit: TimeUnit;
  /** Whether epoch numbers count by the clock of the time zone instead of UTC. */
  localEpochs?: boolean;
  timeZone: TimeZone | undefined;
  /** Leaves out events by their event key. */
  filter?: EventFilter | undefined;
}

/** RecordStageOptions in a form that can be sent to another thread. */
export type NamedRecordOptions = Omit<RecordStageOptions, 'timeZone' | 'filter'> & {
  /** IANA name of the zone of times without a zone. */
  timezone: string | undefined;
  /** Patterns of event keys. */
  where?: readonly string[] | undefined;
};

/** Makes the stages' options from those that another thread sent. */
export function prepared({ timezone, where, ...options }: NamedRecordOptions): RecordStageOptions {
  return {
    ...options,
    timeZone: timezone === undefined ? undefined : new TimeZone(timezone),
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
