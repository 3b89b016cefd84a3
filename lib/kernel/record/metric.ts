// metric_value of every good row, read as DECIMAL(24,6).

import { CODE_METRIC_VALUE_INVALID, CODE_METRIC_VALUE_OUT_OF_RANGE, CODE_METRIC_VALUE_ROUNDED } from '../codes';
import { METRIC_OUT_OF_RANGE, METRIC_ROUNDED, readDecimal, writeMetric, writeZeroMetric } from './decimal';
import { Batch, KIND_NULL, KIND_NUMBER, KIND_STRING, METRIC_STRIDE, METRIC_VALUE } from '../layout';

/** Reads metric_value of every good row, or rejects the row. No value counts as 0. */
export function readMetrics(batchAt: usize): void {
  const batch = changetype<Batch>(batchAt);
  const rounded = batch.warnings + (CODE_METRIC_VALUE_ROUNDED << 2);
  for (let row: u32 = 0; row < batch.rows; row++) {
    if (load<u8>(batch.code + row)) continue;
    const index = METRIC_VALUE * batch.rowCap + row;
    const kind = load<u8>(batch.scalarKind + index);
    const to = batch.metric + <usize>row * METRIC_STRIDE;
    if (kind <= KIND_NULL) {
      writeZeroMetric(to);
      continue;
    }
    const start = load<u32>(batch.scalarStart + (index << 2));
    const len = load<u32>(batch.scalarLen + (index << 2));
    if ((kind != KIND_NUMBER && kind != KIND_STRING) || !readDecimal(start, len, kind == KIND_STRING)) {
      store<u8>(batch.code + row, CODE_METRIC_VALUE_INVALID);
      continue;
    }
    const result = writeMetric(to);
    if (result == METRIC_OUT_OF_RANGE) store<u8>(batch.code + row, CODE_METRIC_VALUE_OUT_OF_RANGE);
    else if (result == METRIC_ROUNDED) store<u32>(rounded, load<u32>(rounded) + 1);
  }
}
