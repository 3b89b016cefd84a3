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
import type { RejectRecord, Report } from '../lib/report.ts';
import { cutLines, dayLines, removedLines } from './day-table.ts';
import { shortfallLines, shortfallReason } from './shortfall.ts';
import type { Style } from './style.ts';
import { count, duration, plural, printable, short, size } from './text.ts';

const REJECT_CODES_SHOWN = 5;
const FIELDS_SHOWN = 8;

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
    ...cutLines(report),
    ...shortfallLines(report, context.where),
    ...removedLines(report, context),
    ...rowLines(report, context),
    ...unfinishedLines(report),
    ...rejectLines(report, context),
    ...warningLines(report),
    ...fieldLines(report),
    ...(report.leftovers ?? []).map((text) => `Left behind: ${printable(text, 2000)}`),
    ...(report.notes ?? []).map((text) => `Note: ${printable(text, 2000)}`),
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
