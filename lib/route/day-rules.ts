import type { EventBatch } from '../batch/event-batch.ts';
import type { Kernel } from '../batch/kernel.ts';
import { perKernel } from '../batch/per-kernel.ts';
import { setFields } from '../batch/struct.ts';
import { MS_PER_DAY, parseDay } from './by-day.ts';

/** What happens to events of a UTC day that is not over: they are left out and counted, or written. */
export type UnfinishedMode = 'leave' | 'commit';

/** A range of UTC days, both ends included, as days since 1970. */
export interface DayRange {
  from: number;
  until: number;
}

/** Which days and times are taken, by days since 1970. It can be sent to another thread. */
export interface DayRules extends DayRange {
  /** Whether times are taken that cannot be: before 2000, or more than a day ahead of `now`. */
  anyDay: boolean;
  unfinished: UnfinishedMode;
  /** Milliseconds since 1970. It is read once, so that all threads agree on what is over. */
  now: number;
}

/** What a user says of days. */
export interface DayOptions {
  from?: string | undefined;
  until?: string | undefined;
  anyDay?: boolean | undefined;
  unfinished?: UnfinishedMode | undefined;
}

const FIRST_DAY = -(2 ** 31);
const LAST_DAY = 2 ** 31 - 1;
/** 2000-01-01. No log that is imported is older: an earlier time is a wrong unit, or a clock that was never set. */
const EARLIEST = 10_957;

/** The range from one day to another. @throws ImportError E_USAGE if one is not a day */
export function dayRange({ from, until }: Pick<DayOptions, 'from' | 'until'>): DayRange {
  return {
    from: from === undefined ? FIRST_DAY : parseDay(from),
    until: until === undefined ? LAST_DAY : parseDay(until),
  };
}

/** The rules of a run that begins at `now`. @throws ImportError E_USAGE if `from` or `until` is not a day */
export function dayRules(options: DayOptions, now: number): DayRules {
  const { anyDay = false, unfinished = 'leave' } = options;
  return { ...dayRange(options), anyDay, unfinished, now };
}

/** The first UTC day that is not over. */
export function today(now: number): number {
  return Math.floor(now / MS_PER_DAY);
}

/**
 * Makes a function that leaves out rows of days that are not asked for (`excluded_by_days`), rejects rows whose time
 * cannot be (`ts_implausible`), and leaves out rows of days that are not over (`day_not_over`); the first that applies
 * counts. Call it before duplicates are dropped: an event that is not written makes no other one a duplicate.
 */
export function dayJudge(rules: DayRules): (batch: EventBatch) => void {
  const addressIn = perKernel((kernel) => place(kernel, rules));
  return (batch) => {
    batch.kernel.fn.judgeDays(batch.address, addressIn(batch.kernel));
  };
}

/** Writes the rules into a kernel's memory; returns their address. */
function place(kernel: Kernel, { from, until, anyDay, unfinished, now }: DayRules): number {
  const address = kernel.arena.alloc(kernel.sizeOf('DayRules'));
  const tomorrow = today(now) + 1;
  setFields(kernel, 'DayRules', address, {
    from,
    until,
    earliest: anyDay ? FIRST_DAY : EARLIEST,
    latest: anyDay ? LAST_DAY : tomorrow,
    latestMs: now - today(now) * MS_PER_DAY,
    // No event of a later day is plausible; one that `anyDay` takes is not of a day that will soon be over.
    unfinished: unfinished === 'leave' ? today(now) : LAST_DAY,
    unfinishedUntil: unfinished === 'leave' ? tomorrow : FIRST_DAY,
  });
  return address;
}
