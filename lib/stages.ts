import { Transform, Writable } from 'node:stream';
import pLimit from 'p-limit';
import type { EventBatch } from './batch/event-batch.ts';
import type { Kernel } from './batch/kernel.ts';
import { perKernel } from './batch/per-kernel.ts';
import { generatorStage, stage } from './batch/stage.ts';
import { ImportError } from './errors.ts';
import type { InsertIdMode, LimitsMode } from './options.ts';
import { PARQUET_DEFAULTS, type ParquetOptions } from './parquet/options.ts';
import { EventFilter, eventMatcher } from './record/event-filter.ts';
import { identifiersJson as writeIdentifiers } from './record/identifiers-json.ts';
import { limits as checkLimits } from './record/limits.ts';
import { lowercaseKeys as lowercase } from './record/lowercase-keys.ts';
import { metricValue as readMetric } from './record/metric-value.ts';
import { TimeZone } from './record/time-zone.ts';
import { type TimeUnit, truncateTimestamps as truncate } from './record/truncate-timestamps.ts';
import { validate as validateBatch } from './record/validate.ts';
import type { RejectRecord } from './report.ts';
import { type DayRange, type DayRows, dayRange, parseDay, routeByDay } from './route/by-day.ts';
import { Duplicates } from './route/duplicates.ts';
import { type DayRowGroup, OpenDays } from './route/open-days.ts';
import type { IfExists } from './store/commit.ts';
import type { Store } from './store/contract.ts';
import { Delivery } from './store/delivery.ts';
import { openStore } from './store/open.ts';
import { STORE_DEFAULTS, type StoreOptions } from './store/options.ts';
import type { Tally } from './tally.ts';

// The pipeline's links, each a stream for `stream.pipeline`. Between them travel EventBatches; from
// routeByDay on routed ones, from rowGroups on row groups.

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
  tally: Tally;
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
      reportRejects(options.tally.count(batch, days), options.onReject).then(
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

/** Options of `deliver`. */
export interface DeliverOptions {
  tally: Tally;
  /** What `rowGroups` was given: `identifiers` has to be the same. */
  parquet?: Partial<ParquetOptions> | undefined;
  /** Bytes of a file after which the next one is begun. Default 256 MiB. */
  fileSize?: number | undefined;
  /** A day that already has `_SUCCESS`. Default `fail`. */
  ifExists?: IfExists | undefined;
  /** Rejects that still allow a commit: a count, or a share such as `"0.1%"`. Default 0. */
  maxRejects?: number | string | undefined;
  /** UTC days (`YYYY-MM-DD`) that get `_SUCCESS` even without a row. */
  emptyDays?: readonly string[] | undefined;
  dryRun?: boolean | undefined;
  /** How a cloud's store is reached. */
  store?: StoreOptions | undefined;
}

/**
 * Row groups → files → `_SUCCESS` for every day, once everything was read and the rejects are within
 * their budget. Anything else that ends the pipeline leaves no `_SUCCESS`.
 *
 * @param to a folder, a `file:` URL, `s3://bucket/prefix`, or a store
 */
export function deliver(to: string | Store, options: DeliverOptions): Writable {
  const { tally } = options;
  const fileSize = options.fileSize ?? 256 << 20;
  // Not every caller has its types checked, and where nothing is written nobody would notice before the end.
  if (typeof to !== 'string' && typeof to?.list !== 'function') {
    throw new ImportError('E_USAGE', `to: expected a folder, a URL or a store, got ${typeof to}`);
  }
  const store = typeof to === 'string' ? openStore(to, partsFor(fileSize, options.store)) : to;
  const delivery = new Delivery(store, {
    parquet: { ...PARQUET_DEFAULTS, ...options.parquet },
    fileSize,
    ifExists: options.ifExists ?? 'fail',
    dryRun: options.dryRun ?? false,
    onCommit: (committed, days) => {
      tally.daysCommitted = committed;
      tally.daysToCommit = days;
    },
  });
  // A day that must not be changed is found with its first event, not with its first row group.
  const looks = pLimit(LOOKS);
  const finish = async (): Promise<void> => {
    if (tally.isWithin(options.maxRejects ?? 0)) {
      tally.checkBalance();
      tally.partitions = await delivery.commit((options.emptyDays ?? []).map(parseDay));
      tally.status = options.dryRun ? 'dry-run' : 'committed';
    } else {
      // Those not begun would fail, and the run with them.
      looks.clearQueue();
      tally.partitions = await delivery.abort();
      tally.status = 'rejected';
    }
    tally.leftovers = store.leftovers ?? [];
  };
  // What is on its way; also what failed, for whoever waits next.
  const pending = new Set<Promise<void>>();
  let bytes = 0;
  const accept = async ({ day, group }: DayRowGroup): Promise<void> => {
    const taken = await delivery.accept(day, group);
    tally.rowsWritten += taken;
    tally.rowsFiltered += group.rows - taken;
  };
  const settled = async (): Promise<void> => {
    await Promise.all(pending);
  };
  const deliverer = new Writable({
    objectMode: true,
    highWaterMark: 1,
    write(next: DayRowGroup, _encoding, done) {
      const size = next.group.bytes.length;
      const accepted = accept(next);
      bytes += size;
      pending.add(accepted);
      accepted.then(
        () => {
          bytes -= size;
          pending.delete(accepted);
        },
        () => {},
      );
      if (bytes < SMALL_BYTES) done();
      else settled().then(() => done(), done);
    },
    final(done) {
      settled()
        .then(finish)
        .then(() => done(), done);
    },
    destroy(error, done) {
      tally.onDay = () => {};
      looks.clearQueue();
      // Also called when all has ended well.
      if (error === null && deliverer.writableFinished) return done(null);
      delivery.abort().then(
        (partitions) => {
          tally.partitions = partitions;
          tally.leftovers = store.leftovers ?? [];
          done(error);
        },
        () => {
          tally.leftovers = store.leftovers ?? [];
          done(error);
        },
      );
    },
  });
  tally.onDay = (day) => {
    looks(() => delivery.look(day)).catch((error: Error) => void deliverer.destroy(error));
  };
  return deliverer;
}

/** Row groups of so many bytes together are written at the same time: those of hundreds of days are small. */
const SMALL_BYTES = 4 << 20;

/** Days that are looked at at the same time. */
const LOOKS = 8;

/** No store takes more parts of one object than this. */
const MOST_PARTS = 10_000;

/** Parts large enough for a file, which ends only with the row group that passes `fileSize`. */
function partsFor(fileSize: number, options: StoreOptions = {}): StoreOptions {
  const least = Math.ceil((fileSize * 1.25) / MOST_PARTS);
  return { ...options, partSize: Math.max(options.partSize ?? STORE_DEFAULTS.partSize, least) };
}
