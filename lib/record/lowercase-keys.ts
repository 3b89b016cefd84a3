import type { EventBatch } from '../batch/event-batch.ts';

/**
 * Makes map keys lower-case. Among keys that become equal, the last value wins; entries that are null are
 * dropped. Both are counted (docs/decisions.md, Maps).
 */
export function lowercaseKeys(batch: EventBatch): EventBatch {
  batch.kernel.fn.lowercaseKeys(batch.address, batch.keys.address);
  batch.pass('lowercaseKeys');
  return batch;
}
