import type { EventBatch } from '../batch/event-batch.ts';
import type { InsertIdMode } from './modes.ts';

/**
 * Rejects events without what the vendor requires: a UUID as insert_id (any text of 1 to 512 bytes with
 * `any`), an event_key, identifiers `id` and `device_id`, platform properties `osname` and `appversion`.
 */
export function validate(batch: EventBatch, options: { insertId: InsertIdMode }): EventBatch {
  batch.kernel.fn.validate(batch.address, batch.keys.address, options.insertId === 'any');
  return batch;
}
