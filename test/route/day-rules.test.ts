// Days that are not over and times that cannot be, in whole runs: with threads and without, beside other filters.
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import fc from 'fast-check';
import { test } from 'tap';
import { convert } from '../../lib/convert.ts';
import { deliver, parseNdjson, RunCounters, record, route, rowGroups } from '../../lib/index.ts';
import type { EventMapping } from '../../lib/mapping/types.ts';
import type { ConvertOptions } from '../../lib/options/options.ts';
import type { RejectRecord, Report } from '../../lib/report.ts';
import { referenceConvert } from '../reference/convert.ts';
import { useClock } from '../support/clock.ts';
import { type EventParts, ndjson } from '../support/events.ts';
import { useHashSeed } from '../support/hash.ts';
import { days, firstDayDifference, readOutput } from '../support/read-parquet.ts';
import { rounds } from '../support/rounds.ts';
import { filesOf, firstUnequal, run as runReference, useKernel } from '../support/run.ts';
import { type Cleaner, tempFolder } from '../support/temp.ts';

const NOW = '2023-01-10T15:00:00.500Z';
const EVENTS: EventParts[] = [
  { id: 1, ts: '1999-12-31T23:59:59.999Z' },
  { id: 2, ts: '2000-01-01T00:00:00Z' },
  { id: 3, ts: '2023-01-08T12:00:00Z' },
  { id: 4, ts: '2023-01-09T23:59:59.999Z' },
  { id: 5, ts: '2023-01-10T00:00:00Z' },
  { id: 6, ts: '2023-01-11T15:00:00.500Z' },
  { id: 7, ts: '2023-01-11T15:00:00.501Z' },
  { id: 8, ts: '2023-01-12T00:00:00Z' },
];

interface Outcome {
  report: Report;
  rejects: RejectRecord[];
  days: string[];
}

async function run(
  t: Cleaner,
  input: string,
  options: Partial<ConvertOptions> = {},
): Promise<Outcome> {
  const to = tempFolder(t);
  const rejects: RejectRecord[] = [];
  const report = await convert({
    inputs: [{ name: 'test', stream: Readable.from([Buffer.from(input)]) }],
    to,
    threads: 0,
    maxRejects: '100%',
    onReject: (reject) => void rejects.push(reject),
    ...options,
  });
  return { report, rejects, days: days(to) };
}

for (const threads of [0, 2]) {
  test(`${threads} threads: which days are written`, async (t) => {
    useClock(t, NOW);
    const input = ndjson(...EVENTS);
    const found = async (options: Partial<ConvertOptions> = {}): Promise<unknown> => {
      const { report, days } = await run(t, input, { threads, ...options });
      return [report.rejects, report.filtered, days];
    };
    const over = ['2000-01-01', '2023-01-08', '2023-01-09'];
    t.strictSame(await found(), [{ ts_implausible: 3 }, { day_not_over: 2 }, over]);
    t.strictSame(await found({ unfinished: 'commit' }), [
      { ts_implausible: 3 },
      {},
      [...over, '2023-01-10', '2023-01-11'],
    ]);
    // A day that begins only after tomorrow is no day that is not over yet: `anyDay` takes it.
    t.strictSame(await found({ anyDay: true }), [
      {},
      { day_not_over: 3 },
      ['1999-12-31', ...over, '2023-01-12'],
    ]);
    t.strictSame(await found({ anyDay: true, unfinished: 'commit' }), [
      {},
      {},
      ['1999-12-31', ...over, '2023-01-10', '2023-01-11', '2023-01-12'],
    ]);
    t.strictSame(await found({ from: '2023-01-09', until: '2023-01-10' }), [
      {},
      { excluded_by_days: 6, day_not_over: 1 },
      ['2023-01-09'],
    ]);
    t.strictSame(await found({ maxRejects: 2 }), [{ ts_implausible: 3 }, { day_not_over: 2 }, []]);
  });
}

test('a day that is not over is not committed as an empty one', async (t) => {
  useClock(t, NOW);
  const asked = { from: '2023-01-09', until: '2023-01-12', allowEmpty: true };
  t.strictSame((await run(t, ndjson(), asked)).days, ['2023-01-09']);
  t.strictSame((await run(t, ndjson(), { ...asked, from: '2023-01-10' })).days, []);
  const all = ['2023-01-09', '2023-01-10', '2023-01-11', '2023-01-12'];
  t.strictSame((await run(t, ndjson(), { ...asked, unfinished: 'commit' })).days, all);
});

