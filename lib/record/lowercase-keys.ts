import type { EventBatch } from '../batch/event-batch.ts';

/**
 * Map keys become their lower-cased form. Of keys that became equal the last one's value wins; null
 * values drop their entry; both are counted (NOTES, maps).
 */
export function lowercaseKeys(batch: EventBatch): EventBatch {
  batch.kernel.fn.lowercaseKeys(batch.address, batch.keys.address);
  batch.pass('lowercaseKeys');
  return batch;
}
