// When the events of a day were: its first and last one, and how many came in each part of it.

import { Batch } from '../layout';

/** Parts of a day that are counted: quarters of an hour, since every time zone begins its days at one. */
export const DAY_SLOTS: u32 = 96;

const MS_PER_DAY: i64 = 86400000;
const MS_PER_SLOT: u32 = 900000;

/** The times of a day's events, followed by u32[DAY_SLOTS]: the number of events in each slot. */
// biome-ignore format: one field a line, with its meaning
@unmanaged
export class DayTimes {
  first: u32;            // milliseconds from the day's beginning to its first event …
  last: u32;             // … and to its last one
}

/** Adds the rows order[first … first + count), which are of one day, to the day's times. */
export function noteTimes(batchAt: usize, timesAt: usize, first: u32, count: u32): void {
  const batch = changetype<Batch>(batchAt);
  const times = changetype<DayTimes>(timesAt);
  const slots = timesAt + offsetof<DayTimes>();
  const order = batch.order + (first << 2);
  const begin = <i64>load<i32>(batch.day + (load<u32>(order) << 2)) * MS_PER_DAY;
  let earliest = times.first;
  let latest = times.last;
  for (let i: u32 = 0; i < count; i++) {
    const row = load<u32>(order + (i << 2));
    const ms = <u32>(load<i64>(batch.ts + (row << 3)) - begin);
    earliest = min(earliest, ms);
    latest = max(latest, ms);
    const at = slots + (ms / MS_PER_SLOT << 2);
    store<u32>(at, load<u32>(at) + 1);
  }
  times.first = earliest;
  times.last = latest;
}
