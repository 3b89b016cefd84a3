import type { DayStatus, Status } from '../../lib/verify/status.ts';
import type { Style } from '../style.ts';
import { plural, printable, short } from '../text.ts';
import { pad, wrap } from './width.ts';

const MARKS = {
  done: '✓',
  late: '◷',
  few: '!',
  open: '✗',
  missing: '·',
  ahead: '',
  unreadable: '✗',
} as const;
const LEGEND = '✓ complete  ◷ late  ! few events  ✗ open  · missing';
const WEEKDAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];
const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];
/** Columns of a day in the calendar: ` 11 ✓ 1.5M`. */
const CELL = 10;
const CALENDAR = 7 * CELL + 6;
const MS_PER_MINUTE = 60_000;
const DAYS_EXPLAINED = 31;

/** Writes the days as a calendar, or where there is no room for one as a list; then what is to be said of single days. */
export function statusScreen(status: Status, style: Style, width: number): string {
  const months = new Map<string, DayStatus[]>();
  for (const day of status.days) {
    const month = day.day.slice(0, 7);
    months.set(month, [...(months.get(month) ?? []), day]);
  }
  const lines = [...months].flatMap(([month, days]) => [
    ...titleLines(month, style, width),
    ...(width >= CALENDAR ? calendarLines(days, style) : listLines(days, style)),
  ]);
  const said = sentences(status);
  const more = said.length - DAYS_EXPLAINED;
  lines.push(...said.slice(0, DAYS_EXPLAINED).flatMap((text) => wrap(text, width)));
  if (more > 0) lines.push(...wrap(`… and ${plural(more, 'day')} more (--json: all)`, width));
  return `${lines.join('\n')}\n`;
}

function titleLines(month: string, style: Style, width: number): string[] {
  const title = `${MONTHS[Number(month.slice(5)) - 1]} ${month.slice(0, 4)}`;
  const line = `${pad(title, 22)}${LEGEND}`;
  if (line.length <= width) return [style.bold(title) + line.slice(title.length)];
  return [style.bold(title), ...wrap(LEGEND, width)];
}

function calendarLines(days: readonly DayStatus[], style: Style): string[] {
  const weeks: string[][] = [];
  for (const day of days) {
    // Of Sunday, which JavaScript counts as 0, the week is over.
    const weekday = (new Date(day.day).getUTCDay() + 6) % 7;
    if (weeks.length === 0 || weekday === 0) weeks.push(Array<string>(7).fill(' '.repeat(CELL)));
    (weeks.at(-1) as string[])[weekday] = cell(day, style);
  }
  const head = WEEKDAYS.map((name) => pad(`   ${name}`, CELL)).join(' ');
  return [head, ...weeks.map((week) => week.join(' '))].map((line) => line.trimEnd());
}

function cell(day: DayStatus, style: Style): string {
  const number = String(Number(day.day.slice(8))).padStart(2);
  const rest = pad(amount(day), CELL - 3);
  return `${number} ${paint(day, style)(rest)}`;
}

function amount({ state, events }: DayStatus): string {
  return `${MARKS[state]} ${events === undefined ? '' : short(events)}`.trimEnd();
}

function listLines(days: readonly DayStatus[], style: Style): string[] {
  return days
    .filter(({ state }) => state !== 'ahead')
    .map((day) => `  ${day.day}  ${paint(day, style)(amount(day))}`);
}

function paint({ state }: DayStatus, style: Style): (text: string) => string {
  if (state === 'done') return style.green;
  if (state === 'few') return style.yellow;
  return state === 'ahead' ? (text) => text : style.red;
}

/** What is to be said of the days that are not complete in time; days without files that follow each other are one. */
function sentences(status: Status): string[] {
  const { days } = status;
  const said: string[] = [];
  for (let index = 0; index < days.length; index++) {
    const day = days[index] as DayStatus;
    const first = index;
    while (day.state === 'missing' && days[index + 1]?.state === 'missing') index++;
    const last = days[index] as DayStatus;
    const text = sentence(day, status);
    if (text === undefined) continue;
    const name = index === first ? day.day : `${day.day} – ${endOf(day.day, last.day)}`;
    said.push(`${name}  ${text}`);
  }
  return said;
}

/** The last of several days: without its year where that is the one of the first day. */
function endOf(first: string, last: string): string {
  return first.slice(0, 4) === last.slice(0, 4) ? last.slice(5) : last;
}

function sentence(
  { state, files, dueAt, doneAt, problem }: DayStatus,
  { at, tz }: Status,
): string | undefined {
  const due = dueAt === undefined ? undefined : Date.parse(dueAt);
  if (state === 'late' && doneAt !== undefined && due !== undefined) {
    const late = duration(Date.parse(doneAt) - due);
    return `complete at ${localTime(doneAt, tz)}, ${late} late`;
  }
  if (problem !== undefined) return printable(problem, 1000);
  if (state === 'few') return 'fewer than half as many events as usual';
  if (state !== 'open' && state !== 'missing') return undefined;
  const what = state === 'open' ? `${plural(files, 'file')}, no _SUCCESS` : 'no files';
  if (due === undefined) return what;
  const left = due - Date.parse(at);
  return `${what}; ${left <= 0 ? `due ${duration(-left)} ago` : `due in ${duration(left)}`}`;
}

/** Writes `2023-01-06 13:24 Asia/Seoul`. */
function localTime(time: string, timeZone: string): string {
  const parts = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  }).formatToParts(Date.parse(time));
  const part = (type: string): string => parts.find((each) => each.type === type)?.value ?? '';
  return `${part('year')}-${part('month')}-${part('day')} ${part('hour')}:${part('minute')} ${timeZone}`;
}

function duration(ms: number): string {
  const minutes = Math.max(0, Math.round(ms / MS_PER_MINUTE));
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return `${hours}:${String(minutes % 60).padStart(2, '0')} h`;
  return plural(Math.floor(hours / 24), 'day');
}
