import { now } from '../clock.ts';
import { countEvents } from '../commit/event-count.ts';
import { inParallel } from '../commit/in-parallel.ts';
import { checkOptions } from '../options/check.ts';
import { STATUS_OPTIONS } from '../options/looks.ts';
import { daysBetween, MS_PER_DAY, parseDay } from '../route/by-day.ts';
import { calendarRange } from './calendar-range.ts';
import type { ReadableStore } from './counting-store.ts';
import { type DayFolder, listDays } from './day-folder.ts';
import { Deadline } from './deadline.ts';
import { openDays } from './location.ts';
import type { StatusOptions } from './options.ts';
import { whyUnreadable } from './unreadable.ts';

/** Fewer events than this share of the usual number are few. */
const FEW_SHARE = 1 / 2;
/** Days that have to be complete before it is known what is usual. */
const LEAST_DAYS = 5;

/**
 * How it is with a day. `done`: complete, in time if there is a deadline; `late`: complete, but after the deadline; `few`:
 * complete, with less than half as many events as usual; `open`: files without `_SUCCESS`; `missing`: nothing;
 * `ahead`: nothing, and the day is not over; `unreadable`: its folder or a file of it cannot be read.
 */
export type DayState = 'done' | 'late' | 'few' | 'open' | 'missing' | 'ahead' | 'unreadable';

/** What `status` found about a day. */
export interface DayStatus {
  day: string;
  state: DayState;
  /** Whether something has to be done: the day is late, or it is open or missing though it is due. */
  alarm: boolean;
  files: number;
  /** By the footers; undefined where they cannot be read. */
  events?: number;
  /** Why the day cannot be read. */
  problem?: string;
  /** When `_SUCCESS` was written, ISO 8601. */
  doneAt?: string;
  /** When the day is due, ISO 8601; absent without a deadline. */
  dueAt?: string;
}

/** The state of days. */
export interface Status {
  url: string;
  /** Whether no day raises an alarm. */
  ok: boolean;
  /** When this was found, ISO 8601. */
  at: string;
  deadline?: string;
  tz: string;
  days: DayStatus[];
}

/**
 * Says which days are complete, since when, and which are late, open or missing.
 *
 * @param url the folder of the days: a path, `s3://bucket/prefix` or `gs://bucket/prefix`
 * @throws ImportError E_USAGE; E_INPUT_READ where the store refuses
 */
export async function status(url: string | URL, options: StatusOptions = {}): Promise<Status> {
  checkOptions(STATUS_OPTIONS, options, 'status');
  const at = now();
  const { store, day } = openDays(url, options.store);
  const { from, until } = calendarRange(day, options, at);
  const { deadline, tz = 'UTC' } = options;
  const due = deadline === undefined ? undefined : new Deadline(deadline, tz);
  const folders = new Map(
    (await listDays(store, { from, until })).days.map((each) => [each.day, each]),
  );
  const days = await inParallel(daysBetween(parseDay(from), parseDay(until)), (each) =>
    stateOf(store, { day: each, folder: folders.get(each) }, due, at),
  );
  markFew(days);
  return {
    url: store.url,
    ok: !days.some(({ alarm }) => alarm),
    at: new Date(at).toISOString(),
    ...(deadline !== undefined && { deadline }),
    tz,
    days,
  };
}

async function stateOf(
  store: ReadableStore,
  { day, folder }: { day: string; folder: DayFolder | undefined },
  deadline: Deadline | undefined,
  at: number,
): Promise<DayStatus> {
  const isOver = (parseDay(day) + 1) * MS_PER_DAY <= at;
  const due = deadline?.of(day);
  const known = {
    day,
    files: folder?.parts.length ?? 0,
    ...(due && { dueAt: new Date(due).toISOString() }),
  };
  if (folder?.problem !== undefined) return unreadable(known, folder.problem);
  if (folder?.success === undefined) {
    const state = known.files > 0 ? 'open' : isOver ? 'missing' : 'ahead';
    return { ...known, state, alarm: isOver && (due === undefined || due <= at) };
  }
  const done = (await store.modified?.(folder.success)) ?? Number.NaN;
  let events: number | undefined;
  try {
    events = await eventsOf(store, folder);
  } catch (error) {
    return unreadable(known, whyUnreadable(error));
  }
  const isLate = due !== undefined && done > due;
  return {
    ...known,
    state: isLate ? 'late' : 'done',
    alarm: isLate,
    ...(events !== undefined && { events }),
    ...(!Number.isNaN(done) && { doneAt: new Date(done).toISOString() }),
  };
}

function unreadable(known: Pick<DayStatus, 'day' | 'files'>, problem: string): DayStatus {
  return { ...known, state: 'unreadable', alarm: true, problem };
}

/** Counts the events of a day by its footers; undefined if one cannot be read. */
async function eventsOf(store: ReadableStore, { parts }: DayFolder): Promise<number | undefined> {
  const { events, isExact } = await countEvents(store, parts);
  return isExact ? events : undefined;
}

/** Marks the days that have far fewer events than the one in the middle. */
function markFew(days: DayStatus[]): void {
  const complete = days.filter(({ state, events }) => state === 'done' && events !== undefined);
  if (complete.length < LEAST_DAYS) return;
  const counts = complete.map(({ events = 0 }) => events).sort((a, b) => a - b);
  const usual = counts[Math.floor(counts.length / 2)] as number;
  for (const each of complete) {
    if ((each.events ?? 0) < usual * FEW_SHARE) each.state = 'few';
  }
}
