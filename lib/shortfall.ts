import type { Shortfall } from './report.ts';
import { formatDay } from './route/by-day.ts';
import type { DayRange } from './route/day-rules.ts';

/** Most days that a report names, and most days of events left out that a run counts. */
export const MOST_DAYS = 400;
/** Most event keys left out that a run remembers. */
export const MOST_KEYS = 100;

/** The events that a run must have to be committed. */
export interface NeededEvents {
  /** Fewest events of the run; where days were asked for, also of each of them. */
  least: number;
  /** Whether days were asked for. */
  byDay: boolean;
  /** The days asked for, if both ends are known; else those that have events count. */
  range: DayRange | undefined;
}

/**
 * Compares the events of a run with those that it must have; undefined if there are enough.
 *
 * @param days events by UTC day, as days since 1970; those of days that were complete before are included
 */
export function shortfallOf(
  days: ReadonlyMap<number, number>,
  { least, byDay, range }: NeededEvents,
): Pick<Shortfall, 'expected' | 'events' | 'days'> | undefined {
  const events = [...days.values()].reduce((sum, rows) => sum + rows, 0);
  const short: Record<string, number> = {};
  let isShort = events < least;
  let named = 0;
  for (const day of byDay ? daysOf(days, range) : []) {
    const rows = days.get(day) ?? 0;
    if (rows >= least) continue;
    isShort = true;
    if (named++ < MOST_DAYS) short[formatDay(day)] = rows;
  }
  return isShort ? { expected: least, events, days: short } : undefined;
}

function* daysOf(
  days: ReadonlyMap<number, number>,
  range: DayRange | undefined,
): Generator<number> {
  if (range === undefined) {
    yield* [...days.keys()].sort((a, b) => a - b);
    return;
  }
  for (let day = range.from; day <= range.until; day++) yield day;
}
