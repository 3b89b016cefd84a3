// Runs without events, or with too few of them: nothing is committed, and the report says what was there.
import { join } from 'node:path';
import { Readable } from 'node:stream';
import fc from 'fast-check';
import { type Test, test } from 'tap';
import { type ConvertOptions, convert, type Report } from '../lib/index.ts';
import { formatDay } from '../lib/route/by-day.ts';
import { shortfallOf } from '../lib/shortfall.ts';
import { type EventParts, ndjson } from './support/events.ts';
import { namesIn, remainsIn } from './support/folders.ts';
import { tempFolder } from './support/temp.ts';

const [D1, D2, D3] = ['2023-01-01', '2023-01-02', '2023-01-03'] as const;

/** Two events of the first day, one of the second; with two keys. */
const EVENTS: EventParts[] = [
  { id: 1, ts: `${D1}T01:00:00Z`, key: 'purchase' },
  { id: 2, ts: `${D2}T01:00:00Z`, key: 'view_item' },
  { id: 3, ts: `${D1}T02:00:00Z`, key: 'purchase' },
];

async function run(
  t: Test,
  options: Partial<ConvertOptions>,
  events: EventParts[] = EVENTS,
): Promise<Report & { names: string[] }> {
  const to = join(tempFolder(t), 'out');
  const inputs = [Readable.from([ndjson(...events)])];
  const report = await convert({ inputs, to, ...options });
  if (report.status !== 'committed') t.strictSame(remainsIn(to).success, []);
  return { ...report, names: namesIn(to).filter((name) => name.endsWith('_SUCCESS')) };
}

for (const threads of [0, 2]) {
  test(`${threads} threads: days asked for without events`, async (t) => {
    const one = await run(t, { threads, from: D3, until: D3 });
    t.match(one, { status: 'empty', rowsIn: 3, rowsFiltered: 3, partitions: [] });
    t.strictSame(one.shortfall, {
      expected: 1,
      events: 0,
      days: { [D3]: 0 },
      otherDays: { [D1]: 2, [D2]: 1 },
      otherKeys: [],
    });
    const some = await run(t, { threads, from: D2, until: D3 });
    t.match(some, { status: 'empty', shortfall: { events: 1, days: { [D3]: 0 } } });
    t.strictSame(some.names, [], 'the day that has events is not committed either');
    const allowed = await run(t, { threads, from: D2, until: D3, allowEmpty: true });
    t.strictSame(allowed.names, [`dt=${D2}/_SUCCESS`, `dt=${D3}/_SUCCESS`]);
    t.notOk('shortfall' in allowed);
    t.match(await run(t, { threads, from: D1, until: D2 }), { status: 'committed' });
    t.match(await run(t, { threads, from: D2 }), { status: 'committed' }, 'no end: no missing day');
    t.match(await run(t, { threads, from: D3 }), { status: 'empty' });
  });

  test(`${threads} threads: a run whose events were all left out`, async (t) => {
    const none = await run(t, { threads, where: 'purchas' });
    t.match(none, { status: 'empty', filtered: { excluded_by_where: 3 } });
    t.strictSame(none.shortfall?.otherKeys.toSorted(), ['purchase', 'view_item']);
    t.match(await run(t, { threads, where: 'purchas', allowEmpty: true }), { status: 'committed' });
    t.match(await run(t, { threads, where: 'purchase' }), { status: 'committed', rowsWritten: 2 });
    const day = await run(t, { threads, where: 'view_*', from: D1, until: D1 });
    t.match(day.shortfall, { days: { [D1]: 0 }, otherDays: { [D2]: 1 }, otherKeys: ['purchase'] });
  });

  test(`${threads} threads: fewer events than minEvents`, async (t) => {
    t.match(await run(t, { threads, minEvents: 3 }), { status: 'committed' });
    const few = await run(t, { threads, minEvents: 4 });
    t.match(few, { status: 'too-few', shortfall: { expected: 4, events: 3, days: {} } });
    const days = { from: D1, until: D2 };
    const byDay = await run(t, { threads, minEvents: 2, ...days });
    t.match(byDay, { status: 'too-few', shortfall: { expected: 2, events: 3 } });
    t.strictSame(byDay.shortfall?.days, { [D2]: 1 });
    t.strictSame(byDay.names, []);
    t.match(await run(t, { threads, minEvents: 2, from: D1 }), { status: 'too-few' }, 'one end');
    t.match(await run(t, { threads, minEvents: 1, ...days }), { status: 'committed' });
  });
}

