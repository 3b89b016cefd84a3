// Runs that tests of the commit watch, and what they must leave.
import fs from 'node:fs';
import * as promises from 'node:fs/promises';
import path from 'node:path';
import { Delivery } from '../../lib/commit/delivery.ts';
import type { Store } from '../../lib/store/contract.ts';
import type { FileSystem } from '../../lib/store/local/files.ts';
import { FAKE, rowGroup } from '../store/fake-file.ts';
import type { Disk } from '../store/memory-store.ts';

export const FIRST = 19_358; // 2023-01-01
export const DAY = 'dt=2023-01-01/';
export const NEXT = 'dt=2023-01-02/';

/** Something that happens around an operation. */
export type Step = <T>(op: () => Promise<T>) => Promise<T>;

/** File names and contents. */
export type Files = Record<string, string>;

/** What a run with this letter writes: day one in three files, day two in one. */
export async function run(
  store: Store,
  letter = 'x',
  ifExists: 'fail' | 'skip' | 'replace' = 'fail',
): Promise<Delivery> {
  const delivery = new Delivery(store, { ...FAKE, ifExists });
  try {
    for (let n = 0; n < 5; n++) await delivery.accept(FIRST, rowGroup(letter.repeat(4 + n)));
    await delivery.accept(FIRST + 1, rowGroup(letter));
    await delivery.commit();
    return delivery;
  } catch (error) {
    await delivery.abort();
    throw error;
  }
}

export function filesOf(letter: string): Files {
  const group = (rows: number): string => letter.repeat(rows);
  return {
    [`${DAY}000000000000.parquet`]: `[${group(9)}]`,
    [`${DAY}000000000001.parquet`]: `[${group(13)}]`,
    [`${DAY}000000000002.parquet`]: `[${group(8)}]`,
    [`${DAY}_SUCCESS`]: '',
    [`${NEXT}000000000000.parquet`]: `[${group(1)}]`,
    [`${NEXT}_SUCCESS`]: '',
  };
}

export function onDisk(disk: Disk): Files {
  return Object.fromEntries([...disk].sort().map(([name, { bytes }]) => [name, bytes]));
}

export function inFolder(folder: string): Files {
  const files: Files = {};
  for (const entry of fs.readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const file = path.join(entry.parentPath, entry.name);
    if (entry.isFile()) files[path.relative(folder, file)] = fs.readFileSync(file, 'latin1');
  }
  return Object.fromEntries(Object.entries(files).sort());
}

export function ofDay(files: Files, day: string): Files {
  return Object.fromEntries(
    Object.entries(files).filter(([name]) => name.startsWith(day) && !name.includes('/.')),
  );
}

/** Days with `_SUCCESS` whose files are not exactly those of one of the runs. */
export function broken(files: Files, letters: string): string[] {
  return [DAY, NEXT].filter((day) => {
    if (!(`${day}_SUCCESS` in files)) return false;
    const found = JSON.stringify(ofDay(files, day));
    return ![...letters].some((letter) => found === JSON.stringify(ofDay(filesOf(letter), day)));
  });
}

export const STALE: readonly string[] = [
  '000000000001',
  '000000000007',
  'part-00000-spark.snappy',
  'sub/x',
].map((name) => `${name}.parquet`);

/** Leftovers of an earlier run: more parts than the new one has, other names, no `_SUCCESS`. */
export async function leaveParts(store: Store): Promise<void> {
  for (const name of STALE) {
    const writer = await store.create(DAY + name);
    await writer.write(Buffer.from('old'));
    await writer.close();
  }
  await store.release(DAY);
}

/**
 * `node:fs/promises` whose every call, on open files too, goes through `step`. Nothing is really
 * made durable: the tests cut no power, and it takes most of the time.
 */
export function fileSystem(step: Step): FileSystem {
  const wrap = <O extends object>(object: O): O =>
    new Proxy(object, {
      get(target, key) {
        const value: unknown = Reflect.get(target, key, target);
        if (typeof value !== 'function') return value;
        return async (...args: unknown[]) => {
          // A killed process closes its files.
          if (key === 'close') return value.apply(target, args);
          const result = await step(async () =>
            key === 'sync' ? undefined : value.apply(target, args),
          );
          return key === 'open' ? wrap(result as object) : result;
        };
      },
    });
  // A copy, because a module's own members cannot be proxied.
  return wrap({ ...promises });
}

export const quick: FileSystem = fileSystem((op) => op());
