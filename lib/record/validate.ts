import type { EventBatch } from '../batch/event-batch.ts';
import type { InsertIdMode } from './modes.ts';

/**
 * Rejects events that lack what the vendor requires: a UUID as insert_id (with `any`, a text of 1 to 512 bytes),
 * an event_key, the identifiers `id` and `device_id`, and the platform properties `osname` and `appversion`.
 */
export function validate(batch: EventBatch, options: { insertId: InsertIdMode }): EventBatch {
  batch.kernel.fn.validate(batch.address, batch.keys.address, options.insertId === 'any');
  return batch;
}
