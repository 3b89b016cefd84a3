import { now } from '../clock.ts';
import type { PartitionReport } from '../report.ts';
import { MS_PER_DAY, parseDay } from './by-day.ts';
import { cutDays } from './cut-day.ts';
import { today } from './day-rules.ts';
import type { DayTimes } from './day-times.ts';

/** Adds to the reports of days when their events were, and which days look cut by another clock than UTC. */
export function withTimes(
  partitions: readonly PartitionReport[],
  times: ReadonlyMap<number, DayTimes>,
): PartitionReport[] {
  const cuts = cutDays(times);
  const unfinished = today(now());
  return partitions.map(({ day: name, rows, ...rest }) => {
    const day = parseDay(name);
    const known = times.get(day);
    // The events of a day that is not over end at this hour.
    const cut = day < unfinished ? cuts.get(day) : undefined;
    return {
      day: name,
      rows,
      ...(known && { first: timeOf(day, known.first), last: timeOf(day, known.last) }),
      ...(cut && { cut }),
      ...rest,
    };
  });
}

function timeOf(day: number, ms: number): string {
  return new Date(day * MS_PER_DAY + ms).toISOString();
}
