import type { EventBatch } from '../batch/event-batch.ts';
import type { LimitsMode } from './modes.ts';

/**
 * Counts what passes the limits of the vendor's SDKs, or rejects it (NOTES, vendor limits), and operating
 * systems the vendor does not name. Needs lower-cased keys.
 */
export function limits(batch: EventBatch, options: { limits: LimitsMode }): EventBatch {
  const { fn } = batch.kernel;
  if (options.limits !== 'off') {
    fn.checkLimits(batch.address, batch.keys.address, options.limits === 'reject');
  }
  fn.checkOsNames(batch.address);
  return batch;
}
