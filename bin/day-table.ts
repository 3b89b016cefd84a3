import type { PartitionReport, Report } from '../lib/report.ts';
import type { Style } from './style.ts';
import { count, plural, printable, size } from './text.ts';

const DAYS_SHOWN = 20;
/** Shown of more days than that. */
const FIRST_DAYS = 10;
const LAST_DAYS = 3;
const CUTS_SHOWN = 4;
const REMOVED_SHOWN = 5;

interface DayContext {
  dryRun?: boolean;
  style: Style;
}

/** Writes the days as a table with a sum; of many days only the first and the last. */
export function dayLines({ partitions, status }: Report, { dryRun, style }: DayContext): string[] {
  const hidden = partitions.length > DAYS_SHOWN ? partitions.length - FIRST_DAYS - LAST_DAYS : 0;
  const shown =
    hidden > 0 ? [...partitions.slice(0, FIRST_DAYS), ...partitions.slice(-LAST_DAYS)] : partitions;
  const rows = shown.map((day) => [`dt=${day.day}`, ...amounts([day], timesOf(day))]);
  if (partitions.length > 1) rows.push([plural(partitions.length, 'day'), ...amounts(partitions)]);
  const widths = [0, 1, 2, 3, 4].map((column) =>
    Math.max(0, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const lines = rows.map((row, index) => {
    const cells = row.map((cell, column) =>
      column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0),
    );
    const day = shown[index];
    const state = day === undefined ? '' : dayState(day, dryRun ? 'dry-run' : status, style);
    return `  ${cells.filter((_, column) => widths[column] !== 0).join('  ')}  ${state}`.trimEnd();
  });
  if (hidden > 0) lines.splice(FIRST_DAYS, 0, `  … ${plural(hidden, 'day')} more (--json: all)`);
  return lines;
}

/** The cells for events, their times, files and bytes; empty where there are none. */
function amounts(days: readonly PartitionReport[], times = ''): string[] {
  const rows = days.reduce((sum, day) => sum + day.rows, 0);
  const files = days.flatMap((day) => day.files);
  const events = rows === 0 ? '' : plural(rows, 'event');
  if (files.length === 0) return [events, times, '', ''];
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  return [events, times, plural(files.length, 'file'), size(bytes)];
}

/** When the first and the last event were: `00:00:03–23:59:58 UTC`. */
function timesOf({ first, last }: PartitionReport): string {
  if (first === undefined || last === undefined) return '';
  const times = [first, last].map((time) => time.slice(11, 19));
  return `${[...new Set(times)].join('–')} UTC`;
}

function dayState(day: PartitionReport, status: Report['status'], style: Style): string {
  if (day.repeated) return style.green('✓ committed before, by the same input');
  if (day.success) return style.green(day.rows === 0 ? '✓ committed, empty' : '✓ committed');
  if (day.skipped) return style.dim('skipped: it was complete before');
  if (status === 'dry-run') return style.dim('not written: dry run');
  if (day.unchanged) return style.red('not committed: complete as it was before');
  return style.red('not committed, no _SUCCESS');
}

/** Says which days look as if only a part of them came, and how to get the whole days. */
export function cutLines({ partitions }: Pick<Report, 'partitions'>): string[] {
  const cut = partitions.filter((day) => day.cut !== undefined);
  const lines = cut.slice(0, CUTS_SHOWN).map(cutLine);
  const more = cut.length - CUTS_SHOWN;
  if (more > 0) lines.push(`… and ${plural(more, 'day')} more that look cut (--json: all)`);
  return lines;
}

/** How people name the clocks whose days most dumps have. */
const CLOCKS: Readonly<Record<string, string>> = { 'Asia/Seoul': 'KST' };

function cutLine({ day, cut }: PartitionReport): string {
  if (cut === undefined) return '';
  const { missing, at, zone, events } = cut;
  const city = zone.replace(/.*\//, '').replaceAll('_', ' ');
  const what = events === 0 ? 'nothing' : `almost nothing (${plural(events, 'event')})`;
  return `dt=${day}: ${what} ${missing} ${at} UTC, midnight in ${city}: a dump cut by ${CLOCKS[zone] ?? 'that clock'}? Give both dumps and --date ${day}`;
}

/** Names the files in a day's folder that the run did not write: readers would have taken them for events of the day. */
export function removedLines(
  { partitions }: Report,
  { dryRun }: Pick<DayContext, 'dryRun'>,
): string[] {
  const names = partitions.flatMap(({ day, removed = [] }) =>
    removed.map((name) => printable(`dt=${day}/${name}`)),
  );
  if (names.length === 0) return [];
  const more = names.length - REMOVED_SHOWN;
  const shown =
    names.slice(0, REMOVED_SHOWN).join(', ') + (more > 0 ? ` and ${count(more)} more` : '');
  return [
    `${dryRun ? 'Would be removed' : 'Removed'}, since this run did not write them: ${shown}`,
  ];
}
