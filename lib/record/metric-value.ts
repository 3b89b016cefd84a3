import type { EventBatch } from '../batch/event-batch.ts';

/** Reads metric_value as DECIMAL(24,6), exactly from its digits. */
export function metricValue(batch: EventBatch): EventBatch {
  batch.kernel.fn.readMetrics(batch.address);
  batch.pass('metricValue');
  return batch;
}
