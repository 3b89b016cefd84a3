import type { Finding } from '../../lib/verify/finding.ts';
import type { DayGap, VerifiedDay, VerifyReport } from '../../lib/verify/options.ts';
import type { Style } from '../style.ts';
import { count, plural, printable, size } from '../text.ts';
import { type TableColumn, tableLines } from './table.ts';
import { wrap } from './width.ts';

/** Days of a table without those that are sound. */
const DAYS_SHOWN = 31;
const FINDINGS_SHOWN = 20;

const COLUMNS: readonly TableColumn[] = [
  { title: 'day' },
  { title: 'files', side: 'right', spare: 2 },
  { title: 'events', side: 'right', spare: 1 },
  { title: 'size', side: 'right', spare: 3 },
  { title: 'first – last (UTC)', spare: 4 },
  { title: 'verdict' },
];

/** Writes what `verify` found: a table of the days, then each finding with its place. */
export function verifyScreen(report: VerifyReport, style: Style, width: number): string {
  const found = report.days.flatMap(merged);
  const all = [...report.findings.map((finding) => ({ finding, more: 0 })), ...found];
  const shown = all.slice(0, FINDINGS_SHOWN);
  const lines = [
    ...dayLines(report.days, style, width),
    ...gapLines(report.gaps, style, width),
    ...shown.flatMap((each, index) => findingLines(each, shown[index + 1], style, width)),
    ...(all.length > shown.length
      ? wrap(`… and ${plural(all.length - shown.length, 'finding')} more (--json: all)`, width)
      : []),
    ...wrap(valuesLine(report), width),
    ...verdictLines(report, style, width),
  ];
  return `${lines.join('\n')}\n`;
}

function dayLines(days: readonly VerifiedDay[], style: Style, width: number): string[] {
  const isLong = days.length > DAYS_SHOWN;
  const shown = isLong ? days.filter(({ verdict }) => verdict !== 'sound') : days;
  const some = shown.slice(0, DAYS_SHOWN);
  const rows = some.map((day) => ({ cells: cellsOf(day), paint: paintOf(day, style) }));
  const lines = rows.length === 0 ? [] : tableLines(COLUMNS, rows, width);
  if (isLong) {
    const sound = days.length - shown.length;
    const more = shown.length - some.length;
    const rest = [
      more > 0 ? `${plural(more, 'day')} more that are not` : '',
      `${plural(sound, 'day')} sound`,
    ];
    lines.push(...wrap(`… and ${rest.filter(Boolean).join(', ')} (--json: all)`, width, '  '));
  }
  return lines;
}

function gapLines(gaps: readonly DayGap[], style: Style, width: number): string[] {
  const lines = gaps.slice(0, DAYS_SHOWN).flatMap(({ from, until, count: days, verdict }) => {
    const name = days === 1 ? from : `${from} – ${until}`;
    const text = `${name}  ${plural(days, 'day')} ${verdict === 'missing' ? 'missing' : 'without a folder'}`;
    const [first = '', ...rest] = wrap(text, width - 2);
    const mark = verdict === 'missing' ? style.red('✗') : style.yellow('!');
    return [`${mark} ${first}`, ...rest.map((line) => `  ${line}`)];
  });
  const more = gaps.length - DAYS_SHOWN;
  if (more > 0) lines.push(...wrap(`… and ${plural(more, 'gap')} more (--json: all)`, width, '  '));
  return lines;
}

function cellsOf(day: VerifiedDay): string[] {
  const { verdict, files, events, bytes, first, last } = day;
  const times = first === undefined || last === undefined ? '' : `${clock(first)} – ${clock(last)}`;
  const isThere = verdict !== 'missing' && (files > 0 || day.success);
  return [
    day.day,
    isThere ? count(files) : '',
    isThere ? (events === undefined ? '?' : count(events)) : '',
    isThere && files > 0 ? size(bytes) : '',
    times,
    verdictText(day),
  ];
}

function clock(time: string): string {
  return time.slice(11, 19);
}

/** The verdict in a few words: the reason where there is one, else how many there are. */
function verdictText(day: VerifiedDay): string {
  const { verdict, more } = day;
  if (verdict === 'sound') return '✓ sound';
  if (verdict === 'missing') return '✗ missing';
  if (day.findings[0]?.code === 'day_gap') return '! no folder';
  const isOdd = verdict === 'odd';
  const own = merged(day)
    .map(({ finding }) => finding)
    .filter(({ kind }) => (kind === 'odd') === isOdd);
  const [only] = own;
  const mark = isOdd ? '!' : '✗';
  const codes = new Set(own.map(({ code }) => code));
  const word = only && codes.size === 1 ? WORDS[only.code] : undefined;
  if (word !== undefined) return `${mark} ${word}`;
  return `${mark} ${plural(own.length + more, isOdd ? 'note' : 'fault')}`;
}

