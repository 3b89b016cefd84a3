// Good rows, grouped by their UTC day.

import { CODE_EXCLUDED_BY_DAYS } from './codes';
import { Batch } from './layout';

/** The first and last day of the last batch that was routed. */
let firstDay: i32 = 0;
let lastDay: i32 = 0;
export function getFirstDay(): i32 {
  return firstDay;
}
export function getLastDay(): i32 {
  return lastDay;
}

/** Marks good rows outside [from, until] as filtered, and lists the others in `order`. Returns how many. */
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
 * Sorts `order` by day, keeping the order of rows within each: a counting sort with one counter a day
 * of [firstDay, lastDay] at `counts`. Afterwards a day's counter holds where its rows end.
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
