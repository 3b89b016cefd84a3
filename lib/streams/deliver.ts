import { Writable } from 'node:stream';
import pLimit from 'p-limit';
import { Delivery } from '../commit/delivery.ts';
import type { IfExists } from '../commit/partition-commit.ts';
import { ImportError } from '../errors.ts';
import { PARQUET_DEFAULTS, type ParquetOptions } from '../parquet/options.ts';
import { parseDay } from '../route/by-day.ts';
import type { DayRowGroup } from '../route/open-days.ts';
import type { RunCounters } from '../run-counters.ts';
import type { Store } from '../store/contract.ts';
import { openStore } from '../store/open.ts';
import { STORE_DEFAULTS, type StoreOptions } from '../store/options.ts';

/** Row groups of so many bytes together are written at the same time: those of hundreds of days are small. */
const SMALL_BYTES = 4 << 20;
/** Days that are looked at at the same time. */
const LOOKS = 8;
/** No store takes more parts of one object than this. */
const MOST_PARTS = 10_000;

/** Options of `deliver`. */
export interface DeliverOptions {
  /** Says how many events were rejected; is told what was written. */
  counters: RunCounters;
  /** Defaults in lib/parquet/options.ts. `identifiers` has to be what `rowGroups` was given. */
  parquet?: Partial<ParquetOptions> | undefined;
  /** Bytes of a file after which the next one is begun. Default 256 MiB. */
  fileSize?: number | undefined;
  /** A day that already has `_SUCCESS`. Default `fail`. */
  ifExists?: IfExists | undefined;
  /** Rejects that still allow a commit: a count, or a share such as `"0.1%"`. Default 0. */
  maxRejects?: number | string | undefined;
  /** UTC days (`YYYY-MM-DD`) that get `_SUCCESS` even without a row. */
  emptyDays?: readonly string[] | undefined;
  /** Everything but writing. Default false. */
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
  const { counters } = options;
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
      counters.daysCommitted = committed;
      counters.daysToCommit = days;
    },
  });
  // A day that must not be changed is found with its first event, not with its first row group.
  const looks = pLimit(LOOKS);
  const finish = async (): Promise<void> => {
    if (counters.isWithin(options.maxRejects ?? 0)) {
      counters.checkBalance();
      counters.partitions = await delivery.commit((options.emptyDays ?? []).map(parseDay));
      counters.status = options.dryRun ? 'dry-run' : 'committed';
    } else {
      // Those not begun would fail, and the run with them.
      looks.clearQueue();
      counters.partitions = await delivery.abort();
      counters.status = 'rejected';
    }
    counters.leftovers = store.leftovers ?? [];
  };
  // What is on its way; also what failed, for whoever waits next.
  const pending = new Set<Promise<void>>();
  let bytes = 0;
  const accept = async ({ day, group }: DayRowGroup): Promise<void> => {
    const taken = await delivery.accept(day, group);
    counters.rowsWritten += taken;
    counters.leaveOut('day_complete', group.rows - taken);
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
      counters.onDay = () => {};
      looks.clearQueue();
      // Also called when all has ended well.
      if (error === null && deliverer.writableFinished) return done(null);
      delivery.abort().then(
        (partitions) => {
          counters.partitions = partitions;
          counters.leftovers = store.leftovers ?? [];
          done(error);
        },
        () => {
          counters.leftovers = store.leftovers ?? [];
          done(error);
        },
      );
    },
  });
  counters.onDay = (day) => {
    looks(() => delivery.assertWritable(day)).catch(
      (error: Error) => void deliverer.destroy(error),
    );
  };
  return deliverer;
}

/** Parts large enough for a file, which ends only with the row group that passes `fileSize`. */
function partsFor(fileSize: number, options: StoreOptions = {}): StoreOptions {
  const least = Math.ceil((fileSize * 1.25) / MOST_PARTS);
  return { ...options, partSize: Math.max(options.partSize ?? STORE_DEFAULTS.partSize, least) };
}