const WORDS: Partial<Record<Finding['code'], string>> = {
  unreadable: 'cannot be read',
  no_success: 'no _SUCCESS',
  success_not_empty: '_SUCCESS not empty',
  day_cut: 'looks cut',
  day_empty: 'empty',
  name_gap: 'file missing',
  empty_hours: 'hours without events',
};

function paintOf({ verdict }: VerifiedDay, style: Style): (text: string) => string {
  return verdict === 'sound' ? style.green : verdict === 'odd' ? style.yellow : style.red;
}

/** A finding, and how many others say the same of other row groups or files. */
interface MergedFinding {
  finding: Finding;
  day?: string;
  more: number;
}

/** Puts the findings of a day together that differ in their row group or file only; faults first. */
function merged({ day, findings }: VerifiedDay): MergedFinding[] {
  const found = new Map<string, MergedFinding>();
  const order = [...findings].sort((a, b) => Number(a.kind === 'odd') - Number(b.kind === 'odd'));
  for (const finding of order) {
    // The table says it.
    if (finding.code === 'day_gap' || finding.code === 'day_missing') continue;
    const key = [finding.code, finding.column, finding.message].join('\n');
    const known = found.get(key);
    if (known === undefined) found.set(key, { finding, day, more: 0 });
    else known.more++;
  }
  return [...found.values()];
}

function findingLines(
  { finding, day, more }: MergedFinding,
  next: MergedFinding | undefined,
  style: Style,
  width: number,
): string[] {
  const isFault = finding.kind === 'fault';
  const mark = isFault ? style.red('✗') : style.yellow('!');
  const { file, rowGroup, column, row } = finding;
  const place = [
    file ?? (day === undefined ? undefined : `dt=${day}`),
    rowGroup === undefined ? undefined : `row group ${rowGroup}`,
    column,
    row === undefined ? undefined : `row ${count(row)}`,
    more === 0 ? undefined : `and ${count(more)} more`,
  ];
  const where = place.filter((part) => part !== undefined).map((part) => printable(part));
  const [first = '', ...rest] = wrap(where.join(', ') || 'everything', width - 2);
  const lines = [`${mark} ${first}`, ...rest.map((line) => `  ${line}`)];
  lines.push(...wrap(printable(finding.message, 1000), width, '    '));
  const isLast = next?.day !== day || next?.finding.kind !== 'fault';
  // An import could not write what cannot be read.
  if (isFault && isLast && day !== undefined && finding.code !== 'unreadable') {
    lines.push(
      ...wrap(`Write it anew: hackle-import … --date ${day} --if-exists replace`, width, '    '),
    );
  }
  return lines;
}

function valuesLine({ deep, bytes }: VerifyReport): string {
  if (deep === undefined) {
    return bytes === 0
      ? 'There are no files'
      : `Values were not read: --deep reads ${size(bytes)}, --deep 5% a sample`;
  }
  const { events, rowGroups, rowGroupsRead } = deep;
  return `Values were read: ${plural(events, 'event')} in ${count(rowGroupsRead)} of ${plural(rowGroups, 'row group')}`;
}

function verdictLines({ days, gaps, ok }: VerifyReport, style: Style, width: number): string[] {
  const number = (...verdicts: string[]): number =>
    days.filter(({ verdict }) => verdicts.includes(verdict)).length;
  const absent = (which: DayGap['verdict']): number =>
    gaps.reduce((sum, { count: each, verdict }) => sum + (verdict === which ? each : 0), 0);
  const sound = number('sound');
  const faulty = number('faulty', 'missing') + absent('missing');
  const odd = number('odd') + absent('odd');
  const events = days.reduce((sum, day) => sum + (day.events ?? 0), 0);
  const parts = [
    faulty > 0 ? `${plural(faulty, 'day')} with faults` : '',
    odd > 0 ? `${plural(odd, 'day')} to look at` : '',
    sound > 0 ? `${plural(sound, 'day')} sound` : '',
  ].filter(Boolean);
  const [first = '', ...rest] = wrap(`${parts.join(', ')}; ${plural(events, 'event')}`, width - 2);
  const mark = ok ? style.green('✓') : style.red('✗');
  return [`${mark} ${first}`, ...rest.map((line) => `  ${line}`)];
}
