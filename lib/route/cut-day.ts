import { TimeZone } from '../record/time-zone.ts';
import { MS_PER_DAY } from './by-day.ts';
import type { DayTimes } from './day-times.ts';

const MS_PER_SLOT = 900_000;
/** Zones whose midnight may cut a dump, the likeliest one first; one of several zones with the same clock. */
const ZONES = [
  'Asia/Seoul',
  'Asia/Shanghai',
  'Asia/Bangkok',
  'Asia/Kolkata',
  'Europe/Berlin',
  'Europe/London',
  'America/New_York',
  'America/Chicago',
  'America/Denver',
  'America/Los_Angeles',
  'America/Sao_Paulo',
  'Australia/Sydney',
];

/** Fewest events that the missing part would have if it were like the rest; with fewer, chance could explain it. */
const LEAST_EXPECTED = 100;
/** Most events that it has, as a share of these. A sale that begins at midnight makes a day ten times as busy, not more. */
const MOST_SHARE = 1 / 100;
/** The quarter of an hour next to the cut has at least this share of the rest's average. Nights begin more slowly. */
const EDGE_SHARE = 1 / 2;
/** The missing part is at least as many times as long as the longest time without events in the rest. */
const GAP_TIMES = 4;

/** A sign that the input holds only a part of a UTC day, since it was cut by the clock of another time zone. */
export interface DayCut {
  /** Which part of the day is missing. */
  missing: 'before' | 'after';
  /** The time of the cut, UTC: `15:00`. */
  at: string;
  /** A time zone in which that is midnight: `Asia/Seoul`. */
  zone: string;
  /** Events in the missing part: none, or hardly any. */
  events: number;
}

/** A cut at the beginning of a slot. */
interface Edge {
  missing: DayCut['missing'];
  slot: number;
  events: number;
}

/**
 * Finds the days that look cut by a local midnight. A business that closes then looks the same each day, so a day
 * counts only where the missing part goes on: the next day of the input is missing too, or begins with the same cut.
 *
 * @param times when the events were, by day
 */
export function cutDays(times: ReadonlyMap<number, DayTimes>): Map<number, DayCut> {
  const edges = new Map<number, Edge>();
  for (const [day, { slots }] of times) {
    const edge = edgeOf(slots);
    if (edge !== undefined) edges.set(day, edge);
  }
  const cuts = new Map<number, DayCut>();
  for (const [day, edge] of edges) {
    const { missing, slot, events } = edge;
    const towards = missing === 'after' ? 1 : -1;
    const next = edges.get(day + towards);
    const goesOn = !times.has(day + towards) || (next?.slot === slot && next.missing !== missing);
    const before = edges.get(day - towards);
    const isUsual = before?.slot === slot && before.missing === missing;
    if (!goesOn || isUsual) continue;
    const zone = zoneAt(day * MS_PER_DAY + slot * MS_PER_SLOT);
    if (zone !== undefined) cuts.set(day, { missing, at: timeOf(slot), zone, events });
  }
  return cuts;
}

/** The cut of a day, if there is one: that with the smallest missing part. */
function edgeOf(slots: Uint32Array): Edge | undefined {
  return afterEdge(slots, 'after') ?? afterEdge(slots.toReversed(), 'before');
}

/** Finds the last slot after which events are missing. @param missing which part that is, in slots from the other end */
function afterEdge(slots: Uint32Array, missing: Edge['missing']): Edge | undefined {
  let events = 0;
  let rest = sum(slots);
  for (let slot = slots.length - 1; slot > 0; slot--) {
    const last = slots[slot] as number;
    events += last;
    rest -= last;
    const length = slots.length - slot;
    if (isCut(slots, { slot, rest, events, length })) {
      return { missing, slot: missing === 'after' ? slot : length, events };
    }
  }
  return undefined;
}

/** Whether the events from a slot on are missing, given the number of events before it and from it on. */
function isCut(
  slots: Uint32Array,
  { slot, rest, events, length }: { slot: number; rest: number; events: number; length: number },
): boolean {
  const average = rest / slot;
  const expected = average * length;
  if (expected < LEAST_EXPECTED || events > expected * MOST_SHARE) return false;
  if ((slots[slot - 1] as number) < average * EDGE_SHARE) return false;
  return longestGap(slots.subarray(0, slot)) * GAP_TIMES <= length;
}

/** The most slots in a row without events. */
function longestGap(slots: Uint32Array): number {
  let longest = 0;
  let length = 0;
  for (const count of slots) {
    length = count === 0 ? length + 1 : 0;
    longest = Math.max(longest, length);
  }
  return longest;
}

/** The first zone in which a moment is midnight. */
function zoneAt(ms: number): string | undefined {
  return ZONES.find((name) => {
    const zone = new TimeZone(name);
    const day = Math.floor(ms / MS_PER_DAY) * MS_PER_DAY;
    return zone.toUtc(day) === ms || zone.toUtc(day + MS_PER_DAY) === ms;
  });
}

function timeOf(slot: number): string {
  return new Date(slot * MS_PER_SLOT).toISOString().slice(11, 16);
}

function sum(slots: Uint32Array): number {
  return slots.reduce((total, count) => total + count, 0);
}
