import { closest } from '../lib/nearest.ts';
import type { ConvertOptions } from '../lib/options/options.ts';
import type { Report, Shortfall } from '../lib/report.ts';
import { count, plural, printable } from './text.ts';

const DAYS_NAMED = 5;
const KEYS_NAMED = 8;

/** Says in a few words for want of which events nothing was committed. */
export function shortfallReason({ rowsIn }: Report, { expected, events, days }: Shortfall): string {
  const names = Object.keys(days);
  const empty = names.filter((day) => days[day] === 0);
  if (empty.length > 0) return `no events of ${listed(empty, DAYS_NAMED, 'day')}`;
  if (rowsIn === 0) return 'the input has no events';
  const at = `at least ${count(expected)} expected (--min-events)`;
  if (names.length > 0) {
    const few = names.map((day) => `${count(days[day] ?? 0)} of ${day}`);
    return `${listed(few, DAYS_NAMED, 'day')}, ${at}`;
  }
  if (events > 0) return `only ${plural(events, 'event')}, ${at}`;
  return `none of ${plural(rowsIn, 'event')} was left`;
}

/** Says what was there instead of the events that were missing, and what to do. */
export function shortfallLines(
  { shortfall, filtered }: Pick<Report, 'shortfall' | 'filtered'>,
  where: ConvertOptions['where'],
): string[] {
  if (shortfall === undefined) return [];
  const { events, days, otherDays, otherKeys, absentPaths = [] } = shortfall;
  const there = Object.entries(otherDays).map(([day, rows]) => `${day} (${count(rows)})`);
  const lines: string[] = [];
  if (there.length > 0) {
    lines.push(`Events of other days: ${listed(there, DAYS_NAMED, 'day')}`);
  }
  if (otherKeys.length > 0) {
    const keys = otherKeys.map((key) => printable(key, 60));
    lines.push(
      `Event keys that --where left out: ${listed(keys, KEYS_NAMED, 'key')}${guess(where, otherKeys)}`,
    );
  }
  for (const { path, near } of absentPaths) {
    const meant = near === undefined ? '' : ` (near: ${printable(near, 60)})`;
    lines.push(
      `The mapping takes only events with ${printable(path, 60)}, which no event has${meant}`,
    );
  }
  // Events of a day that is not over have a next step of their own.
  const isUnfinished = (filtered.day_not_over ?? 0) > 0;
  if (!isUnfinished && (events === 0 || Object.values(days).includes(0))) {
    lines.push('If that is right, --allow-empty says so.');
  }
  return lines;
}

/** The event keys that the patterns were probably meant to be. */
function guess(where: ConvertOptions['where'], keys: readonly string[]): string {
  const patterns = [where ?? []].flat().flatMap((text) => text.split(','));
  const meant = patterns
    .filter((pattern) => !pattern.trim().startsWith('!'))
    .map((pattern) => closest(pattern, keys))
    .filter((key) => key !== undefined);
  if (meant.length === 0) return '';
  return `. Did you mean ${[...new Set(meant)].map((key) => printable(key, 60)).join(' and ')}?`;
}

function listed(names: readonly string[], most: number, noun: string): string {
  const more = names.length - most;
  return names.slice(0, most).join(', ') + (more > 0 ? ` and ${plural(more, noun)} more` : '');
}
