import { Transform } from 'node:stream';
import type { EventBatch } from '../batch/event-batch.ts';
import type { Kernel } from '../batch/kernel.ts';
import { perKernel } from '../batch/per-kernel.ts';
import type { InsertIdMode, LimitsMode } from '../options/options.ts';
import { PARQUET_DEFAULTS, type ParquetOptions } from '../parquet/options.ts';
import { EventFilter, eventMatcher } from '../record/event-filter.ts';
import { identifiersJson as writeIdentifiers } from '../record/identifiers-json.ts';
import { limits as checkLimits } from '../record/limits.ts';
import { lowercaseKeys as lowercase } from '../record/lowercase-keys.ts';
import { metricValue as readMetric } from '../record/metric-value.ts';
import { TimeZone } from '../record/time-zone.ts';
import { type TimeUnit, truncateTimestamps as truncate } from '../record/truncate-timestamps.ts';
import { validate as validateBatch } from '../record/validate.ts';
import type { RejectRecord } from '../report.ts';
import { type DayRange, type DayRows, dayRange, routeByDay } from '../route/by-day.ts';
import { Duplicates } from '../route/duplicates.ts';
import { type DayRowGroup, OpenDays } from '../route/open-days.ts';
import type { RunCounters } from '../run-counters.ts';
import { generatorStage, stage } from './stage.ts';

// The pipeline's links between a parser (parse/stage.ts) and the files (deliver.ts), each a stream for
// `stream.pipeline`. Between them travel EventBatches; from `route` on routed ones, from `rowGroups` on row
// groups.

/** Leaves out events by their event key: `purchase,view_*`, `!debug_*` (counted as filtered). */
export function where(patterns: string | readonly string[]): Transform {
  eventMatcher(patterns); // what is wrong with them is told now
  const filterOf = perKernel(() => new EventFilter(patterns));
  return stage((batch) => filterOf(batch.kernel).apply(batch));
}

/** Rejects events without what the vendor requires. Default: a UUID as insert_id. */
export function validate(options: { insertId?: InsertIdMode } = {}): Transform {
  const insertId = options.insertId ?? 'uuid';
  return stage((batch) => validateBatch(batch, { insertId }));
}

/** Lower-cases map keys; the last of keys that became equal wins, nulls go. */
export function lowercaseKeys(): Transform {
  return stage(lowercase);
}

/** Reads `ts`, truncates it to milliseconds, and finds its UTC day. `timezone`: IANA name for times without a zone. */
export function truncateTimestamps(
  options: { unit?: TimeUnit; timezone?: string } = {},
): Transform {
  const timeZone = options.timezone === undefined ? undefined : new TimeZone(options.timezone);
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

/** For a Parquet file whose `identifiers` column is a JSON string. */
export function identifiersJson(): Transform {
  return stage(writeIdentifiers);
}

/** A routed batch: its good rows by day. */
export interface RoutedBatch {
  batch: EventBatch;
  days: DayRows[];
}

/** Options of `route`. */
export interface RouteOptions {
  /** First and last UTC day wanted, `YYYY-MM-DD`; rows of others are counted as filtered. */
  from?: string | undefined;
  until?: string | undefined;
  /** The same as numbers, in place of `from` and `until`. */
  days?: DayRange | undefined;
  /** Bytes in which insert_ids are remembered (past them, in a temporary file), to drop events that come again on a day. Default: they stay. */
  dedupe?: number | undefined;
  /** Counts events, rejects and warnings. */
  counters: RunCounters;
  /** Called for each rejected event; a returned promise slows the pipeline down. */
  onReject?: ((reject: RejectRecord) => void | Promise<void>) | undefined;
}

/** Groups the good rows by UTC day; counts and reports the others. */
export function route(options: RouteOptions): Transform {
  const range = options.days ?? dayRange(options);
  const { dedupe } = options;
  const duplicates = dedupe === undefined ? undefined : new Duplicates(dedupe);
  return new Transform({
    objectMode: true,
    readableHighWaterMark: 1,
    writableHighWaterMark: 1,
    transform(batch: EventBatch, _encoding, done) {
      try {
        batch.need('truncateTimestamps', 'route');
        duplicates?.drop(batch, range);
      } catch (error) {
        done(error as Error);
        return;
      }
      const days = routeByDay(batch, range);
      reportRejects(options.counters.count(batch, days), options.onReject).then(
        () => done(null, { batch, days } satisfies RoutedBatch),
        done,
      );
    },
    // Also at the end of what it was given.
    destroy(error, done) {
      duplicates?.close();
      done(error);
    },
  });
}

async function reportRejects(
  rejects: Iterable<RejectRecord>,
  onReject: RouteOptions['onReject'],
): Promise<void> {
  for (const reject of rejects) {
    const waiting = onReject?.(reject);
    if (waiting !== undefined) await waiting;
  }
}

/** Bytes of linear memory that open row groups may use by default. */
export const ROW_GROUP_MEMORY: number = 128 << 20;

/**
 * Routed batches → finished row groups, each of one day. Those of several parsers should come one parser after
 * another: whenever the parser changes, row groups end.
 */
export function rowGroups(options: Partial<ParquetOptions> & { memory?: number } = {}): Transform {
  const parquet = { ...PARQUET_DEFAULTS, ...options };
  let open: OpenDays | undefined;
  let kernel: Kernel | undefined;
  return generatorStage<RoutedBatch, DayRowGroup>({
    *each({ batch, days }) {
      batch.need('lowercaseKeys', 'rowGroups');
      batch.need('metricValue', 'rowGroups');
      if (parquet.identifiers === 'json') batch.need('identifiersJson', 'rowGroups');
      // Of another parser: its rows are in other memory, and go into row groups of their own.
      if (batch.kernel !== kernel) {
        yield* open?.finish() ?? [];
        kernel = batch.kernel;
        open = new OpenDays(kernel, parquet, options.memory ?? ROW_GROUP_MEMORY);
      }
      yield* (open as OpenDays).append(batch, days);
      batch.release();
    },
    *flush() {
      yield* open?.finish() ?? [];
    },
    close() {
      open?.close();
    },
  });
}
