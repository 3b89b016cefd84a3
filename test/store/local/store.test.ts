import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import * as promises from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import t, { type Test } from 'tap';
import type { ObjectInfo, ObjectWriter } from '../../../lib/store/contract.ts';
import { DryRunStore } from '../../../lib/store/dry-run.ts';
import type { FileSystem } from '../../../lib/store/local/files.ts';
import { LocalStore } from '../../../lib/store/local/store.ts';
import { openStore } from '../../../lib/store/open.ts';
import { run } from '../../commit/runs.ts';
import { conformance } from '../conformance.ts';
import { MemoryStore } from '../memory-store.ts';

const DAY = 'dt=2023-01-01/';
const PART = `${DAY}000000000000.parquet`;
const NONE = new Uint8Array(0);
/** A piece that is written at once; smaller ones wait for the next. */
const PIECE = Buffer.alloc(16 << 10, 'a');

/** Everything below a folder, hidden names too. */
function everything(folder: string): string[] {
  return fs.readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort();
}

function systemError(code: string): Error {
  return Object.assign(new Error(code), { code, syscall: 'test' });
}

t.test('LocalStore conforms', (t) =>
  conformance(t, (t) => new LocalStore(path.join(t.testdir(), 'not', 'there'))),
);
t.test('DryRunStore conforms', (t) =>
  conformance(t, (t) => new DryRunStore(new LocalStore(t.testdir())), { keepsBytes: false }),
);
t.test('the memory store of the tests conforms', (t) => conformance(t, () => new MemoryStore()));

t.test('a dry run shows what is there and writes nothing', async (t) => {
  const folder = t.testdir({ 'dt=2023-01-01': { 'a.parquet': 'a', 'b.parquet': 'b' } });
  const store = new DryRunStore(new LocalStore(folder));
  await store.claim();
  await store.remove(`${DAY}a.parquet`);
  await (await store.create(PART)).close();
  await store.put(`${DAY}_SUCCESS`, NONE);
  t.same(
    (await store.list(DAY)).map(({ name }) => name),
    [PART, `${DAY}_SUCCESS`, `${DAY}b.parquet`],
  );
  t.same(everything(path.join(folder, 'dt=2023-01-01')), ['a.parquet', 'b.parquet']);
});

t.test('unfinished files have a hidden name, and go with abort and release', async (t) => {
  const folder = t.testdir();
  const store = new LocalStore(folder);
  await store.claim(DAY);
  const writer = await store.create(PART);
  await writer.write(PIECE);
  for (const name of fs.readdirSync(path.join(folder, DAY))) t.match(name, /^\./);
  t.notOk(everything(folder).some((name) => name.endsWith('.parquet')));
  await writer.abort();
  t.notOk(everything(folder).some((name) => name.endsWith('.tmp')));
  await store.release(DAY);
  t.same(everything(folder), []);
});

t.test('a release that failed can be tried again', async (t) => {
  const folder = t.testdir();
  let failures = 1;
  const rm: typeof promises.rm = async (...args) => {
    if (failures-- > 0) throw systemError('EACCES');
    await promises.rm(...args);
  };
  const rmdir = (): Promise<never> => Promise.reject(systemError('ENOTEMPTY'));
  const store = new LocalStore(folder, { fs: { ...promises, rm, rmdir } });
  await store.claim(DAY);
  await t.rejects(store.release(DAY), { code: 'E_STORE_WRITE', message: /unfinished files/ });
  await store.release(DAY);
  t.same(everything(folder), ['dt=2023-01-01']);
});

t.test('release leaves no empty folder but the root', async (t) => {
  const folder = t.testdir({ 'dt=2023-01-01': {}, other: {} });
  const store = new LocalStore(folder);
  await store.claim(DAY);
  await store.claim('_hackle/2023-01-01/');
  await store.release('_hackle/2023-01-01/');
  await store.release(DAY);
  t.same(everything(folder), ['other']);
  fs.rmdirSync(path.join(folder, 'other'));
  await store.claim(DAY);
  await store.release(DAY);
  t.same(everything(folder), []);
});

