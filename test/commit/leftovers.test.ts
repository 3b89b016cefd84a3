// What failed runs leave below `_hackle/` and in days goes with the next run.
import { existsSync, type MakeDirectoryOptions, type PathLike, readdirSync, rmSync } from 'node:fs';
import * as promises from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { test } from 'tap';
import { convert } from '../../lib/convert.ts';
import { ImportError } from '../../lib/errors.ts';
import type { ConvertOptions } from '../../lib/options/options.ts';
import type { Store } from '../../lib/store/contract.ts';
import { LocalStore } from '../../lib/store/local/store.ts';
import { type Disk, MemoryStore } from '../store/memory-store.ts';
import { eventsOfDays } from '../support/events.ts';
import { filesOf, inFolder, run } from './runs.ts';

const STAGED = /\.part$/;
const failed = (): Promise<never> => Promise.reject(new ImportError('E_STORE_WRITE', 'it failed'));

function importTo(to: Store, ifExists: ConvertOptions['ifExists'] = 'fail'): Promise<unknown> {
  const inputs = [{ name: 'events', stream: Readable.from([Buffer.from(eventsOfDays(6, 2))]) }];
  return convert({ inputs, to, ifExists });
}

async function failureOf(run: Promise<unknown>): Promise<ImportError> {
  try {
    await run;
  } catch (error) {
    return error as ImportError;
  }
  throw new Error('expected a failure');
}

test('the record of a commit that could not be written goes, now or with the next run', async (t) => {
  for (const isKilled of [false, true]) {
    const disk: Disk = new Map();
    const store = new MemoryStore(disk);
    const put = store.put.bind(store);
    store.put = async (name, bytes) => {
      if (!name.endsWith('.commit')) return put(name, bytes);
      await put(name, new Uint8Array());
      if (isKilled) store.remove = failed;
      return failed();
    };
    await failureOf(importTo(store));
    t.equal(
      [...disk.keys()].filter((name) => name.startsWith('_hackle/')).length,
      isKilled ? 1 : 0,
    );
    t.ok(![...disk.keys()].some((name) => STAGED.test(name)));
    await importTo(new MemoryStore(disk));
    t.strictSame([...disk.keys()].sort(), [
      'dt=2023-01-01/000000000000.parquet',
      'dt=2023-01-01/_SUCCESS',
      'dt=2023-01-02/000000000000.parquet',
      'dt=2023-01-02/_SUCCESS',
    ]);
  }
});

test('a run that replaces days removes the record of one that was killed', async (t) => {
  const disk: Disk = new Map();
  const store = new MemoryStore(disk);
  store.remove = failed;
  await importTo(store);
  t.equal([...disk.keys()].filter((name) => name.endsWith('.commit')).length, 1);
  await importTo(new MemoryStore(disk), 'replace');
  t.strictSame(
    [...disk.keys()].filter((name) => name.startsWith('_hackle/')),
    [],
  );
});

test('the claim that a failed run left in a complete day goes with the same run again', async (t) => {
  const folder = t.testdir();
  const failInDays = (path: PathLike): void => {
    if (String(path).includes('/dt='))
      throw Object.assign(new Error('EIO'), { code: 'EIO', syscall: 'rm' });
  };
  const rm: typeof promises.rm = async (path, options) => {
    failInDays(path);
    await promises.rm(path, options);
  };
  const rmdir: typeof promises.rmdir = async (path) => {
    failInDays(path);
    await promises.rmdir(path);
  };
  await t.rejects(run(new LocalStore(folder, { fs: { ...promises, rm, rmdir } })), {
    message: /unfinished files/,
  });
  const claims = (): string[] =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
      name.includes('.hackle-import-'),
    );
  t.ok(claims().length > 0);
  await run(new LocalStore(folder));
  t.strictSame(claims(), []);
  t.strictSame(inFolder(folder), filesOf('x'));
});

test('a run that is refused removes the empty folders that a killed one left', async (t) => {
  const folder = t.testdir();
  const rmdir: typeof promises.rmdir = async () => {
    throw Object.assign(new Error('EIO'), { code: 'EIO', syscall: 'rmdir' });
  };
  await run(new LocalStore(folder, { fs: { ...promises, rmdir } }));
  t.ok(existsSync(join(folder, '_hackle')));
  await t.rejects(run(new LocalStore(folder), 'o'), { code: 'E_DAY_COMPLETE' });
  t.strictSame(readdirSync(folder), ['dt=2023-01-01', 'dt=2023-01-02']);
});

test('folders that other runs remove as soon as they are empty are made again', async (t) => {
  const folder = t.testdir();
  let left = 3;
  const mkdir = async (
    path: PathLike,
    options?: MakeDirectoryOptions,
  ): Promise<string | undefined> => {
    // The other run is as fast as it can be.
    if (left > 0 && String(path).includes('_hackle')) {
      left--;
      rmSync(join(folder, '_hackle'), { recursive: true, force: true });
    }
    return promises.mkdir(path, options);
  };
  await run(new LocalStore(folder, { fs: { ...promises, mkdir: mkdir as typeof promises.mkdir } }));
  t.equal(left, 0);
  t.strictSame(inFolder(folder), filesOf('x'));
});
