import { MS_PER_DAY, parseDay } from '../route/by-day.ts';
import { cutDays, type DayCut } from '../route/cut-day.ts';
import type { DayTimes } from '../route/day-times.ts';
import type { GroupTimes } from './statistics-check.ts';

/** As many as `cutDays` takes. */
const SLOTS = 96;
const MS_PER_SLOT = MS_PER_DAY / SLOTS;
/** Slots of the shortest time without events that is odd. */
const LEAST_EMPTY = 4;
/** Slots with events of a day whose other times are looked at: a day that has fewer is a try, or has no usual hours. */
const LEAST_BUSY = 24;
/** Events that such a time would have if it were like the rest; with fewer, a quiet night explains it. */
const LEAST_EXPECTED = 1000;

/** A time of the day without events: `03:00` to `05:15`. */
export interface EmptyTime {
  from: string;
  until: string;
}

/**
 * Estimates when the events of a day were from the first and last time of each row group: as if they were spread evenly
 * between. A time between row groups is empty for certain.
 */
export function timesOf(groups: readonly GroupTimes[]): DayTimes {
  const slots = new Uint32Array(SLOTS);
  for (const { rows, first, last } of groups) {
    const [begin, end] = [slotOf(first), slotOf(last)];
    const share = rows / (end - begin + 1);
    for (let slot = begin; slot <= end; slot++) {
      // Each slot between has events, as far as is known.
      slots[slot] = (slots[slot] as number) + Math.max(1, Math.round(share));
    }
  }
  return {
    first: Math.min(...groups.map(({ first }) => first)),
    last: Math.max(...groups.map(({ last }) => last)),
    slots,
  };
}

function slotOf(ms: number): number {
  return Math.floor(ms / MS_PER_SLOT);
}

/** Finds the days that look cut by a local midnight. @param times when the events were, by `YYYY-MM-DD` */
export function cutsOf(times: ReadonlyMap<string, DayTimes>): Map<string, DayCut> {
  const byNumber = new Map([...times].map(([day, each]) => [parseDay(day), each]));
  const cuts = cutDays(byNumber);
  return new Map(
    [...times.keys()].flatMap((day) => {
      const cut = cuts.get(parseDay(day));
      return cut === undefined ? [] : [[day, cut] as const];
    }),
  );
}

/** Finds the hours and longer times without an event in which many would be expected. */
export function emptyTimes({ slots }: DayTimes): EmptyTime[] {
  const busy = slots.filter(Boolean).length;
  if (busy < LEAST_BUSY) return [];
  const average = slots.reduce((sum, count) => sum + count, 0) / busy;
  const found: EmptyTime[] = [];
  for (let slot = 0; slot < SLOTS; slot++) {
    const begin = slot;
    while (slot < SLOTS && slots[slot] === 0) slot++;
    const length = slot - begin;
    if (length >= LEAST_EMPTY && average * length >= LEAST_EXPECTED) {
      found.push({ from: clock(begin), until: clock(slot) });
    }
  }
  return found;
}

function clock(slot: number): string {
  const minutes = slot * 15;
  const pad = (value: number): string => String(value).padStart(2, '0');
  return `${pad(Math.floor(minutes / 60))}:${pad(minutes % 60)}`;
}