t.test('a claim that fails leaves no empty folder', async (t) => {
  for (const failing of ['mkdir', 'open'] as const) {
    const folder = t.testdir();
    const fail = (of: string) => {
      const isLast = of.includes(failing === 'mkdir' ? '.hackle-import-' : folder);
      return isLast ? Promise.reject(systemError('EMFILE')) : undefined;
    };
    const mkdir = (async (at: string) =>
      (failing === 'mkdir' && (await fail(at))) || promises.mkdir(at)) as typeof promises.mkdir;
    const open: typeof promises.open = async (at, ...rest) =>
      (failing === 'open' && (await fail(String(at)))) || promises.open(at, ...rest);
    const store = new LocalStore(folder, { fs: { ...promises, mkdir, open } });
    await t.rejects(store.claim(DAY), { code: 'E_STORE_WRITE', message: /EMFILE/ });
    t.same(everything(folder), [], failing);
    t.ok(fs.existsSync(folder), 'but the folder that was there');
  }
});

t.test('tidy removes the claim of a run that was killed after its put, and no other', async (t) => {
  const killed = '.hackle-import-0123456789abcdef';
  const folder = t.testdir({
    'dt=2023-01-01': {
      [killed]: { '0.tmp': 'left', '7.tmp': '' },
      _SUCCESS: t.fixture('link', `${killed}/7.tmp`),
      '.hackle-import-fedcba9876543210': { '0.tmp': '' },
    },
  });
  const store = new LocalStore(folder);
  await store.tidy(`${DAY}_SUCCESS`);
  t.same(everything(path.join(folder, DAY)), [
    '.hackle-import-fedcba9876543210',
    '.hackle-import-fedcba9876543210/0.tmp',
    '_SUCCESS',
  ]);
  await store.tidy('dt=2023-01-02/_SUCCESS');
});

const noProc = fs.existsSync('/proc/self/fd') ? false : 'needs /proc';
t.test('no file descriptor is held between writes', { skip: noProc }, async (t) => {
  const store = new LocalStore(t.testdir());
  const count = (): number => fs.readdirSync('/proc/self/fd').length;
  const before = count();
  const writers = [];
  for (let n = 0; n < 30; n++) {
    const writer = await store.create(`dt=${n}/a.parquet`);
    await writer.write(PIECE);
    writers.push(writer);
  }
  t.ok(count() - before < 10);
  for (const writer of writers) await writer.abort();
});

t.test('claim removes what killed runs left, and only that', async (t) => {
  const mine = '.hackle-import-0123456789abcdef';
  const folder = t.testdir({
    'dt=2023-01-01': {
      [mine]: { '0.tmp': 'left', '1.tmp': 'left' },
      '.hackle-import-fedcba9876543210-revoked': { '2.tmp': 'left' },
      '.hackle-import-notes': 'by somebody else',
      '.hackle-import-0123': { a: 'by somebody else' },
      '.0.tmp': 'by somebody else',
      _temporary: { 'x.tmp': 'by somebody else' },
      '000000000000.parquet': 'a part',
    },
  });
  const store = new LocalStore(folder);
  await store.claim(DAY);
  await store.release(DAY);
  t.same(everything(path.join(folder, DAY)), [
    '.0.tmp',
    '.hackle-import-0123',
    '.hackle-import-0123/a',
    '.hackle-import-notes',
    '000000000000.parquet',
    '_temporary',
    '_temporary/x.tmp',
  ]);
});

t.test('a run that lost its claim can change nothing', async (t) => {
  const folder = t.testdir();
  const first = new LocalStore(folder);
  await first.claim(DAY);
  const open = await first.create(PART);
  await open.write(Buffer.from('first'));
  const written = await first.create(`${DAY}000000000001.parquet`);
  await written.write(PIECE);

  const second = new LocalStore(folder);
  await second.claim(DAY);
  const other = await second.create(PART);
  await other.write(Buffer.from('second'));
  await other.close();

  const conflict = { code: 'E_STORE_CONFLICT' };
  await t.rejects(open.close(), conflict);
  await t.rejects(written.write(PIECE), conflict);
  await t.rejects((await first.create(PART)).close(), conflict);
  await t.rejects(first.remove(PART), conflict);
  await t.rejects(first.put(`${DAY}_SUCCESS`, NONE), conflict);
  await open.abort();
  await first.release(DAY);
  t.same(
    (await second.list(DAY)).map(({ name, size }) => [name, size]),
    [[PART, 6]],
  );
  await second.put(`${DAY}_SUCCESS`, NONE);
  await second.release(DAY);
  t.same(everything(path.join(folder, DAY)), ['000000000000.parquet', '_SUCCESS']);
});

