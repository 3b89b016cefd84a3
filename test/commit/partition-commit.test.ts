import fs from 'node:fs';
import * as promises from 'node:fs/promises';
import path from 'node:path';
import fc from 'fast-check';
import t from 'tap';
import { Delivery } from '../../lib/commit/delivery.ts';
import { ImportError } from '../../lib/errors.ts';
import type { Store } from '../../lib/store/contract.ts';
import type { FileSystem } from '../../lib/store/local/files.ts';
import { LocalStore } from '../../lib/store/local/store.ts';
import { FAKE, rowGroup } from '../store/fake-file.ts';
import { around, type Disk, MemoryStore } from '../store/memory-store.ts';

const FIRST = 19_358; // 2023-01-01
const DAY = 'dt=2023-01-01/';
const NEXT = 'dt=2023-01-02/';

/** Something that happens around an operation. */
type Step = <T>(op: () => Promise<T>) => Promise<T>;

/** File names and contents. */
type Files = Record<string, string>;

/** What a run with this letter writes: day one in three files, day two in one. */
async function run(
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

function filesOf(letter: string): Files {
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

function onDisk(disk: Disk): Files {
  return Object.fromEntries([...disk].sort().map(([name, { bytes }]) => [name, bytes]));
}

function inFolder(folder: string): Files {
  const files: Files = {};
  for (const entry of fs.readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const file = path.join(entry.parentPath, entry.name);
    if (entry.isFile()) files[path.relative(folder, file)] = fs.readFileSync(file, 'latin1');
  }
  return Object.fromEntries(Object.entries(files).sort());
}

function ofDay(files: Files, day: string): Files {
  return Object.fromEntries(
    Object.entries(files).filter(([name]) => name.startsWith(day) && !name.includes('/.')),
  );
}

/** Days with `_SUCCESS` whose files are not exactly those of one of the runs. */
function broken(files: Files, letters: string): string[] {
  return [DAY, NEXT].filter((day) => {
    if (!(`${day}_SUCCESS` in files)) return false;
    const found = JSON.stringify(ofDay(files, day));
    return ![...letters].some((letter) => found === JSON.stringify(ofDay(filesOf(letter), day)));
  });
}

const STALE = ['000000000001', '000000000007', 'part-00000-spark.snappy', 'sub/x'].map(
  (name) => `${name}.parquet`,
);

/** Leftovers of an earlier run: more parts than the new one has, other names, no `_SUCCESS`. */
async function leaveParts(store: Store): Promise<void> {
  for (const name of STALE) {
    const writer = await store.create(DAY + name);
    await writer.write(Buffer.from('old'));
    await writer.close();
  }
  await store.release(DAY);
}

t.test('rows of several days become files and _SUCCESS', async (t) => {
  const disk: Disk = new Map();
  const delivery = await run(new MemoryStore(disk));
  t.same(onDisk(disk), filesOf('x'));
  t.same(delivery.partitions, [
    {
      day: '2023-01-01',
      rows: 30,
      files: [
        { name: '000000000000.parquet', rows: 9, bytes: 11 },
        { name: '000000000001.parquet', rows: 13, bytes: 15 },
        { name: '000000000002.parquet', rows: 8, bytes: 10 },
      ],
      success: true,
    },
    {
      day: '2023-01-02',
      rows: 1,
      files: [{ name: '000000000000.parquet', rows: 1, bytes: 3 }],
      success: true,
    },
  ]);
  t.same(delivery.incomplete, []);
});

t.test('commits begin in the order of days, whatever order they came in', async (t) => {
  const marks: string[] = [];
  const store = new MemoryStore();
  const put = store.put.bind(store);
  store.put = (name, bytes) => {
    marks.push(name.slice(3, 13));
    return put(name, bytes);
  };
  const delivery = new Delivery(store, FAKE);
  for (const day of [20_000, -1, 0, 19_999, -719_162, 2_932_896]) {
    await delivery.accept(day, rowGroup('a'));
  }
  await delivery.commit([5, 20_000]);
  t.same(marks, [
    ...['0001-01-01', '1969-12-31', '1970-01-01', '1970-01-06'],
    ...['2024-10-03', '2024-10-04', '9999-12-31'],
  ]);
});

t.test('row groups of many days at once', async (t) => {
  const disk: Disk = new Map();
  const delivery = new Delivery(new MemoryStore(disk), FAKE);
  const days = Array.from({ length: 40 }, (_, n) => FIRST + n);
  const taken = days.flatMap((day) => [
    delivery.accept(day, rowGroup('a')),
    delivery.accept(day, rowGroup('bc')),
    delivery.accept(day, rowGroup('')),
  ]);
  t.equal(
    (await Promise.all(taken)).reduce((a, b) => a + b),
    120,
  );
  await delivery.commit();
  t.equal(disk.size, 80);
  t.equal(disk.get('dt=2023-02-09/000000000000.parquet')?.bytes, '[abc]');
});

t.test('stale parts of an earlier run go', async (t) => {
  const disk: Disk = new Map();
  const store = new MemoryStore(disk);
  await leaveParts(store);
  const delivery = await run(store);
  t.same(onDisk(disk), filesOf('x'));
  t.same(
    delivery.partitions.map(({ removed }) => removed),
    [STALE.slice(1), undefined],
    'the first name is one of its own too',
  );
});

t.test('what is no part stays', async (t) => {
  const disk: Disk = new Map([[`${DAY}notes.txt`, { bytes: 'mine', version: 'a' }]]);
  await run(new MemoryStore(disk));
  t.same(onDisk(disk), { ...filesOf('x'), [`${DAY}notes.txt`]: 'mine' });
});

t.test('ifExists fail: found at first sight, nothing changes', async (t) => {
  const folder = t.testdir();
  await run(new LocalStore(folder), 'a');
  const delivery = new Delivery(new LocalStore(folder), FAKE);
  const expected = {
    code: 'E_DAY_COMPLETE',
    message: /2023-01-01 is complete already/,
    hint: /--if-exists skip.*--if-exists replace/,
  };
  await t.rejects(delivery.begin(FIRST), expected);
  await t.rejects(delivery.accept(FIRST, rowGroup('b')), expected);
  t.same(await delivery.abort(), []);
  t.same(inFolder(folder), filesOf('a'));
  const empty = new Delivery(new LocalStore(folder), FAKE);
  await empty.accept(FIRST + 9, rowGroup('b'));
  await t.rejects(empty.commit([FIRST]), expected);
  t.match(await empty.abort(), [{ day: '2023-01-10', success: false, rows: 1, files: [] }]);
  t.same(fs.readdirSync(folder).sort(), ['dt=2023-01-01', 'dt=2023-01-02']);
});

t.test('ifExists skip: complete days stay, the others are written', async (t) => {
  const disk: Disk = new Map();
  const store = new MemoryStore(disk);
  await run(store, 'a');
  disk.delete(`${NEXT}_SUCCESS`);
  const delivery = new Delivery(store, { ...FAKE, ifExists: 'skip' });
  t.equal(await delivery.begin(FIRST), false);
  t.equal(await delivery.accept(FIRST, rowGroup('bb')), 0);
  t.equal(await delivery.accept(FIRST + 1, rowGroup('bb')), 2);
  t.match(await delivery.commit([FIRST]), [
    { day: '2023-01-01', rows: 0, files: [], success: false, skipped: true },
    { day: '2023-01-02', rows: 2, success: true },
  ]);
  t.same(onDisk(disk), { ...filesOf('a'), [`${NEXT}000000000000.parquet`]: '[bb]' });
});

t.test('ifExists replace: _SUCCESS goes first', async (t) => {
  const disk: Disk = new Map();
  const store = new MemoryStore(disk);
  await run(store, 'a');
  const delivery = new Delivery(store, { ...FAKE, ifExists: 'replace' });
  await delivery.accept(FIRST, rowGroup('b'));
  const { [`${DAY}_SUCCESS`]: _, ...rest } = filesOf('a');
  t.same(onDisk(disk), rest);
  await delivery.commit();
  t.same(ofDay(onDisk(disk), DAY), {
    [`${DAY}000000000000.parquet`]: '[b]',
    [`${DAY}_SUCCESS`]: '',
  });
});

t.test('empty days get _SUCCESS and lose stale parts', async (t) => {
  const disk: Disk = new Map();
  const store = new MemoryStore(disk);
  await leaveParts(store);
  const delivery = new Delivery(store, FAKE);
  t.same(await delivery.commit([FIRST]), [
    { day: '2023-01-01', rows: 0, files: [], success: true, removed: STALE },
  ]);
  t.same(onDisk(disk), { [`${DAY}_SUCCESS`]: '' });
});

t.test('a dry run reports files and changes nothing', async (t) => {
  const folder = t.testdir();
  await leaveParts(new LocalStore(folder));
  const before = inFolder(folder);
  const delivery = new Delivery(new LocalStore(folder), { ...FAKE, dryRun: true });
  await delivery.accept(FIRST, rowGroup('x'.repeat(12)));
  await delivery.accept(FIRST, rowGroup('x'));
  t.match(await delivery.commit(), [
    {
      rows: 13,
      files: [
        { rows: 12, bytes: 14 },
        { rows: 1, bytes: 3 },
      ],
      success: false,
    },
  ]);
  t.same(inFolder(folder), before);
});

t.test('abort: no _SUCCESS, no temporary file, the incomplete days by name', async (t) => {
  const folder = t.testdir();
  const delivery = new Delivery(new LocalStore(folder), FAKE);
  await delivery.accept(FIRST, rowGroup('x'.repeat(12)));
  await delivery.accept(FIRST, rowGroup('x'));
  await delivery.accept(FIRST + 1, rowGroup('x'));
  const pending = delivery.accept(FIRST + 2, rowGroup('x'));
  t.match(await delivery.abort(), [
    { day: '2023-01-01', rows: 13, files: [{ rows: 12 }], success: false },
    { day: '2023-01-02', files: [], success: false },
    { day: '2023-01-03', files: [], success: false },
  ]);
  t.equal(await pending, 1);
  t.same(fs.readdirSync(folder, { recursive: true }).sort(), [
    'dt=2023-01-01',
    'dt=2023-01-01/000000000000.parquet',
  ]);
  await t.rejects(delivery.accept(FIRST, rowGroup('x')), { code: 'E_ABORTED' });
  await t.rejects(delivery.commit(), { code: 'E_ABORTED' });
  await delivery.abort();
});

/** Forty days of one row each, and the days that have `_SUCCESS`. */
async function manyDays(): Promise<{
  store: MemoryStore;
  delivery: Delivery;
  marks: () => string[];
}> {
  const disk: Disk = new Map();
  const store = new MemoryStore(disk);
  const delivery = new Delivery(store, FAKE);
  for (let n = 0; n < 40; n++) await delivery.accept(FIRST + n, rowGroup('x'));
  const marks = (): string[] => [...disk.keys()].filter((name) => name.endsWith('_SUCCESS')).sort();
  return { store, delivery, marks };
}

t.test('days are committed at the same time, but not all at once', async (t) => {
  const { store, delivery, marks } = await manyDays();
  const put = store.put.bind(store);
  let now = 0;
  let most = 0;
  store.put = async (name, bytes) => {
    most = Math.max(most, ++now);
    await new Promise((resolve) => setTimeout(resolve, 5));
    now--;
    return put(name, bytes);
  };
  const days = await delivery.commit();
  t.ok(days.every(({ success }) => success));
  t.equal(marks().length, 40);
  t.equal(most, 16);
});

t.test('abort during commit keeps the days that are committed and begins no other', async (t) => {
  const { store, delivery, marks } = await manyDays();
  let aborted: ReturnType<Delivery['abort']> | undefined;
  const put = store.put.bind(store);
  store.put = (name, bytes) => {
    aborted ??= delivery.abort();
    return put(name, bytes);
  };
  await t.rejects(delivery.commit(), { code: 'E_ABORTED' });
  const incomplete = (await aborted)?.map(({ day }) => day) ?? [];
  t.equal(incomplete.length, 24);
  const committed = delivery.partitions.filter(({ success }) => success).map(({ day }) => day);
  t.equal(committed[0], '2023-01-01');
  t.same(
    marks(),
    committed.map((day) => `dt=${day}/_SUCCESS`),
  );
  t.equal(committed.length + incomplete.length, 40);
});

t.test('once a day fails, no other is begun, and what was begun is told', async (t) => {
  const { store, delivery, marks } = await manyDays();
  const put = store.put.bind(store);
  const begun: string[] = [];
  store.put = async (name, bytes) => {
    begun.push(name);
    if (name.startsWith(NEXT)) throw new ImportError('E_STORE_CONFLICT', 'somebody was faster');
    await new Promise((resolve) => setTimeout(resolve, 5));
    return put(name, bytes);
  };
  await t.rejects(delivery.commit(), { message: 'somebody was faster' });
  const incomplete = (await delivery.abort()).map(({ day }) => day);
  t.equal(begun.length, 16);
  t.equal(incomplete.length, 25);
  t.equal(incomplete[0], '2023-01-02');
  t.same(
    marks(),
    delivery.partitions.filter(({ success }) => success).map(({ day }) => `dt=${day}/_SUCCESS`),
  );
  t.equal(marks().length, 15);
});

t.test('another writer is found before _SUCCESS', async (t) => {
  const foreign: [what: string, change: (disk: Disk) => void, message: RegExp][] = [
    [
      'same size, another version',
      (disk) => disk.set(`${DAY}000000000000.parquet`, { bytes: '[x]', version: 'other' }),
      /was overwritten/,
    ],
    ['deleted', (disk) => disk.delete(`${DAY}000000000000.parquet`), /has disappeared/],
    [
      'completed',
      (disk) => disk.set(`${DAY}_SUCCESS`, { bytes: '', version: 'other' }),
      /_SUCCESS over files of both runs/,
    ],
  ];
  for (const [what, change, message] of foreign) {
    const disk: Disk = new Map();
    const store = new MemoryStore(disk);
    const create = store.create.bind(store);
    store.create = async (name) => {
      const writer = await create(name);
      return {
        ...writer,
        close: async () => {
          const info = await writer.close();
          change(disk);
          return info;
        },
      };
    };
    const delivery = new Delivery(store, FAKE);
    await delivery.accept(FIRST, rowGroup('x'));
    await t.rejects(delivery.commit(), { code: 'E_STORE_CONFLICT', message }, what);
    t.match(await delivery.abort(), [{ day: '2023-01-01' }]);
    t.notOk(disk.has(`${DAY}_SUCCESS`), what);
  }
});

t.test('a day that another run completed meanwhile stays as it is', async (t) => {
  const disk: Disk = new Map();
  const delivery = new Delivery(new MemoryStore(disk), FAKE);
  await delivery.accept(FIRST, rowGroup('y'));
  await run(new MemoryStore(disk), 'x');
  await t.rejects(delivery.commit(), { code: 'E_STORE_CONFLICT', message: /stays as it is/ });
  await delivery.abort();
  t.same(onDisk(disk), filesOf('x'));
});

t.test('a _SUCCESS that cannot be removed is reported', async (t) => {
  const store = new MemoryStore();
  store.put = async () => {
    store.remove = () => Promise.reject(new Error('gone'));
    throw new ImportError('E_STORE_WRITE', 'lost the connection');
  };
  const delivery = new Delivery(store, FAKE);
  await delivery.accept(FIRST, rowGroup('y'));
  await t.rejects(delivery.commit(), {
    message: /could not be removed: gone \(after: lost the connection\)/,
    hint: /by hand/,
  });
});

/** Fails each operation from the n-th on (a kill), or the n-th alone; before or after it is done. */
function failing(
  n: number,
  mode: 'kill' | 'error' | 'late error',
): { step: Step; count: () => number } {
  let count = 0;
  const step = async <T>(op: () => Promise<T>): Promise<T> => {
    const own = ++count;
    if (mode === 'kill' ? own < n : own !== n) return op();
    if (mode === 'late error') await op();
    throw new ImportError('E_STORE_WRITE', `operation ${n} failed`);
  };
  return { step, count: () => count };
}

for (const mode of ['kill', 'error', 'late error'] as const) {
  for (const start of ['nothing', 'stale parts', 'complete days'] as const) {
    t.test(`${mode} at every operation, over ${start}; then a plain run`, async (t) => {
      let runs = 0;
      for (let n = 1; ; n++) {
        const disk: Disk = new Map();
        const store = new MemoryStore(disk);
        if (start === 'stale parts') await leaveParts(store);
        if (start === 'complete days') await run(store, 'o');
        const letters = 'ox';
        const { step, count } = failing(n, mode);
        const watched = around(store, (op) =>
          step(op).finally(() => t.same(broken(onDisk(disk), letters), [])),
        );
        const ended = await run(watched, 'x', 'replace').then(
          () => true,
          () => false,
        );
        t.same(broken(onDisk(disk), letters), [], `${mode} at ${n}`);
        if (ended && count() < n) break;
        runs++;
        // What is complete is left alone, the rest is repaired.
        await run(store, 'x', start === 'complete days' ? 'replace' : 'skip');
        t.same(onDisk(disk), filesOf('x'), `repaired after ${mode} at ${n}`);
      }
      t.ok(runs > 30, `${runs} moments`);
    });
  }
}

/**
 * `node:fs/promises` whose every call, on open files too, goes through `step`. Nothing is really
 * made durable: the tests cut no power, and it takes most of the time.
 */
function fileSystem(step: Step): FileSystem {
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

const quick: FileSystem = fileSystem((op) => op());

t.test('a kill at every system call of a local run; then a plain run', async (t) => {
  const root = t.testdir();
  const died = new Error('killed');
  let moments = 0;
  for (let n = 1; ; n++) {
    const folder = path.join(root, String(n));
    await leaveParts(new LocalStore(folder, { fs: quick }));
    let count = 0;
    const step = async <T>(op: () => Promise<T>): Promise<T> => {
      if (++count >= n) throw died;
      return op();
    };
    const error = await run(new LocalStore(folder, { fs: fileSystem(step) })).catch(
      (error: unknown) => error,
    );
    t.same(broken(inFolder(folder), 'x'), [], `killed at call ${n}`);
    if (count < n) break;
    moments++;
    t.equal(error, died);
    const left = [DAY, NEXT].filter((day) => !fs.existsSync(path.join(folder, day, '_SUCCESS')));
    await run(new LocalStore(folder, { fs: quick }), 'x', 'skip');
    const files = inFolder(folder);
    t.same({ ...ofDay(files, DAY), ...ofDay(files, NEXT) }, filesOf('x'), `repaired after ${n}`);
    // Repaired days hold no trace of the killed run.
    for (const day of left) {
      t.same(
        fs.readdirSync(path.join(folder, day)).filter((name) => name.startsWith('.')),
        [],
      );
    }
    fs.rmSync(folder, { recursive: true });
  }
  t.ok(moments > 100, `${moments} moments`);
});

/** Whose turn it is, and for how many operations; when it is used up, the first run goes on. */
type Turns = { who: 0 | 1; steps: number }[];
const turns: fc.Arbitrary<Turns> = fc.array(
  fc.record({ who: fc.constantFrom(0, 1), steps: fc.integer({ min: 1, max: 30 }) }),
  { maxLength: 12 },
);

/**
 * Runs two imports at once, one operation at a time in the order of `turns`. Returns the letters
 * of those that say they committed. `gate` puts the steps of a run under this order.
 */
async function race(
  turns: Turns,
  start: (who: 0 | 1, gate: Step) => Promise<unknown>,
  look: () => void,
): Promise<string> {
  const waiting: [(() => Promise<void>)[], (() => Promise<void>)[]] = [[], []];
  const running = new Set<number>([0, 1]);
  const ends = ([0, 1] as const).map((who) => {
    const gate = <T>(op: () => Promise<T>): Promise<T> =>
      new Promise((resolve, reject) => {
        waiting[who].push(() => op().then(resolve, reject));
      });
    return start(who, gate)
      .finally(() => running.delete(who))
      .then(
        () => 'ab'.charAt(who),
        (error: unknown) => {
          const code = error instanceof ImportError ? error.code : '';
          if (code !== 'E_STORE_CONFLICT' && code !== 'E_DAY_COMPLETE') throw error;
          return '';
        },
      );
  });
  const all = Promise.all(ends);
  // Awaited below; until then a failure is no unhandled one.
  all.catch(() => {});
  const order = turns.flatMap(({ who, steps }) => Array<0 | 1>(steps).fill(who));
  while (running.size > 0) {
    const turn = order.shift() ?? 0;
    const who = running.has(turn) ? turn : turn === 0 ? 1 : 0;
    // What follows from its last operation comes first.
    do await new Promise((resolve) => setImmediate(resolve));
    while (waiting[who].length === 0 && running.has(who));
    await waiting[who].shift()?.();
    look();
  }
  return (await all).join('');
}

for (const ifExists of ['fail', 'replace'] as const) {
  t.test(`two runs at once on a store without fences, ifExists ${ifExists}`, async (t) => {
    let commits = 0;
    await fc.assert(
      fc.asyncProperty(turns, fc.boolean(), async (turns, stale) => {
        const disk: Disk = new Map();
        if (stale) await leaveParts(new MemoryStore(disk));
        const start = (who: 0 | 1, gate: Step): Promise<unknown> =>
          run(around(new MemoryStore(disk), gate), 'ab'.charAt(who), ifExists);
        commits += (await race(turns, start, () => {})).length;
        t.same(broken(onDisk(disk), 'ab'), []);
      }),
      { numRuns: 500 },
    );
    t.ok(commits > 0, 'never a _SUCCESS over a mix when both have ended');
  });

  for (const grain of ['operation', 'system call'] as const) {
    t.test(`two runs at once on a folder, by ${grain}, ifExists ${ifExists}`, async (t) => {
      const root = t.testdir();
      let n = 0;
      let commits = 0;
      await fc.assert(
        fc.asyncProperty(turns, fc.boolean(), fc.boolean(), async (turns, stale, complete) => {
          const folder = path.join(root, String(n++));
          fs.mkdirSync(folder);
          if (stale) await leaveParts(new LocalStore(folder, { fs: quick }));
          else if (complete) await run(new LocalStore(folder, { fs: quick }), 'o');
          const start = (who: 0 | 1, gate: Step): Promise<unknown> => {
            const letter = 'ab'.charAt(who);
            if (grain === 'system call') {
              return run(new LocalStore(folder, { fs: fileSystem(gate) }), letter, ifExists);
            }
            return run(around(new LocalStore(folder, { fs: quick }), gate), letter, ifExists);
          };
          const look = (): void => {
            const mixed = broken(inFolder(folder), 'oab');
            if (mixed.length > 0) throw new Error(`mixed: ${JSON.stringify(inFolder(folder))}`);
          };
          const winners = await race(turns, start, look);
          commits += winners.length;
          // With `replace`, one run after the other may well commit both.
          if (ifExists === 'fail' && winners.length > 1) throw new Error('both committed');
          const left = fs.readdirSync(folder, { recursive: true, encoding: 'utf8' });
          const traces = left.filter((name) => name.includes('.hackle-import'));
          if (traces.length > 0) throw new Error(`left: ${traces}`);
          fs.rmSync(folder, { recursive: true });
        }),
        { numRuns: 100 },
      );
      t.ok(commits > 0, 'never a _SUCCESS over a mix, at any step');
    });
  }
}
