import fs from 'node:fs';
import t from 'tap';
import { Delivery } from '../../lib/commit/delivery.ts';
import { ImportError } from '../../lib/errors.ts';
import type { ObjectInfo, Store } from '../../lib/store/contract.ts';
import { LocalStore } from '../../lib/store/local/store.ts';
import { FAKE, rowGroup } from '../store/fake-file.ts';
import { around, type Disk, MemoryStore } from '../store/memory-store.ts';
import {
  broken,
  DAY,
  FIRST,
  filesOf,
  inFolder,
  leaveParts,
  NEXT,
  ofDay,
  onDisk,
  run,
  STALE,
  type Step,
} from './runs.ts';

/** Does something instead of each put of a `_SUCCESS`. */
function onMark(
  store: Store,
  mark: (name: string, put: () => Promise<ObjectInfo>) => Promise<ObjectInfo>,
): void {
  const put = store.put.bind(store);
  store.put = (name, bytes) =>
    name.endsWith('_SUCCESS') ? mark(name, () => put(name, bytes)) : put(name, bytes);
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
  onMark(store, (name, put) => {
    marks.push(name.slice(3, 13));
    return put();
  });
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

t.test('ifExists replace: the day is not touched before the commit', async (t) => {
  const disk: Disk = new Map();
  const store = new MemoryStore(disk);
  await run(store, 'a');
  const delivery = new Delivery(store, { ...FAKE, ifExists: 'replace' });
  await delivery.accept(FIRST, rowGroup('b'.repeat(12)));
  await delivery.accept(FIRST, rowGroup('b'));
  const { [`${DAY}_SUCCESS`]: mark, ...rest } = onDisk(disk);
  t.same(mark, '');
  const staged = Object.keys(rest).filter((name) => name.startsWith('_hackle/'));
  t.equal(staged.length, 1);
  t.match(staged[0], /^_hackle\/2023-01-01\/[0-9a-f]{16}\.000000000000\.part$/);
  t.same(ofDay(onDisk(disk), DAY), ofDay(filesOf('a'), DAY));
  await delivery.commit();
  t.same(ofDay(onDisk(disk), DAY), {
    [`${DAY}000000000000.parquet`]: `[${'b'.repeat(12)}]`,
    [`${DAY}000000000001.parquet`]: '[b]',
    [`${DAY}_SUCCESS`]: '',
  });
  t.notOk([...disk.keys()].some((name) => name.startsWith('_hackle/')));
});

t.test(
  'ifExists replace: a run that is aborted leaves the day as it was, and says so',
  async (t) => {
    for (const store of [new MemoryStore(), new LocalStore(t.testdir())]) {
      await run(store, 'a');
      const before = await store.list('');
      const delivery = new Delivery(store, { ...FAKE, ifExists: 'replace' });
      await delivery.accept(FIRST, rowGroup('b'.repeat(12)));
      await delivery.accept(FIRST + 5, rowGroup('b'));
      t.match(await delivery.abort(), [
        { day: '2023-01-01', success: false, unchanged: true },
        { day: '2023-01-06', success: false, unchanged: undefined },
      ]);
      t.same(await store.list(''), before);
    }
  },
);

t.test(
  'what a killed run has staged goes with the next run of the day, and only that',
  async (t) => {
    for (const [store, ifExists] of [
      [new MemoryStore(), 'skip'],
      [new MemoryStore(), 'replace'],
      [new LocalStore(t.testdir()), 'fail'],
    ] as const) {
      const stale = `_hackle/2023-01-01/0123456789abcdef.000000000000.part`;
      const other = `_hackle/2023-01-09/0123456789abcdef.000000000000.part`;
      for (const name of [stale, other]) await (await store.create(name)).close();
      await store.release('_hackle/');
      await run(store, 'x', ifExists);
      t.same(
        (await store.list('')).map(({ name }) => name),
        [other, ...Object.keys(filesOf('x'))].sort(),
      );
    }
  },
);

t.test('a live run whose staged files another one has removed ends with a conflict', async (t) => {
  const disk: Disk = new Map();
  await run(new MemoryStore(disk), 'a');
  const first = new Delivery(new MemoryStore(disk), { ...FAKE, ifExists: 'replace' });
  await first.accept(FIRST, rowGroup('b'.repeat(12)));
  await run(new MemoryStore(disk), 'c', 'replace');
  await t.rejects(first.commit(), { code: 'E_STORE_CONFLICT' });
  await first.abort();
  t.same(onDisk(disk), filesOf('c'), 'before it has changed the day');
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
  t.same(fs.readdirSync(folder), []);
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
  let now = 0;
  let most = 0;
  onMark(store, async (_, put) => {
    most = Math.max(most, ++now);
    await new Promise((resolve) => setTimeout(resolve, 5));
    now--;
    return put();
  });
  const days = await delivery.commit();
  t.ok(days.every(({ success }) => success));
  t.equal(marks().length, 40);
  t.equal(most, 16);
});

t.test('abort during commit keeps the days that are committed and begins no other', async (t) => {
  const { store, delivery, marks } = await manyDays();
  let aborted: ReturnType<Delivery['abort']> | undefined;
  onMark(store, (_, put) => {
    aborted ??= delivery.abort();
    return put();
  });
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
  const begun: string[] = [];
  onMark(store, async (name, put) => {
    begun.push(name);
    if (name.startsWith(NEXT)) throw new ImportError('E_STORE_CONFLICT', 'somebody was faster');
    await new Promise((resolve) => setTimeout(resolve, 5));
    return put();
  });
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
  onMark(store, async () => {
    store.remove = () => Promise.reject(new Error('gone'));
    throw new ImportError('E_STORE_WRITE', 'lost the connection');
  });
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

/** Whether a run gets to its end over what another one has left. */
async function again(store: Store, letter: string): Promise<boolean> {
  try {
    await run(store, letter);
    return true;
  } catch (error) {
    if (error instanceof ImportError && error.code === 'E_DAY_COMPLETE') return false;
    throw error;
  }
}

for (const mode of ['kill', 'error', 'late error'] as const) {
  for (const renames of [false, true]) {
    const make = (disk: Disk): Store => new MemoryStore(disk, { renames });
    const what = renames ? 'a store that renames' : 'a bucket';
    t.test(`${mode} at every operation on ${what}; then simply the same again`, async (t) => {
      const done = { none: 0, some: 0, all: 0 };
      for (let n = 1; ; n++) {
        const disk: Disk = new Map();
        const { step, count } = failing(n, mode);
        const ended = await run(around(make(disk), step)).then(
          () => true,
          () => false,
        );
        if (ended && count() < n) break;
        const days = [DAY, NEXT].filter((day) => disk.has(`${day}_SUCCESS`)).length;
        done[(['none', 'some', 'all'] as const)[days] ?? 'none']++;
        const left = new Map(disk);
        if (!ended) {
          t.ok(await again(make(disk), 'x'), `again after ${mode} at ${n}`);
          t.same(onDisk(disk), filesOf('x'), `whole after ${mode} at ${n}, and nothing else`);
        }
        // Other events are no repetition: they are refused where a day is complete.
        const before = ofDay(onDisk(left), NEXT);
        t.equal(await again(make(left), 'y'), days === 0, `others after ${mode} at ${n}`);
        if (`${NEXT}_SUCCESS` in before) t.same(ofDay(onDisk(left), NEXT), before);
      }
      t.ok(done.none > 5 && done.some > 0 && done.all > 0, JSON.stringify(done));
    });
  }
}

t.test('a day that the same run committed before it was killed is told as committed', async (t) => {
  const disk: Disk = new Map();
  const store = new MemoryStore(disk);
  await run(store, 'x');
  await store.put('_hackle/0123456789abcdef.commit', Buffer.from('{"days":["2023-01-02"]}'));
  disk.delete(`${DAY}_SUCCESS`);
  t.match((await run(store, 'x')).partitions, [
    { day: '2023-01-01', rows: 30, success: true, repeated: undefined },
    { day: '2023-01-02', rows: 1, success: true, repeated: true, files: [{ rows: 1, bytes: 3 }] },
  ]);
  t.same(onDisk(disk), filesOf('x'));
  // Without a record, and with one that was not written to its end, a complete day is refused at once.
  await t.rejects(run(store, 'x'), { code: 'E_DAY_COMPLETE' });
  await store.put('_hackle/0123456789abcdef.commit', Buffer.from('{"days":["2023-0'));
  await t.rejects(run(store, 'x'), { code: 'E_DAY_COMPLETE' });
});

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
        // The commit of a complete day begins with the removal of its mark.
        let hasBegun = start !== 'complete days';
        const remove = watched.remove.bind(watched);
        watched.remove = (name) => {
          hasBegun ||= name.endsWith('_SUCCESS');
          return remove(name);
        };
        const ended = await run(watched, 'x', 'replace').then(
          () => true,
          () => false,
        );
        t.same(broken(onDisk(disk), letters), [], `${mode} at ${n}`);
        if (!hasBegun) {
          const files = onDisk(disk);
          t.same({ ...ofDay(files, DAY), ...ofDay(files, NEXT) }, filesOf('o'), 'as before');
          if (mode === 'error') t.same(files, filesOf('o'), 'and nothing else');
        }
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
