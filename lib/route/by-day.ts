import type { EventBatch } from '../batch/event-batch.ts';
import { ImportError } from '../errors.ts';
import { isDay } from '../options/day.ts';

export const MS_PER_DAY = 86_400_000;
/** Most days between the first and the last one of a batch that get a counter each: a century. */
const WIDE = 36_525;

/** The rows `batch.order[first … first + count)`, which are of one day. */
export interface DayRows {
  day: number;
  first: number;
  count: number;
}

/** `YYYY-MM-DD` → days since 1970. */
export function parseDay(text: string): number {
  if (!isDay(text)) {
    throw new ImportError('E_USAGE', `expected a day such as 2023-01-01, got "${text}"`);
  }
  return Date.parse(`${text}T00:00:00Z`) / MS_PER_DAY;
}

/** Days since 1970 → `YYYY-MM-DD`. */
export function formatDay(day: number): string {
  return new Date(day * MS_PER_DAY).toISOString().slice(0, 10);
}

/** Lists the days from one to another, both included, as `YYYY-MM-DD`; none where the last is before the first. */
export function daysBetween(first: number, last: number): string[] {
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, at) => formatDay(first + at));
}

/** Lists the good rows in `batch.order`, grouped by day and in their order within a day. */
export function routeByDay(batch: EventBatch): DayRows[] {
  const { fn, arena } = batch.kernel;
  const good = fn.selectRows(batch.address);
  if (good === 0) return [];
  const first = fn.getFirstDay();
  const last = fn.getLastDay();
  if (first === last) return [{ day: first, first: 0, count: good }];
  if (last - first >= WIDE) return groupByComparing(batch, good);
  const counts = arena.alloc((last - first + 1) * 4);
  const copy = arena.alloc(good * 4);
  fn.groupByDay(batch.address, good, counts, copy);
  const ends = batch.kernel.u32.slice(counts >>> 2, (counts >>> 2) + last - first + 1);
  arena.free(counts);
  arena.free(copy);
  const groups: DayRows[] = [];
  let begin = 0;
  ends.forEach((end, index) => {
    if (end > begin) groups.push({ day: first + index, first: begin, count: end - begin });
    begin = end;
  });
  return groups;
}

/** Groups rows by sorting them, for days that are too far apart for counters. */
function groupByComparing(batch: EventBatch, good: number): DayRows[] {
  const start = batch.get('order') >>> 2;
  const order = batch.kernel.u32.subarray(start, start + good);
  const { days } = batch;
  const dayOf = (row: number): number => days[row] as number;
  order.sort((a, b) => dayOf(a) - dayOf(b) || a - b);
  const groups: DayRows[] = [];
  order.forEach((row, index) => {
    const group = groups.at(-1);
    if (group !== undefined && group.day === dayOf(row)) group.count++;
    else groups.push({ day: dayOf(row), first: index, count: 1 });
  });
  return groups;
}
