import {
  FILTER_ROWS,
  type FilterCode,
  MAPPING_PLACE,
  REJECT_ROWS,
  type RejectCode,
  WARNING_ROWS,
  type WarningCode,
} from '../lib/codes.ts';
import type { ConvertOptions } from '../lib/options/options.ts';
import type { PartitionReport, RejectRecord, Report } from '../lib/report.ts';
import { shortfallLines, shortfallReason } from './shortfall.ts';
import type { Style } from './style.ts';
import { count, duration, plural, printable, short, size } from './text.ts';

const DAYS_SHOWN = 20;
/** Shown of more days than that. */
const FIRST_DAYS = 10;
const LAST_DAYS = 3;
const REJECT_CODES_SHOWN = 5;
const FIELDS_SHOWN = 8;
const REMOVED_SHOWN = 5;

/** What the summary needs besides the report. */
export interface SummaryContext {
  /** Where the output went. */
  to: string;
  /** The option as it was given, to say why nothing was committed. */
  maxRejects: number | string;
  /** The first reject of each code. */
  examples: ReadonlyMap<RejectCode, RejectRecord>;
  /** The file with all rejects. */
  rejectsPath: string | undefined;
  /** Where the mapping of the run is, in words; undefined where it had none. */
  mappingPlace?: string | undefined;
  /** The patterns of event keys, to say which ones may be misspelt. */
  where?: ConvertOptions['where'];
  /** Whether the run had a transform, which may leave events out and add others. */
  transformed?: boolean;
  dryRun?: boolean;
  style: Style;
}

/** Writes what a run did, in plain words. */
export function summary(report: Report, context: SummaryContext): string {
  return [
    headline(report, context),
    ...dayLines(report, context),
    ...shortfallLines(report, context.where),
    ...removedLines(report, context),
    ...rowLines(report, context),
    ...unfinishedLines(report),
    ...rejectLines(report, context),
    ...warningLines(report),
    ...fieldLines(report),
    ...(report.leftovers ?? []).map((text) => `Left behind: ${printable(text, 2000)}`),
    '',
  ].join('\n');
}

/** Whether nothing forbade to commit the days. */
export function isDone({ status }: Report): boolean {
  return status === 'committed' || status === 'dry-run';
}

/** Writes on one line why nothing was committed. */
export function notCommitted(report: Report, maxRejects: number | string): string {
  return `nothing committed: ${refusalReason(report, maxRejects)}`;
}

function refusalReason(report: Report, maxRejects: number | string): string {
  if (report.shortfall !== undefined) return shortfallReason(report, report.shortfall);
  return `${count(report.rowsRejected)} of ${plural(report.rowsIn, 'event')} rejected, ${maxRejects} allowed (--max-rejects)`;
}

function headline(report: Report, { to, maxRejects, dryRun, style }: SummaryContext): string {
  const written = plural(report.rowsWritten, 'event');
  const folder = printable(to);
  if (!isDone(report)) {
    const what = dryRun ? 'Dry run, nothing would be committed' : 'Nothing committed';
    return `${style.red(style.bold(what))}: ${refusalReason(report, maxRejects)}. ${facts(report)}`;
  }
  const done = style.green(style.bold(report.status === 'dry-run' ? 'Dry run' : 'Done'));
  if (report.rowsIn === 0) return `${done}: the input has no events. ${facts(report)}`;
  if (report.status === 'dry-run') {
    return `${done}: ${written} would go to ${folder}; nothing was written. ${facts(report)}`;
  }
  const days = report.partitions.filter((day) => day.success).length;
  if (days === 0) return nothingLeft(report, style, done);
  return `${done}: ${written} in ${plural(days, 'day')} committed to ${folder}. ${facts(report)}`;
}

/** The headline where no day was committed: the days were complete before, or no event was left to write. */
function nothingLeft(report: Report, style: Style, done: string): string {
  if (report.partitions.length > 0) return `${done}: there was nothing to commit. ${facts(report)}`;
  const what = style.yellow(style.bold('Nothing to commit'));
  const why = report.rowsRejected > 0 ? 'rejected or left out' : 'left out';
  const all =
    report.rowsIn === 1 ? 'the only event was' : `all ${count(report.rowsIn)} events were`;
  return `${what}: ${all} ${why}. ${facts(report)}`;
}

/** Writes `412 MB in 1.8 s, 229 MB/s, 311k events/s`; below a second without the speeds, which would mean little. */
function facts({ bytesIn, rowsIn, seconds }: Report): string {
  const read = `${size(bytesIn)} in ${duration(seconds)}`;
  if (seconds < 1) return read;
  return `${read}, ${size(bytesIn / seconds)}/s, ${short(rowsIn / seconds)} events/s`;
}

