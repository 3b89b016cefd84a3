import { formatDay, parseDay } from '../route/by-day.ts';

/** Lists the days of a range, both ends included. */
export function daysBetween(first: string, last: string): string[] {
  const begin = parseDay(first);
  const count = Math.max(0, parseDay(last) - begin + 1);
  return Array.from({ length: count }, (_, index) => formatDay(begin + index));
}
