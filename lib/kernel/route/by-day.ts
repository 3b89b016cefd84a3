// Groups good rows by their UTC day.

import { CODE_EXCLUDED_BY_DAYS } from '../codes';
import { Batch } from '../layout';

/** The first and the last day of the batch that was routed last. */
let firstDay: i32 = 0;
let lastDay: i32 = 0;
export function getFirstDay(): i32 {
  return firstDay;
}
export function getLastDay(): i32 {
  return lastDay;
}

/** Leaves out good rows of days outside [from, until], and lists the others in `order`. Returns their number. */
export function selectRows(batchAt: usize, from: i32, until: i32): u32 {
  const batch = changetype<Batch>(batchAt);
  let good: u32 = 0;
  firstDay = i32.MAX_VALUE;
  lastDay = i32.MIN_VALUE;
  for (let row: u32 = 0; row < batch.rows; row++) {
    if (load<u8>(batch.code + row)) continue;
    const day = load<i32>(batch.day + (row << 2));
    if (day < from || day > until) {
      store<u8>(batch.code + row, CODE_EXCLUDED_BY_DAYS);
      continue;
    }
    if (day < firstDay) firstDay = day;
    if (day > lastDay) lastDay = day;
    store<u32>(batch.order + (good++ << 2), row);
  }
  return good;
}

/**
 * Sorts `order` by day and keeps the order of rows within a day. This is a counting sort: `counts` has a
 * counter for each day of [firstDay, lastDay]. Afterwards a day's counter says where its rows end.
 */
export function groupByDay(batchAt: usize, good: u32, counts: usize, copy: usize): void {
  const batch = changetype<Batch>(batchAt);
  memory.fill(counts, 0, (lastDay - firstDay + 1) << 2);
  memory.copy(copy, batch.order, good << 2);
  for (let i: u32 = 0; i < good; i++) {
    const at = counterOf(batch, load<u32>(copy + (i << 2)), counts);
    store<u32>(at, load<u32>(at) + 1);
  }
  let sum: u32 = 0;
  for (let day = firstDay; day <= lastDay; day++) {
    const at = counts + ((day - firstDay) << 2);
    const many = load<u32>(at);
    store<u32>(at, sum);
    sum += many;
  }
  for (let i: u32 = 0; i < good; i++) {
    const row = load<u32>(copy + (i << 2));
    const at = counterOf(batch, row, counts);
    const position = load<u32>(at);
    store<u32>(batch.order + (position << 2), row);
    store<u32>(at, position + 1);
  }
}

// @ts-ignore: decorator
@inline
function counterOf(batch: Batch, row: u32, counts: usize): usize {
  return counts + ((load<i32>(batch.day + (row << 2)) - firstDay) << 2);
}