/** Writes the days as a table with a sum; of many days only the first and the last. */
function dayLines({ partitions, status }: Report, { dryRun, style }: SummaryContext): string[] {
  const hidden = partitions.length > DAYS_SHOWN ? partitions.length - FIRST_DAYS - LAST_DAYS : 0;
  const shown =
    hidden > 0 ? [...partitions.slice(0, FIRST_DAYS), ...partitions.slice(-LAST_DAYS)] : partitions;
  const rows = shown.map((day) => [`dt=${day.day}`, ...amounts([day])]);
  if (partitions.length > 1) rows.push([plural(partitions.length, 'day'), ...amounts(partitions)]);
  const widths = [0, 1, 2, 3].map((column) =>
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

/** The cells for events, files and bytes; empty where there are none. */
function amounts(days: readonly PartitionReport[]): string[] {
  const rows = days.reduce((sum, day) => sum + day.rows, 0);
  const files = days.flatMap((day) => day.files);
  if (files.length === 0) return [rows === 0 ? '' : plural(rows, 'event'), '', ''];
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  return [plural(rows, 'event'), plural(files.length, 'file'), size(bytes)];
}

function dayState(day: PartitionReport, status: Report['status'], style: Style): string {
  if (day.repeated) return style.green('✓ committed before, by the same input');
  if (day.success) return style.green(day.rows === 0 ? '✓ committed, empty' : '✓ committed');
  if (day.skipped) return style.dim('skipped: it was complete before');
  if (status === 'dry-run') return style.dim('not written: dry run');
  if (day.unchanged) return style.red('not committed: complete as it was before');
  return style.red('not committed, no _SUCCESS');
}

/** Names the files in a day's folder that the run did not write: readers would have taken them for events of the day. */
function removedLines({ partitions }: Report, { dryRun }: SummaryContext): string[] {
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

/** Says what happened to the events, unless all of them were written. */
function rowLines(report: Report, { transformed }: SummaryContext): string[] {
  const { rowsIn, rowsRejected, rowsFiltered } = report;
  if (rowsRejected === 0 && rowsFiltered === 0) return [];
  const parts = [`${count(report.rowsWritten)} ${isDone(report) ? 'written' : 'good'}`];
  if (rowsRejected > 0) parts.push(`${count(rowsRejected)} rejected`);
  if (rowsFiltered > 0) parts.push(`${count(rowsFiltered)} left out (${filterWords(report)})`);
  const read = transformed ? 'read or made by the transform' : 'read';
  return [`${plural(rowsIn, 'event')} ${read}: ${parts.join(', ')}`];
}

/** Says what to do about events of days that are not over. */
function unfinishedLines({ filtered }: Report): string[] {
  const rows = filtered.day_not_over ?? 0;
  if (rows === 0) return [];
  return [
    `${rows === 1 ? '1 event is' : `${count(rows)} events are`} of a day that is not over by UTC: import it after midnight UTC, or write what there is with --unfinished commit`,
  ];
}

/** Says why events were left out, with the number for each reason if there are several. */
function filterWords({ filtered }: Report): string {
  const codes = sorted(filtered) as [FilterCode, number][];
  return codes
    .map(
      ([code, rows]) => `${codes.length > 1 ? `${count(rows)} ` : ''}${FILTER_ROWS[code].summary}`,
    )
    .join(', ');
}

function rejectLines(
  report: Report,
  { examples, rejectsPath, mappingPlace = MAPPING_PLACE, style }: SummaryContext,
): string[] {
  const codes = sorted(report.rejects) as [RejectCode, number][];
  if (codes.length === 0) return [];
  const lines = [`${style.yellow('Rejected')}:`];
  for (const [code, rows] of codes.slice(0, REJECT_CODES_SHOWN)) {
    const { summary, advice } = REJECT_ROWS[code];
    lines.push(`  ${count(rows)} × ${summary} (${code})`);
    const example = examples.get(code);
    if (example)
      lines.push(`    ${printable(example.source)}:${example.line}: ${printable(example.message)}`);
    lines.push(`    ${style.dim(advice.replace(MAPPING_PLACE, () => printable(mappingPlace)))}`);
  }
  const hidden = codes.length - REJECT_CODES_SHOWN;
  if (hidden > 0) lines.push(`  … and ${plural(hidden, 'other reason')}; --json counts them all`);
  lines.push(
    rejectsPath === undefined
      ? '  To get all of them with their reasons: --rejects FILE'
      : `  All of them with their reasons: ${printable(rejectsPath)}`,
  );
  return lines;
}

function warningLines(report: Report): string[] {
  const codes = sorted(report.warnings) as [WarningCode, number][];
  if (codes.length === 0) return [];
  return [
    'Worth knowing:',
    ...codes.map(([code, times]) => `  ${count(times)} × ${WARNING_ROWS[code].counted}`),
  ];
}

function fieldLines(report: Report): string[] {
  const fields = sorted(report.ignoredFields);
  if (fields.length === 0) return [];
  const names = fields
    .slice(0, FIELDS_SHOWN)
    .map(([name, times]) => `${printable(name, 60)} (${count(times)})`);
  const hidden = fields.length - names.length;
  return [
    `Fields that no column uses: ${names.join(', ')}${hidden > 0 ? ` and ${count(hidden)} more` : ''}`,
  ];
}

/** Sorts counts, the largest first. */
function sorted(counts: Readonly<Record<string, number | undefined>>): [string, number][] {
  return Object.entries(counts)
    .map(([name, times]): [string, number] => [name, times ?? 0])
    .sort((a, b) => b[1] - a[1]);
}

/** Says where the mapping of a run is, or undefined where it has none. */
export function mappingPlaceOf({ mapping, preset }: ConvertOptions): string | undefined {
  if (preset !== undefined) return `in a copy of the preset (hackle-import presets ${preset})`;
  return typeof mapping === 'string' ? `in ${mapping}` : undefined;
}
