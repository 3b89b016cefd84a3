import type { EventBatch } from '../batch/event-batch.ts';
import type { LimitsMode } from './modes.ts';

/**
 * Counts or rejects events that pass the limits of the vendor's SDKs (docs/decisions.md, Vendor limits), and
 * counts operating systems that the vendor does not name. Keys must be in lower case.
 */
export function limits(batch: EventBatch, options: { limits: LimitsMode }): EventBatch {
  const { fn } = batch.kernel;
  if (options.limits !== 'off') {
    fn.checkLimits(batch.address, batch.keys.address, options.limits === 'reject');
  }
  fn.checkOsNames(batch.address);
  return batch;
}
