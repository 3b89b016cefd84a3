import { inParallel } from '../commit/in-parallel.ts';
import { SUCCESS } from '../commit/partition.ts';
import { isDay } from '../options/day.ts';
import type { ObjectInfo } from '../store/contract.ts';
import type { ReadableStore } from './counting-store.ts';
import type { DayRange } from './day-range.ts';
import { whyUnreadable } from './unreadable.ts';

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
  /** Why the folder cannot be listed. */
  problem?: string;
}

/** What a store has: days in their order, and names that look like days and are none. */
export interface Folders {
  days: DayFolder[];
  /** Such as `dt=2023-1-1/`. */
  wrong: string[];
}

/** Lists the folders of days of a range: one by one in a file system, else with one listing for all of them. */
export async function listDays(store: ReadableStore, range: DayRange): Promise<Folders> {
  const days = new Map<string, DayFolder>();
  const wrong = new Set<string>();
  for (const { prefix, objects, problem } of await listings(store, range)) {
    const day = prefix.slice('dt='.length, -1);
    if (!isDay(day)) {
      wrong.add(prefix);
      continue;
    }
    if (!isWithin(day, range)) continue;
    const folder = days.get(day) ?? { day, prefix, parts: [], success: undefined, others: [] };
    days.set(day, folder);
    if (problem !== undefined) folder.problem = problem;
    for (const object of objects) sort(folder, object);
  }
  return {
    days: [...days.values()].sort((a, b) => (a.day < b.day ? -1 : 1)),
    wrong: [...wrong],
  };
}

function isWithin(day: string, { from, until }: DayRange): boolean {
  return !((from !== undefined && day < from) || (until !== undefined && day > until));
}

/** Objects in a folder that may be one of a day. */
interface Listing {
  /** `dt=2023-01-01/`. */
  prefix: string;
  objects: ObjectInfo[];
  problem?: string;
}

async function listings(store: ReadableStore, range: DayRange): Promise<Listing[]> {
  const common = commonPrefix(range.from, range.until);
  const names = await store.folders?.(common.replace('/', ''));
  if (names === undefined) {
    const objects = (await store.list(common)).filter(({ name }) => name.includes('/'));
    return objects.map((object) => {
      return { prefix: object.name.slice(0, object.name.indexOf('/') + 1), objects: [object] };
    });
  }
  const wanted = names.filter((name) => {
    const day = name.slice('dt='.length);
    return !isDay(day) || isWithin(day, range);
  });
  const found = await inParallel(wanted, async (name): Promise<Listing> => {
    const prefix = `${name}/`;
    try {
      return { prefix, objects: await store.list(prefix) };
    } catch (error) {
      return { prefix, objects: [], problem: whyUnreadable(error) };
    }
  });
  // An empty folder is no day, as in a bucket.
  return found.filter(({ objects, problem }) => objects.length > 0 || problem !== undefined);
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
