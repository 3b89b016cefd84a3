import { ImportError } from '../errors.ts';
import { formatDay, MS_PER_DAY } from '../route/by-day.ts';
import { dayRange } from './day-range.ts';
import type { StatusOptions } from './options.ts';

/** Months of the longest calendar: each day of it is an entry, and a person reads it. */
const MOST_MONTHS = 24;

/**
 * Returns the days of a calendar: the day whose folder is named, those of the options, or yesterday's month.
 *
 * @throws ImportError E_USAGE where the days contradict each other or the folder, or are too many
 */
export function calendarRange(
  day: string | undefined,
  options: StatusOptions,
  at: number,
): { from: string; until: string } {
  const { month, ...asked } = options;
  if (month !== undefined && (asked.from !== undefined || asked.until !== undefined)) {
    throw new ImportError('E_USAGE', 'expected either the month or from/until, got both');
  }
  if (month !== undefined) Object.assign(asked, daysOfMonth(month));
  const named = dayRange(day, asked);
  const yesterday = formatDay(Math.floor(at / MS_PER_DAY) - 1);
  const usual = daysOfMonth((named.until ?? yesterday).slice(0, 7));
  const from = named.from ?? usual.from;
  const until = named.until ?? (named.from === undefined ? usual.until : yesterday);
  dayRange(undefined, { from, until });
  assertShort(from, until);
  return { from, until };
}

function daysOfMonth(month: string): { from: string; until: string } {
  const [year = 0, number = 0] = month.split('-').map(Number);
  // Date.UTC takes the years 0 to 99 for those of the 20th century.
  const last = new Date(0).setUTCFullYear(year, number, 0);
  return { from: `${month}-01`, until: formatDay(last / MS_PER_DAY) };
}

function assertShort(from: string, until: string): void {
  const months = monthNumber(until) - monthNumber(from) + 1;
  if (months <= MOST_MONTHS) return;
  throw new ImportError(
    'E_USAGE',
    `expected days of at most ${MOST_MONTHS} months, got ${from} – ${until}, which are of ${months}`,
    { hint: 'Ask for fewer months; verify looks at all days that are there.' },
  );
}

function monthNumber(day: string): number {
  return Number(day.slice(0, 4)) * 12 + Number(day.slice(5, 7));
}
