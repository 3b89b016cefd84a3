import type { EventBatch } from '../batch/event-batch.ts';
import { CODE_NAMES, CODE_NUMBERS, type RejectCode } from '../codes.ts';
import { metricValue } from '../record/metric-value.ts';
import type { RecordStageOptions } from '../record/stages.ts';
import { truncateTimestamps } from '../record/truncate-timestamps.ts';

/**
 * Finds what else is wrong with rows that a stage rejected before `ts` and `metric_value` were read: reads both now.
 * Codes and warnings of the batch stay as they are.
 */
export function laterProblems(
  batch: EventBatch,
  rows: readonly number[],
  options: RecordStageOptions,
): ReadonlyMap<number, RejectCode[]> {
  const found = new Map<number, RejectCode[]>(rows.map((row) => [row, []]));
  const codes = batch.codes.slice();
  const warnings = batch.warnings.slice();
  for (const stage of [() => truncateTimestamps(batch, options), () => metricValue(batch)]) {
    // Any code but 0 keeps a stage from looking at a row.
    const before = batch.codes.fill(CODE_NUMBERS.excluded_by_mapping);
    for (const row of rows) before[row] = 0;
    stage();
    const after = batch.codes; // the memory may have grown
    for (const row of rows) {
      const code = after[row] as number;
      if (code !== 0) found.get(row)?.push(CODE_NAMES[code] as RejectCode);
    }
  }
  batch.codes.set(codes);
  batch.warnings.set(warnings);
  return found;
}