t.test('a staged file that another run took away does not come back', async (t) => {
  const folder = t.testdir();
  const store = new LocalStore(folder);
  const written = await store.create('_hackle/2023-01-01/run.0.part');
  await written.write(PIECE);
  const closed = await store.create('_hackle/2023-01-01/run.1.part');
  const staged = await closed.close();
  t.same(everything(path.join(folder, '_hackle/2023-01-01')), ['run.0.part', 'run.1.part']);
  const other = new LocalStore(folder);
  for (const { name } of await other.list('_hackle/')) await other.remove(name);
  const conflict = { code: 'E_STORE_CONFLICT', message: /run\.[01]\.part was changed or removed/ };
  await t.rejects(written.write(PIECE), conflict);
  await t.rejects(store.copy(staged, PART), conflict);
  await written.abort();
  await store.release(DAY);
  t.same(everything(folder), []);
});

t.test('a file system without hard links still refuses a second put', async (t) => {
  const folder = t.testdir();
  const link = async (): Promise<never> => Promise.reject(systemError('EPERM'));
  const store = new LocalStore(folder, { fs: { ...promises, link } });
  await store.put(`${DAY}_SUCCESS`, NONE);
  await t.rejects(store.put(`${DAY}_SUCCESS`, NONE), { code: 'E_STORE_CONFLICT' });
  await store.release(DAY);
  t.same(everything(path.join(folder, DAY)), ['_SUCCESS']);
});

t.test('a file that somebody else cut short is not published', async (t) => {
  const folder = t.testdir();
  const store = new LocalStore(folder);
  const writer = await store.create(PART);
  await writer.write(PIECE);
  const temp = everything(folder).find((name) => name.endsWith('.tmp'));
  fs.truncateSync(path.join(folder, temp ?? ''), 3);
  await t.rejects(writer.close(), { code: 'E_STORE_CONFLICT', message: /16384 bytes.*3/ });
  t.same(await store.list(DAY), []);
});

t.test('a file where the folder should be', async (t) => {
  const folder = t.testdir({ file: 'x' });
  for (const root of [path.join(folder, 'file'), path.join(folder, 'file', 'below')]) {
    const store = new LocalStore(root);
    const expected = { code: 'E_STORE_WRITE', message: /file, not a folder|file is where/ };
    await t.rejects(store.list(DAY), expected);
    await t.rejects(store.claim(DAY), expected);
    await t.rejects(store.create(PART), expected);
    await t.rejects(store.put(PART, NONE), expected);
    await t.rejects(store.remove(PART), expected);
  }
});

t.test('a folder where a file should be', async (t) => {
  const store = new LocalStore(t.testdir({ [DAY]: { '000000000000.parquet': { a: 'x' } } }));
  const writer = await store.create(PART);
  await t.rejects(writer.close(), { code: 'E_STORE_WRITE', message: /folder is where a file/ });
});

t.test('system errors say what, where and what to do', async (t) => {
  const cases: [code: string, message: RegExp, hint: RegExp][] = [
    ['ENOSPC', /cannot write .*000000000000\.parquet: the disk is full \(ENOSPC\)/, /free some/],
    ['EDQUOT', /quota/, /free some/],
    ['EMFILE', /too many open files/, /ulimit -n/],
    ['EROFS', /read-only/, /another folder/],
    ['EACCES', /no permission/, /permission/],
    ['EWHATEVER', /cannot write .*EWHATEVER/, /^$/],
  ];
  for (const [code, message, hint] of cases) {
    const folder = t.testdir();
    let broken = false;
    const open: typeof promises.open = (...args) =>
      broken ? Promise.reject(systemError(code)) : promises.open(...args);
    const store = new LocalStore(folder, { fs: { ...promises, open } });
    const writer = await store.create(PART);
    broken = true;
    const error = await writer.write(PIECE).catch((error: unknown) => error);
    t.match(error, { name: 'ImportError', code: 'E_STORE_WRITE', message });
    t.match((error as { hint?: string }).hint ?? '', hint);
    broken = false;
    // What lacks bytes is not published.
    await t.rejects(writer.close(), { code: 'E_INTERNAL' });
    await writer.abort();
    await store.release(DAY);
    t.same(everything(folder), []);
  }
});

