import { daysBetween, formatDay, parseDay } from '../route/by-day.ts';
import type { DayRange } from './day-range.ts';
import { Findings } from './finding.ts';
import type { DayGap, VerifiedDay } from './options.ts';

/** Most missing days that have an entry each: more are of a wrong year among the days, not of days to import. */
const MOST_ENTRIES = 1000;

/** Days that are there or missing, in their order, and gaps too long for entries. */
export interface WithMissing {
  days: VerifiedDay[];
  gaps: DayGap[];
}

/**
 * Adds the days that are not there. Where both ends were asked for, a missing day is a fault; else only days between
 * others can be seen to be missing, and a day without events has no folder.
 */
export function withMissing(found: readonly VerifiedDay[], { from, until }: DayRange): WithMissing {
  const isAsked = from !== undefined && until !== undefined;
  const gaps = gapsOf(
    found.map(({ day }) => parseDay(day)),
    isAsked ? [parseDay(from), parseDay(until)] : [],
    isAsked ? 'missing' : 'odd',
  );
  if (gaps.reduce((sum, { count }) => sum + count, 0) > MOST_ENTRIES) {
    return { days: [...found], gaps };
  }
  const missing = gaps.flatMap((gap) =>
    daysBetween(parseDay(gap.from), parseDay(gap.until)).map((day) => missingDay(day, isAsked)),
  );
  const days = [...found, ...missing].sort((a, b) => (a.day < b.day ? -1 : 1));
  return { days, gaps: [] };
}

/** Lists the gaps between days, and between them and the ends that were asked for. */
function gapsOf(
  days: readonly number[],
  [from, until]: readonly number[],
  verdict: DayGap['verdict'],
): DayGap[] {
  const present = [...days];
  if (from !== undefined) present.unshift(from - 1);
  if (until !== undefined) present.push(until + 1);
  return present.flatMap((day, index) => {
    const count = (present[index + 1] ?? day) - day - 1;
    if (count <= 0) return [];
    return [{ from: formatDay(day + 1), until: formatDay(day + count), count, verdict }];
  });
}

function missingDay(day: string, isFault: boolean): VerifiedDay {
  const findings = new Findings();
  if (isFault) findings.add('day_missing', 'there is no folder for this day');
  else
    findings.add(
      'day_gap',
      'there is no folder for this day: it had no events, or was not imported',
    );
  return {
    day,
    verdict: isFault ? 'missing' : 'odd',
    success: false,
    files: 0,
    bytes: 0,
    events: 0,
    findings: findings.list,
    more: 0,
  };
}