test('an event that is not written makes no other one a duplicate', async (t) => {
  useClock(t, NOW);
  const [late, early] = ['2023-01-11T20:00:00Z', '2023-01-11T03:00:00Z'];
  const input = ndjson({ id: 1, ts: late }, { id: 1, ts: early }, { id: 1, ts: early });
  const { report } = await run(t, input, { dedupe: true, unfinished: 'commit' });
  t.match(report, { rowsWritten: 1, rejects: { ts_implausible: 1 } });
  t.strictSame(report.filtered, { duplicate_insert_id: 1 });
});

test('the message says in which unit a number was read, and which one was meant', async (t) => {
  useClock(t, NOW);
  const messages = async (ts: string | number, unit?: 's' | 'ms' | 'us'): Promise<unknown[]> => {
    const mapping = {
      insert_id: 'insert_id',
      event_key: 'event_key',
      ts: { path: 'ts', ...(unit && { unit }) },
      identifiers: 'identifiers',
      platform_properties: 'platform_properties',
    };
    const { rejects } = await run(t, ndjson({ ts }), { mapping });
    return rejects.map(({ code, message }) => [code, message]);
  };
  const should = 'ts should be from 2000-01-01 to a day ahead of now';
  t.strictSame(await messages(1672531262, 'ms'), [
    [
      'ts_implausible',
      `${should}, got "1672531262", read in milliseconds as 1970-01-20T08:35:31.262Z; in seconds it is 2023-01-01T00:01:02.000Z: set "unit": "s" for ts`,
    ],
  ]);
  t.match(await messages('1672531262333', 's'), [
    ['ts_out_of_range', /, read in seconds; in milliseconds it is 2023-/],
  ]);
  t.match(await messages('1672531262333', 'us'), [
    ['ts_implausible', /in microseconds as 1970.*"unit": "ms" for ts$/],
  ]);
  t.strictSame(await messages('44927.5'), [
    ['ts_implausible', `${should}, got "44927.5", read in seconds as 1970-01-01T12:28:47.500Z`],
  ]);
  t.strictSame(await messages('2100-01-01T00:00:00Z'), [
    ['ts_implausible', `${should}, got "2100-01-01T00:00:00Z"`],
  ]);
  t.match(await messages('20230101'), [
    ['ts_invalid', /; if the digits are a date, set "unit": "date" for ts$/],
  ]);
  t.match(await messages(20230101093000), [['ts_invalid', /"unit": "date" for ts$/]]);
  t.match(await messages('yesterday'), [['ts_invalid', /got "yesterday"$/]]);
});

test('digits of a date, with the unit date', async (t) => {
  useClock(t, NOW);
  const times = [20230101, '20230101', '20230101093000', 20230102000000, '2023-01-03T00:00:00Z'];
  const wrong = [
    20230230,
    '20230101240000',
    2023010,
    '202301010930',
    '20230101.0',
    '1672531262',
    1,
  ];
  const mapping = (ts: object): EventMapping => ({
    insert_id: 'insert_id',
    event_key: 'event_key',
    ts: { path: 'ts', unit: 'date', ...ts },
    identifiers: 'identifiers',
    platform_properties: 'platform_properties',
  });
  const read = async (ts: object): Promise<unknown> => {
    const to = tempFolder(t);
    const report = await convert({
      inputs: [
        {
          name: 'x',
          stream: Readable.from([ndjson(...[...times, ...wrong].map((ts) => ({ ts })))]),
        },
      ],
      to,
      threads: 0,
      maxRejects: wrong.length,
      mapping: mapping(ts),
    });
    t.strictSame(report.rejects, { ts_invalid: wrong.length });
    const rows = [...(await readOutput(to)).values()].flat();
    return rows.map(({ ts }) => new Date(Number(ts)).toISOString());
  };
  t.strictSame(await read({}), [
    '2023-01-01T00:00:00.000Z',
    '2023-01-01T00:00:00.000Z',
    '2023-01-01T09:30:00.000Z',
    '2023-01-02T00:00:00.000Z',
    '2023-01-03T00:00:00.000Z',
  ]);
  t.strictSame(await read({ timezone: 'Asia/Seoul' }), [
    '2022-12-31T15:00:00.000Z',
    '2022-12-31T15:00:00.000Z',
    '2023-01-01T00:30:00.000Z',
    '2023-01-01T15:00:00.000Z',
    '2023-01-03T00:00:00.000Z',
  ]);
});

