import type { EventBatch } from '../batch/event-batch.ts';

/** Writes the identifiers of each row as a JSON object, too, for `identifiers: 'json'`. Keys must be in lower case. */
export function identifiersJson(batch: EventBatch): EventBatch {
  const { fn } = batch.kernel;
  const room = fn.identifiersRoom(batch.address, batch.keys.address) >>> 0;
  fn.writeIdentifiers(batch.address, batch.keys.address, batch.temporary(room));
  batch.pass('identifiersJson');
  return batch;
}
