import { Transform } from 'node:stream';
import type { EventBatch } from '../batch/event-batch.ts';
import { now } from '../clock.ts';
import { checkLinkOptions } from '../options/links.ts';
import type { RejectRecord } from '../report.ts';
import type { DayRows } from '../route/by-day.ts';
import { DayRouter } from '../route/day-router.ts';
import { dayRules, type UnfinishedMode } from '../route/day-rules.ts';
import type { RunCounters } from '../run-counters.ts';

/** A batch and its valid rows, grouped by day. */
export interface RoutedBatch {
  batch: EventBatch;
  days: DayRows[];
}

/** Options of `route`. */
export interface RouteOptions {
  /** First UTC day that is wanted, `YYYY-MM-DD`. Rows of earlier days are counted as filtered. Default: no limit. */
  from?: string | undefined;
  /** Last UTC day that is wanted, `YYYY-MM-DD`. Rows of later days are counted as filtered. Default: no limit. */
  until?: string | undefined;
  /** Takes times before 2000, or more than a day ahead of now, which are rejected otherwise. Default false. */
  anyDay?: boolean | undefined;
  /** Events of a UTC day that is not over. Default `leave`: they are counted as filtered. */
  unfinished?: UnfinishedMode | undefined;
  /**
   * Bytes of memory for insert_ids, which are remembered to drop events that are repeated on a day; further ids go to
   * a temporary file. Default: duplicates stay.
   */
  dedupe?: number | undefined;
  /** Counts events, rejects and warnings. */
  counters: RunCounters;
  /** Called for each rejected event. The pipeline waits for a returned promise. */
  onReject?: ((reject: RejectRecord) => void | Promise<void>) | undefined;
}

/**
 * Link of a pipeline: groups the valid rows of batches by UTC day; counts and reports the others. Belongs after
 * `truncateTimestamps` and before `rowGroups`.
 */
export function route(options: RouteOptions): Transform {
  checkLinkOptions('route', options);
  const { counters, onReject, dedupe } = options;
  const router = new DayRouter({ days: dayRules(options, now()), dedupe });
  return new Transform({
    objectMode: true,
    readableHighWaterMark: 1,
    writableHighWaterMark: 1,
    transform(batch: EventBatch, _encoding, done) {
      let days: DayRows[];
      try {
        days = router.route(batch);
      } catch (error) {
        done(error as Error);
        return;
      }
      reportRejects(counters.count(batch, days), onReject).then(
        () => done(null, { batch, days } satisfies RoutedBatch),
        done,
      );
    },
    flush(done) {
      counters.noteTimes(router.times);
      done();
    },
    // Also called after the last batch.
    destroy(error, done) {
      router.close();
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
