import { Writable } from 'node:stream';
import pLimit from 'p-limit';
import { Delivery } from '../commit/delivery.ts';
import type { DeliverOptions } from '../commit/options.ts';
import { ImportError } from '../errors.ts';
import { DEFAULTS } from '../options/defaults.ts';
import { checkLinkOptions } from '../options/links.ts';
import { PARQUET_DEFAULTS } from '../parquet/options.ts';
import { parseDay } from '../route/by-day.ts';
import type { DayRowGroup } from '../route/open-days.ts';
import type { Store } from '../store/contract.ts';
import { openStore } from '../store/open.ts';
import { STORE_DEFAULTS, type StoreOptions } from '../store/options.ts';

/** Row groups are written concurrently up to this many bytes: with hundreds of days, each row group is small. */
const CONCURRENT_BYTES = 4 << 20;
/** Number of days that are checked concurrently. */
const CONCURRENT_CHECKS = 8;
/** Most parts of an object that every store accepts. */
const MOST_PARTS = 10_000;

/**
 * The last link of a pipeline: writes row groups to the files of their days. When the input has ended and the rejects
 * are within `maxRejects`, commits the days: each gets `_SUCCESS`. If the pipeline ends in any other way, no day
 * does.
 *
 * @param to a folder, a `file:` URL, `s3://bucket/prefix`, `gs://bucket/prefix`, or a store
 * @throws ImportError E_USAGE for an invalid location; other errors end the pipeline
 */
export function deliver(to: string | Store, options: DeliverOptions): Writable {
  checkLinkOptions('deliver', options);
  const { counters } = options;
  const fileSize = options.fileSize ?? DEFAULTS.fileSize;
  // JavaScript callers have no type checks, and a dry run writes nothing that would fail.
  if (typeof to !== 'string' && typeof to?.list !== 'function') {
    throw new ImportError('E_USAGE', `to: expected a folder, a URL or a store, got ${typeof to}`);
  }
  const store = typeof to === 'string' ? openStore(to, partsFor(fileSize, options.store)) : to;
  const delivery = new Delivery(store, {
    parquet: { ...PARQUET_DEFAULTS, ...options.parquet },
    fileSize,
    ifExists: options.ifExists ?? 'fail',
    allowShrink: options.allowShrink ?? false,
    dryRun: options.dryRun ?? false,
    eventsOf: (day) => counters.eventsOf(day),
    onCommit: (committed, days) => {
      counters.daysCommitted = committed;
      counters.daysToCommit = days;
    },
  });
  // A day that must not be changed is detected with its first event, long before its first row group.
  const checks = pLimit(CONCURRENT_CHECKS);
  const finish = async (): Promise<void> => {
    const refusal = counters.refusal(options.maxRejects ?? 0);
    if (refusal === undefined) {
      counters.checkBalance();
      counters.partitions = await delivery.commit((options.emptyDays ?? []).map(parseDay));
      counters.status = options.dryRun ? 'dry-run' : 'committed';
    } else {
      // Checks that have not begun would fail after the abort, and the run with them.
      checks.clearQueue();
      counters.partitions = await delivery.abort();
      counters.status = refusal;
    }
    counters.leftovers = store.leftovers ?? [];
  };
  // Writes in progress, and failed ones, whose errors are thrown where they are awaited next.
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
      if (bytes < CONCURRENT_BYTES) done();
      else settled().then(() => done(), done);
    },
    final(done) {
      settled()
        .then(finish)
        .then(() => done(), done);
    },
    destroy(error, done) {
      counters.onDay = () => {};
      checks.clearQueue();
      // Also called after a successful end.
      if (error === null && deliverer.writableFinished) return done(null);
      delivery.abort().then(
        (partitions) => {
          counters.partitions = partitions;
          counters.leftovers = store.leftovers ?? [];
          done(error);
        },
        () => {
          counters.partitions = delivery.incomplete;
          counters.leftovers = store.leftovers ?? [];
          done(error);
        },
      );
    },
  });
  counters.onDay = (day) => {
    checks(() => delivery.assertWritable(day)).catch(
      (error: Error) => void deliverer.destroy(error),
    );
  };
  return deliverer;
}

/**
 * Returns store options with parts that are large enough for a file, which ends with the row group that exceeds
 * `fileSize`.
 */
function partsFor(fileSize: number, options: StoreOptions = {}): StoreOptions {
  const least = Math.ceil((fileSize * 1.25) / MOST_PARTS);
  return { ...options, partSize: Math.max(options.partSize ?? STORE_DEFAULTS.partSize, least) };
}