test('the link route judges days, too', async (t) => {
  useClock(t, NOW);
  const link = async (options: object): Promise<unknown> => {
    const [to, counters] = [tempFolder(t), new RunCounters()];
    await pipeline([
      Readable.from([Buffer.from(ndjson(...EVENTS))]),
      parseNdjson(),
      record(),
      route({ counters, ...options }),
      rowGroups(),
      deliver(to, { counters, maxRejects: 9 }) as unknown as NodeJS.ReadWriteStream,
    ]);
    const { rejects, filtered } = counters.report();
    return [rejects, filtered, days(to).length];
  };
  t.strictSame(await link({}), [{ ts_implausible: 3 }, { day_not_over: 2 }, 3]);
  t.strictSame(await link({ anyDay: true, unfinished: 'commit' }), [{}, {}, 7]);
});

const DAY = 86_400_000;

for (const build of ['release', 'debug']) {
  test(`${build} kernel: random times around now, as the reference has them`, async (t) => {
    useKernel(t, build);
    const now = fc.constantFrom('2023-01-10T00:00:00Z', NOW, '2023-01-10T23:59:59.999Z');
    const time = fc
      .tuple(
        fc.integer({ min: -2, max: 3 }),
        fc.constantFrom(0, 1, DAY / 2, DAY - 1, 54_000_500, 54_000_501),
      )
      .map(([day, ms]) => Date.UTC(2023, 0, 10 + day) + ms);
    const ts = fc.oneof(
      time.map((ms) => new Date(ms).toISOString()),
      time,
      time.map((ms) => ms / 1000),
      fc.constantFrom(
        '1999-12-31T23:59:59.999Z',
        '2000-01-01T00:00:00Z',
        0,
        20230109,
        '9999-12-31T00:00:00Z',
      ),
    );
    const options = fc.record({
      anyDay: fc.boolean(),
      unfinished: fc.constantFrom('leave' as const, 'commit' as const),
      from: fc.constantFrom(undefined, '2023-01-10'),
      until: fc.constantFrom(undefined, '2023-01-11'),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(ts, { maxLength: 60 }),
        options,
        now,
        async (times, options, now) => {
          useClock(t, now);
          const source = Buffer.from(ndjson(...times.map((ts, id) => ({ id, ts }))));
          const to = tempFolder(t);
          const expected = referenceConvert(source, options);
          const { report, rejects } = await runReference([source], to, options);
          t.strictSame(rejects, expected.rejects);
          t.equal(report.rowsFiltered, expected.rowsFiltered);
          // A run without events, or without those of a day asked for, commits nothing.
          const rows = report.status === 'committed' ? expected.rows : new Map();
          t.equal(firstDayDifference(await readOutput(to), rows), undefined);
        },
      ),
      { numRuns: rounds(25) },
    );
  });
}

test('the secrets of the hashes do not show in the files', async (t) => {
  const input = ndjson(
    ...Array.from({ length: 9000 }, (_, n): EventParts => {
      const properties = { [`key ${n % 700}`]: `a value that is long ${n % 900}`, n, few: n % 7 };
      return { id: n % 8000, ts: Date.UTC(2023, 0, 1 + (n % 60)), key: `k${n % 50}`, properties };
    }),
  );
  const outputs: ReturnType<typeof filesOf>[] = [];
  for (const seed of ['one', 'two', 'three']) {
    await t.test(seed, async (t) => {
      useHashSeed(t, seed);
      for (const threads of [0, 2]) {
        const to = tempFolder(t);
        await convert({
          inputs: [{ name: 'x', stream: Readable.from([Buffer.from(input)]) }],
          to,
          threads,
          dedupe: true,
          where: '!k7',
        });
        outputs.push(filesOf(to));
      }
    });
  }
  const [first, ...others] = outputs as [ReturnType<typeof filesOf>];
  t.ok(first.size > 100, 'sixty days');
  for (const other of others) t.equal(firstUnequal(first, other), undefined);
});