t.test('a failed fsync of the file publishes nothing', async (t) => {
  const folder = t.testdir();
  const open: typeof promises.open = async (...args) => {
    const handle = await promises.open(...args);
    if (args[1] === 'ax') handle.sync = () => Promise.reject(systemError('EIO'));
    return handle;
  };
  const store = new LocalStore(folder, { fs: { ...promises, open } });
  const writer = await store.create(PART);
  await t.rejects(writer.close(), { code: 'E_STORE_WRITE', message: /EIO/ });
  t.same(await store.list(DAY), []);
});

/** A writer of a part, whose early `fdatasync` is another one. */
async function syncingEarly(folder: string, datasync: () => Promise<void>): Promise<ObjectWriter> {
  const open: typeof promises.open = async (...args) =>
    Object.assign(await promises.open(...args), { datasync });
  return new LocalStore(folder, { fs: { ...promises, open } }).create(PART);
}

t.test('the disk begins before the file ends, and nothing waits for it but the end', async (t) => {
  let go = (): void => {};
  const disk = new Promise<void>((resolve) => {
    go = resolve;
  });
  let syncs = 0;
  const writer = await syncingEarly(t.testdir(), () => {
    syncs++;
    return disk;
  });
  await writer.write(Buffer.alloc(5 << 20));
  t.equal(syncs, 0);
  for (let n = 0; n < 4; n++) await writer.write(Buffer.alloc(5 << 20));
  while (syncs === 0) await new Promise(setImmediate);
  let closed = false;
  const closing = writer.close().finally(() => {
    closed = true;
  });
  await new Promise((resolve) => setTimeout(resolve, 50));
  t.equal(syncs, 1, 'one at a time');
  t.notOk(closed);
  go();
  t.equal((await closing).size, 25 << 20);
});

t.test('what the disk lost early is not published', async (t) => {
  const folder = t.testdir();
  let syncs = 0;
  const writer = await syncingEarly(folder, async () => {
    if (++syncs === 1) throw systemError('EIO');
  });
  for (let n = 0; n < 5; n++) {
    await writer.write(Buffer.alloc(9 << 20));
    while (syncs === 0) await new Promise(setImmediate);
  }
  await t.rejects(writer.close(), { code: 'E_STORE_WRITE', message: /EIO/ });
  await writer.abort();
  t.equal(syncs, 1, 'it tells only once');
  t.notOk(fs.existsSync(path.join(folder, PART)));
  t.same(
    fs.readdirSync(path.join(folder, DAY)).filter((name) => name.endsWith('.tmp')),
    [],
  );
});

t.test('folders that cannot be fsynced are no error', async (t) => {
  const open: typeof promises.open = async (...args) => {
    const handle = await promises.open(...args);
    if (args[1] === 'r') handle.sync = () => Promise.reject(systemError('EINVAL'));
    return handle;
  };
  const store = new LocalStore(t.testdir(), { fs: { ...promises, open } });
  t.equal((await (await store.create(PART)).close()).size, 0);
});

t.test('a file is read to its end, even if the system reads less at a time', async (t) => {
  const folder = t.testdir({ [DAY]: { 'a.parquet': '0123456789' } });
  const open: typeof promises.open = async (...args) => {
    const file = await promises.open(...args);
    const read = file.read.bind(file) as (...args: unknown[]) => Promise<{ bytesRead: number }>;
    const few = (buffer: Buffer, offset: number, length: number, position: number) =>
      read(buffer, offset, Math.min(length, 3), position);
    return Object.assign(file, { read: few });
  };
  const store = new LocalStore(folder, { fs: { ...promises, open } });
  const [object] = (await store.list(`${DAY}/a`)) as [ObjectInfo];
  t.equal(Buffer.from(await store.read(object, 1, 9)).toString(), '12345678');
  await t.rejects(store.read(object, 5, 12), { code: 'E_STORE_CONFLICT' });
});