test('an input without any event, and one of rejects only', async (t) => {
  t.match(await run(t, {}, []), { status: 'empty', rowsIn: 0, shortfall: { events: 0, days: {} } });
  t.match(await run(t, { allowEmpty: true }, []), { status: 'committed', rowsIn: 0 });
  const wrong = [{ ts: 'x' }];
  t.match(await run(t, { maxRejects: '100%' }, wrong), { status: 'empty', rowsRejected: 1 });
  t.match(await run(t, {}, wrong), { status: 'rejected' });
  t.match(await run(t, { from: D1, until: D1 }, wrong), { status: 'rejected' }, 'comes first');
  t.match(await run(t, { dryRun: true, where: 'none' }), { status: 'empty' });
});

test('days that were complete before have events', async (t) => {
  const to = join(tempFolder(t), 'out');
  const again = (): Promise<Report> =>
    convert({ inputs: [Readable.from([ndjson(...EVENTS)])], to, ifExists: 'skip', minEvents: 3 });
  t.match(await again(), { status: 'committed', rowsWritten: 3 });
  t.match(await again(), { status: 'committed', filtered: { day_complete: 3 } });
});

test('what is remembered of other days and keys is bounded, however many there are', async (t) => {
  const many = Array.from({ length: 5000 }, (_, id): EventParts => {
    const ts = new Date(Date.UTC(2000, 0, 1 + (id % 1000))).toISOString();
    return { id, ts, key: `key_${id}` };
  });
  for (const threads of [0, 2]) {
    const days = await run(t, { threads, from: D1, until: D1 }, many);
    t.equal(Object.keys(days.shortfall?.otherDays ?? {}).length, 400);
    t.ok(Object.values(days.shortfall?.otherDays ?? {}).every((rows) => rows === 5));
    const keys = await run(t, { threads, where: 'none' }, many);
    t.equal(keys.shortfall?.otherKeys.length, 100);
  }
  const all = await run(t, { from: '0001-01-01', until: '9999-12-31' });
  t.equal(Object.keys(all.shortfall?.days ?? {}).length, 400, 'of 3,652,057 days');
});

test('a shortfall is what counting says', (t) => {
  const counts = fc.uniqueArray(
    fc.tuple(fc.integer({ min: 0, max: 9 }), fc.integer({ min: 1, max: 5 })),
    {
      selector: ([day]) => day,
    },
  );
  const ranges = fc.option(fc.tuple(fc.nat(9), fc.nat(9)), { nil: undefined });
  fc.assert(
    fc.property(
      counts,
      fc.integer({ min: 1, max: 6 }),
      fc.boolean(),
      ranges,
      (days, least, byDay, ends) => {
        const [from = 0, until = 0] = ends?.toSorted() ?? [];
        const range = ends && { from, until };
        const map = new Map(days);
        const asked = Array.from({ length: 10 }, (_, day) => day).filter((day) =>
          range === undefined ? map.has(day) : day >= from && day <= until,
        );
        const short = byDay ? asked.filter((day) => (map.get(day) ?? 0) < least) : [];
        const events = days.reduce((sum, [, rows]) => sum + rows, 0);
        const expected =
          short.length > 0 || events < least
            ? {
                expected: least,
                events,
                days: Object.fromEntries(short.map((day) => [formatDay(day), map.get(day) ?? 0])),
              }
            : undefined;
        t.strictSame(shortfallOf(map, { least, byDay, range }), expected);
      },
    ),
    { numRuns: 200 },
  );
  t.end();
});
