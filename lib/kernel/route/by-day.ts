// Which days' rows are taken, and the good rows by their UTC day.

import { CODE_DAY_NOT_OVER, CODE_EXCLUDED_BY_DAYS, CODE_OK, CODE_TS_IMPLAUSIBLE } from '../codes';
import { Batch } from '../layout';

const MS_PER_DAY: i64 = 86400000;

/** The days and times of rows that are taken (lib/route/day-rules.ts). Days are days since 1970. */
// biome-ignore format: one field a line, with its meaning
@unmanaged
export class DayRules {
  from: i32;             // the first and the last day asked for
  until: i32;
  earliest: i32;         // the first day whose times can be
  latest: i32;           // the day of the last moment that can be …
  latestMs: u32;         // … and the milliseconds from its beginning to that moment
  unfinished: i32;       // the first and the last day that is left out because it is not over
  unfinishedUntil: i32;
}

/** Leaves out or rejects good rows of days that are not taken. */
export function judgeDays(batchAt: usize, rulesAt: usize): void {
  const batch = changetype<Batch>(batchAt);
  const rules = changetype<DayRules>(rulesAt);
  // Days that need no closer look.
  const from = max(rules.from, rules.earliest);
  const until = min(rules.until, min(rules.latest, rules.unfinished) - 1);
  for (let row: u32 = 0; row < batch.rows; row++) {
    if (load<u8>(batch.code + row)) continue;
    const day = load<i32>(batch.day + (row << 2));
    if (day < from || day > until) store<u8>(batch.code + row, codeOf(rules, day, load<i64>(batch.ts + (row << 3))));
  }
}

function codeOf(rules: DayRules, day: i32, ms: i64): u32 {
  if (rules.from > day || rules.until < day) return CODE_EXCLUDED_BY_DAYS;
  if (rules.earliest > day || ms > <i64>rules.latest * MS_PER_DAY + rules.latestMs) return CODE_TS_IMPLAUSIBLE;
  return rules.unfinished <= day && rules.unfinishedUntil >= day ? CODE_DAY_NOT_OVER : CODE_OK;
}

/** The first and the last day of the batch that was routed last. */
let firstDay: i32 = 0;
let lastDay: i32 = 0;
export function getFirstDay(): i32 {
  return firstDay;
}
export function getLastDay(): i32 {
  return lastDay;
}

/** Lists the good rows in `order`. Returns their number. */
export function selectRows(batchAt: usize): u32 {
  const batch = changetype<Batch>(batchAt);
  let good: u32 = 0;
  firstDay = i32.MAX_VALUE;
  lastDay = i32.MIN_VALUE;
  for (let row: u32 = 0; row < batch.rows; row++) {
    if (load<u8>(batch.code + row)) continue;
    const day = load<i32>(batch.day + (row << 2));
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