t.test('a folder without write permission', async (t) => {
  // The file mode does not bind root, so a child without its rights tries.
  const folder = t.testdir({ out: {} });
  fs.chmodSync(path.join(folder, 'out'), 0o555);
  const module = new URL('../../../lib/store/local/store.js', import.meta.url).href;
  const script = `
    const { LocalStore } = await import(${JSON.stringify(module)});
    if (process.getuid?.() === 0) { process.setgroups([]); process.setgid(65534); process.setuid(65534); }
    const store = new LocalStore(${JSON.stringify(path.join(folder, 'out'))});
    for (const step of [() => store.claim('${DAY}'), () => store.create('${PART}')])
      await step().catch((error) => console.log(error.code, error.message, '|', error.hint));
  `;
  const child = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
    encoding: 'utf8',
  });
  fs.chmodSync(path.join(folder, 'out'), 0o755);
  const lines = child.stdout.trim().split('\n');
  t.equal(lines.length, 2, child.stderr);
  for (const line of lines) {
    t.match(line, /^E_STORE_WRITE cannot write to .*dt=2023-01-01: no permission \(EACCES\) \| /);
  }
  t.same(everything(path.join(folder, 'out')), []);
});

t.test('a symbolic link to a day is followed', async (t: Test) => {
  const folder = t.testdir({
    other: {},
    out: { 'dt=2023-01-01': t.fixture('symlink', '../other') },
  });
  const store = new LocalStore(path.join(folder, 'out'));
  await (await store.create(PART)).close();
  await store.release(DAY);
  t.equal((await store.list(DAY)).length, 1);
  t.same(everything(path.join(folder, 'other')), ['000000000000.parquet']);
});

t.test('openStore', async (t) => {
  const folder = t.testdir();
  t.equal(openStore(folder).url, folder);
  t.equal(openStore(`${folder}/`).url, folder);
  t.equal(openStore(pathToFileURL(path.join(folder, 'a b')).href).url, path.join(folder, 'a b'));
  t.equal(openStore('out').url, path.resolve('out'));
  t.throws(() => openStore('https://me:secret@h/p?signature=secret'), {
    message: /^cannot write to https:\/\/…@h\/p\?…: (?!.*secret)/,
  });
  for (const url of ['ftp://h/p', 'constructor://h/p']) {
    t.throws(() => openStore(url), { code: 'E_UNSUPPORTED', message: /expected a folder/ });
  }
  for (const url of ['', 'a\0b', 'file://host/path', 'file:///a%2Fb']) {
    t.throws(() => openStore(url), { code: 'E_USAGE' });
  }
});

t.test(
  'the folder of all days is made durable once for each new day, whatever its files',
  async (t) => {
    const folder = path.join(t.testdir(), 'out');
    const synced: string[] = [];
    const counting: FileSystem = {
      ...promises,
      open: async (file, ...rest) => {
        const handle = await promises.open(file, ...rest);
        const sync = handle.sync.bind(handle);
        handle.sync = async () => {
          synced.push(path.relative(folder, String(file)));
          await sync();
        };
        return handle;
      },
    };
    const times = (name: string): number => synced.filter((each) => each === name).length;
    await run(new LocalStore(folder, { fs: counting }), 'x');
    t.equal(times('..'), 1, 'the folder above, which got a new name');
    t.equal(times(''), 2, 'two days');
    // Day one has three files and `_SUCCESS`, day two has one file.
    t.equal(times('dt=2023-01-01'), 4);
    t.equal(times('dt=2023-01-02'), 2);
    synced.length = 0;
    await run(new LocalStore(folder, { fs: counting }), 'y', 'replace');
    t.equal(times(''), 0, 'days that are there already');
  },
);
