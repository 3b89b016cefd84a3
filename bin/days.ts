import { ImportError } from '../lib/errors.ts';
import type { ConvertOptions } from '../lib/options/options.ts';
import { type CommandValues, isRelativeDay } from './command-options.ts';

const DAY_MS = 86_400_000;

/** Reads --date, --from and --until. @throws ImportError E_USAGE where they contradict each other */
export function daysOf(
  { date, from, until, tz }: CommandValues,
  now: number,
): Pick<ConvertOptions, 'from' | 'until'> {
  if (date !== undefined && (from !== undefined || until !== undefined)) {
    throw new ImportError('E_USAGE', 'expected either --date or --from/--until, got both');
  }
  const given = [date, from, until].filter((day) => day !== undefined);
  if (tz !== undefined && !given.some(isRelativeDay)) {
    throw new ImportError(
      'E_USAGE',
      '--tz: expected yesterday or today with it, got no day that depends on a clock',
      {
        hint: 'The days of the output are always UTC days. For local times in the events, give the mapping a timezone.',
      },
    );
  }
  const [first = from, last = until] = [date, date];
  return {
    ...(first !== undefined && { from: absoluteDay(first, tz ?? 'UTC', now) }),
    ...(last !== undefined && { until: absoluteDay(last, tz ?? 'UTC', now) }),
  };
}

/** Returns `2023-01-01` as it is, and `yesterday` or `today` by the clock of a time zone. */
export function absoluteDay(text: string, timeZone: string, now: number): string {
  if (!isRelativeDay(text)) return text;
  const parts = new Intl.DateTimeFormat('en', {
    timeZone,
    calendar: 'gregory',
    numberingSystem: 'latn',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
  }).formatToParts(now);
  const part = (type: string): number => Number(parts.find((each) => each.type === type)?.value);
  // Goes back by the calendar, not by hours: a day does not always have 24.
  const today = Date.UTC(part('year'), part('month') - 1, part('day'));
  return new Date(text === 'today' ? today : today - DAY_MS).toISOString().slice(0, 10);
}
