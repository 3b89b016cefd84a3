import type { RejectCode, WarningCode } from '../lib/codes.ts';
import type { PartitionReport, RejectRecord, Report } from '../lib/report.ts';
import type { Style } from './style.ts';
import { count, duration, plural, printable, size } from './text.ts';
import { REJECT_WORDS, WARNING_WORDS } from './words.ts';

const DAYS_SHOWN = 40;
const REJECT_CODES_SHOWN = 5;
const FIELDS_SHOWN = 8;

export interface SummaryContext {
  /** Where the output went. */
  to: string;
  /** As given, for the words on why nothing was committed. */
  maxRejects: number | string;
  /** One reject of each code. */
  examples: ReadonlyMap<RejectCode, RejectRecord>;
  /** The file with all of them. */
  rejectsPath: string | undefined;
  style: Style;
}

/** What a run did, in plain words. */
export function summary(report: Report, context: SummaryContext): string {
  return [
    ...headline(report, context),
    ...dayLines(report, context.style),
    ...rowLines(report),
    ...rejectLines(report, context),
    ...warningLines(report),
    ...fieldLines(report),
    ...(report.leftovers ?? []).map((text) => `Left behind: ${printable(text, 2000)}`),
    '',
  ].join('\n');
}

/** Why nothing was committed, on one line. */
export function notCommitted(report: Report, maxRejects: number | string): string {
  return `not committed: ${count(report.rowsRejected)} of ${plural(report.rowsIn, 'event')} rejected, ${maxRejects} allowed (--max-rejects)`;
}

function headline(report: Report, { to, maxRejects, style }: SummaryContext): string[] {
  const speed = report.seconds > 0 ? `, ${size(report.bytesIn / report.seconds)}/s` : '';
  const facts = `${size(report.bytesIn)} in ${duration(report.seconds)}${speed}`;
  const folder = printable(to);
  if (report.status === 'rejected')
    return [`${style.red('Not done')}: ${notCommitted(report, maxRejects)}. ${facts}`];
  if (report.status === 'dry-run') {
    return [
      `${style.green('Dry run')}: ${plural(report.rowsWritten, 'event')} would go to ${folder}; nothing was written. ${facts}`,
    ];
  }
  const days = report.partitions.filter((day) => day.success).length;
  return [
    `${style.green('Done')}: ${plural(report.rowsWritten, 'event')} in ${plural(days, 'day')} committed to ${folder}. ${facts}`,
  ];
}

function dayLines({ partitions, status }: Report, style: Style): string[] {
  const shown = partitions.length > DAYS_SHOWN ? partitions.slice(0, DAYS_SHOWN - 1) : partitions;
  const rows = shown.map((day) => [
    `  dt=${day.day}`,
    plural(day.rows, 'event'),
    plural(day.files.length, 'file'),
    size(day.files.reduce((sum, file) => sum + file.bytes, 0)),
  ]);
  const widths = [0, 1, 2, 3].map((column) =>
    Math.max(0, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const lines = rows.map((row, index) => {
    const cells = row.map((cell, column) =>
      column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
    );
    return `${cells.join('  ')}  ${dayState(shown[index] as PartitionReport, status, style)}`;
  });
  const hidden = partitions.length - shown.length;
  if (hidden > 0) lines.push(`  … and ${plural(hidden, 'day')} more; --json tells of all`);
  return lines;
}

function dayState(day: PartitionReport, status: Report['status'], style: Style): string {
  if (day.success) return style.green('committed');
  if (day.skipped) return 'skipped: it was complete before';
  if (status === 'dry-run') return 'not written: dry run';
  return style.red('not committed, no _SUCCESS');
}

function rowLines(report: Report): string[] {
  if (report.rowsIn === 0) return ['The input has no events.'];
  if (report.rowsRejected === 0 && report.rowsFiltered === 0) return [];
  const filtered = report.partitions.some((day) => day.skipped)
    ? 'left out (other days, or days complete before)'
    : 'left out (days not asked for)';
  return [
    `${plural(report.rowsIn, 'event')} read: ${count(report.rowsWritten)} written, ${count(report.rowsRejected)} rejected, ${count(report.rowsFiltered)} ${filtered}`,
  ];
}

function rejectLines(report: Report, { examples, rejectsPath, style }: SummaryContext): string[] {
  const codes = sorted(report.rejects) as [RejectCode, number][];
  if (codes.length === 0) return [];
  const lines = [`${style.yellow('Rejected')}:`];
  for (const [code, rows] of codes.slice(0, REJECT_CODES_SHOWN)) {
    const { what, todo } = REJECT_WORDS[code];
    lines.push(`  ${count(rows)} × ${what} (${code})`);
    const example = examples.get(code);
    if (example)
      lines.push(`    ${printable(example.source)}:${example.line}: ${printable(example.message)}`);
    lines.push(`    ${style.dim(todo)}`);
  }
  const hidden = codes.length - REJECT_CODES_SHOWN;
  if (hidden > 0) lines.push(`  … and ${plural(hidden, 'other reason')}; --json counts them all`);
  lines.push(
    rejectsPath === undefined
      ? '  To get every one with its reason: --rejects FILE'
      : `  Every one with its reason: ${printable(rejectsPath)}`,
  );
  return lines;
}

function warningLines(report: Report): string[] {
  const codes = sorted(report.warnings) as [WarningCode, number][];
  if (codes.length === 0) return [];
  return [
    'Worth knowing:',
    ...codes.map(([code, times]) => `  ${count(times)} × ${WARNING_WORDS[code]}`),
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

/** The most frequent first. */
function sorted(counts: Readonly<Record<string, number | undefined>>): [string, number][] {
  return Object.entries(counts)
    .map(([name, times]): [string, number] => [name, times ?? 0])
    .sort((a, b) => b[1] - a[1]);
}
