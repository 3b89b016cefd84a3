import { SUCCESS } from '../commit/partition.ts';
import { isDay } from '../options/day.ts';
import type { ObjectInfo } from '../store/contract.ts';
import type { ReadableStore } from './counting-store.ts';
import type { DayRange } from './day-range.ts';

/** The objects in the folder of a day. */
export interface DayFolder {
  day: string;
  /** `dt=2023-01-01/`. */
  prefix: string;
  /** Parquet files, sorted by name. */
  parts: ObjectInfo[];
  success: ObjectInfo | undefined;
  /** Everything else. */
  others: ObjectInfo[];
}

/** What a store has: days in their order, and names that look like days and are none. */
export interface Folders {
  days: DayFolder[];
  /** Such as `dt=2023-1-1/`. */
  wrong: string[];
}

/** Lists the folders of days of a range, with one listing for all of them. */
export async function listDays(store: ReadableStore, { from, until }: DayRange): Promise<Folders> {
  const days = new Map<string, DayFolder>();
  const wrong = new Set<string>();
  for (const object of await store.list(commonPrefix(from, until))) {
    const slash = object.name.indexOf('/');
    if (slash < 0) continue;
    const prefix = object.name.slice(0, slash + 1);
    const day = prefix.slice('dt='.length, -1);
    if (!isDay(day)) {
      wrong.add(prefix);
      continue;
    }
    if ((from !== undefined && day < from) || (until !== undefined && day > until)) continue;
    const folder = days.get(day) ?? { day, prefix, parts: [], success: undefined, others: [] };
    days.set(day, folder);
    sort(folder, object);
  }
  return {
    days: [...days.values()].sort((a, b) => (a.day < b.day ? -1 : 1)),
    wrong: [...wrong],
  };
}

function sort(folder: DayFolder, object: ObjectInfo): void {
  const name = object.name.slice(folder.prefix.length);
  if (name === SUCCESS) folder.success = object;
  else if (name.endsWith('.parquet') && !name.includes('/')) folder.parts.push(object);
  // The clouds' consoles make an object whose name is that of the folder.
  else if (name !== '') folder.others.push(object);
}

/** The longest prefix that the names of all days of a range have: `dt=2023-01-`. */
function commonPrefix(from: string | undefined, until: string | undefined): string {
  if (from === undefined || until === undefined) return 'dt=';
  let same = 0;
  while (same < from.length && from[same] === until[same]) same++;
  return `dt=${from.slice(0, same)}${same === from.length ? '/' : ''}`;
}
