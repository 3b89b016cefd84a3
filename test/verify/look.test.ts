// inspect, status and readDay; and all of them in a folder, on S3 and on Google Cloud Storage with the vendor's
// permissions.
import { readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Test, test } from 'tap';
import { convert } from '../../lib/convert.ts';
import type { StoreOptions } from '../../lib/store/options.ts';
import { Deadline } from '../../lib/verify/deadline.ts';
import { inspect } from '../../lib/verify/inspect.ts';
import { type DayRow, readDay } from '../../lib/verify/read-day.ts';
import { status } from '../../lib/verify/status.ts';
import { verify } from '../../lib/verify/verify.ts';
import { GcsServer } from '../servers/gcs-server.ts';
import { startS3, urlOf, useToolCredentials } from '../servers/s3-support.ts';
import { useClock } from '../support/clock.ts';
import { type EventParts, eventsOfDays, ndjson } from '../support/events.ts';
import { tempFolder } from '../support/temp.ts';
import { DAY, fileOf, idOf, partName, usualFile, writeDay } from './days.ts';

useToolCredentials();

interface Place {
  to: string;
  store?: StoreOptions;
}

/** The same days in each kind of store. */
const PLACES: Readonly<Record<string, (t: Test) => Promise<Place>>> = {
  'a folder': async (t) => ({ to: join(tempFolder(t), 'out') }),
  S3: async (t) => {
    const server = await startS3(t);
    return { to: urlOf(server), store: { s3: { endpoint: server.endpoint } } };
  },
  'Google Cloud Storage': async (t) => {
    const { endpoint } = await GcsServer.start(t);
    return { to: 'gs://bucket/some/prefix', store: { gcs: { endpoint } } };
  },
};

for (const [name, make] of Object.entries(PLACES)) {
  test(`${name}: verify, inspect, status, readDay`, async (t) => {
    const { to, store } = await make(t);
    const options = store === undefined ? {} : { store };
    const input = join(tempFolder(t), 'events.ndjson');
    writeFileSync(input, eventsOfDays(3000, 3));
    await convert({ inputs: [input], to, threads: 0, ...options });
    const range = { from: '2023-01-01', until: '2023-01-04' };
    t.match(await verify(to, { ...range, ...options }), {
      ok: false,
      days: [
        ...Array(3).fill({ verdict: 'sound', events: 1000, files: 1, success: true }),
        { verdict: 'missing' },
      ],
    });
    const report = await verify(to, { deep: true, ...options });
    t.match(report, { ok: true, deep: { events: 3000, rowGroups: 3, rowGroupsRead: 3 } });
    t.match(await verify(`${to}/dt=2023-01-02`, options), {
      ok: true,
      days: [{ day: '2023-01-02' }],
    });
    const file = await inspect(`${to}/dt=2023-01-02/${partName(0)}`, {
      rows: 2,
      pages: true,
      ...options,
    });
    t.match(file, { events: 1000, differences: [], rowGroups: [{ rows: 1000 }] });
    t.match(file.rows, [{ metric_value: '1.000000' }, { metric_value: '4.000000' }]);
    t.equal(file.pages?.filter(({ column, kind }) => column === 'ts' && kind === 'data').length, 1);
    const state = await status(to, { ...range, deadline: '13:00', tz: 'Asia/Seoul', ...options });
    t.strictSame(
      state.days.map(({ state, alarm, events }) => [state, alarm, events]),
      [...Array(3).fill(['late', true, 1000]), ['missing', true, undefined]],
    );
    const doneAt = Date.parse(state.days[0]?.doneAt ?? '');
    t.ok(Math.abs(doneAt - Date.now()) < 600_000, 'it was written a moment ago');
    const rows: DayRow[] = [];
    for await (const row of readDay(`${to}/dt=2023-01-02`, options)) rows.push(row);
    t.equal(rows.length, 1000);
    t.match(rows[1], {
      ts: '2023-01-02T00:00:00.004Z',
      event_properties: { seq: '4', text: '한국 4 ' },
    });
  });
}

test('readDay has every event as it was, and can be converted again', async (t) => {
  const to = tempFolder(t);
  const keys = JSON.parse('{"__proto__":"x","constructor":"y","\ufeffb":"\ufeffz"}');
  const change = (index: number): object =>
    index === 3 ? { event_properties: keys, metric_value: '-0.000001' } : {};
  writeDay(to, DAY, [fileOf(DAY, 0, { change }), usualFile(DAY, 1)]);
  const rows: DayRow[] = [];
  for await (const row of readDay(join(to, `dt=${DAY}`))) rows.push(row);
  t.strictSame(
    rows.map(({ insert_id }) => insert_id),
    Array.from({ length: 800 }, (_, index) => idOf(DAY, index)),
  );
  t.equal(rows[3]?.metric_value, '-0.000001');
  t.strictSame(Object.entries(rows[3]?.event_properties ?? {}), Object.entries(keys));
  const input = join(to, 'again.ndjson');
  writeFileSync(input, rows.map((row) => JSON.stringify(row)).join('\n'));
  const again = join(to, 'again');
  await convert({ inputs: [input], to: again, threads: 0 });
  let index = 0;
  for await (const row of readDay(join(again, `dt=${DAY}`))) t.strictSame(row, rows[index++]);
  t.equal(index, 800);
});

test('a damaged file ends readDay and inspect with its name', async (t) => {
  const to = tempFolder(t);
  writeDay(to, DAY, [usualFile(DAY, 0).subarray(0, 5000)]);
  const day = join(to, `dt=${DAY}`);
  const read = async (): Promise<void> => {
    for await (const _ of readDay(day));
  };
  await t.rejects(read(), {
    code: 'E_INPUT_FORMAT',
    message: /000000000000\.parquet cannot be read/,
  });
  await t.rejects(inspect(join(day, partName(0))), { code: 'E_INPUT_FORMAT' });
  await t.rejects(inspect(join(day, 'nosuch')), { code: 'E_INPUT_NOT_FOUND' });
  await t.rejects(verify(join(to, 'nosuch')), { code: 'E_INPUT_NOT_FOUND' });
  await t.rejects(
    async () => {
      for await (const _ of readDay(to));
    },
    { code: 'E_USAGE' },
  );
});

test('a share reads row groups that are spread evenly, one of each file at least', async (t) => {
  const to = tempFolder(t);
  writeDay(to, DAY, [fileOf(DAY, 0, { rowGroupSize: 1 }), fileOf(DAY, 1)]);
  for (const [deep, groups] of [
    ['50%', 2],
    ['1%', 2],
    ['100%', 4],
  ] as const) {
    t.match((await verify(to, { deep })).deep, { rowGroups: 4, rowGroupsRead: groups }, deep);
  }
});

test('footers of a day take less than 1 MB', async (t) => {
  const folder = tempFolder(t);
  const input = join(folder, 'events.ndjson');
  writeFileSync(input, ndjson(...Array.from({ length: 20_000 }, (_, id): EventParts => ({ id }))));
  const to = join(folder, 'out');
  await convert({ inputs: [input], to, threads: 0, rowGroupSize: 100_000 });
  const report = await verify(to);
  t.ok(
    report.days[0]?.verdict === 'sound' && report.bytesRead < report.bytes / 5,
    `${report.bytesRead} of ${report.bytes}`,
  );
});

test('deadlines: the first such time after the day is over', (t) => {
  for (const [day, time, zone, due] of [
    ['2023-01-05', '13:00', 'Asia/Seoul', '2023-01-06T04:00:00.000Z'],
    ['2023-01-05', '09:00', 'Asia/Seoul', '2023-01-06T00:00:00.000Z'],
    ['2023-01-05', '08:59', 'Asia/Seoul', '2023-01-06T23:59:00.000Z'],
    ['2023-01-05', '13:00', 'America/Los_Angeles', '2023-01-06T21:00:00.000Z'],
    ['2023-01-05', '16:30', 'America/Los_Angeles', '2023-01-06T00:30:00.000Z'],
    ['2023-01-05', '00:00', 'UTC', '2023-01-06T00:00:00.000Z'],
    // 02:30 does not exist on that day.
    ['2023-03-11', '02:30', 'America/New_York', '2023-03-12T07:30:00.000Z'],
  ] as const) {
    t.equal(
      new Date(new Deadline(time, zone).of(day)).toISOString(),
      due,
      `${day} ${time} ${zone}`,
    );
  }
  t.end();
});

test('status: each state of a day', async (t) => {
  useClock(t, '2023-01-12T02:12:00Z');
  const to = tempFolder(t);
  const done = (
    day: number,
    hour: string,
    files: readonly Buffer[] = [usualFile(DAY, 0)],
  ): string => {
    const name = `2023-01-${String(day).padStart(2, '0')}`;
    writeDay(to, name, files);
    const at = Date.parse(`2023-01-${String(day + 1).padStart(2, '0')}T${hour}Z`) / 1000;
    utimesSync(join(to, `dt=${name}`, '_SUCCESS'), at, at);
    return name;
  };
  for (const day of [1, 2, 3, 4, 6]) done(day, '03:59:00');
  done(5, '04:24:00');
  done(7, '03:00:00', [usualFile(DAY, 0), usualFile(DAY, 1)]);
  done(8, '03:00:00', [fileOf(DAY, 0, { change: () => ({}) })]);
  const open = join(to, `dt=2023-01-10`);
  writeDay(to, '2023-01-10', [usualFile(DAY, 0)]);
  rmSync(join(open, '_SUCCESS'));
  writeDay(to, '2023-01-11', [usualFile(DAY, 0)]);
  rmSync(join(to, 'dt=2023-01-11', '_SUCCESS'));
  const found = await status(to, { month: '2023-01', deadline: '13:00', tz: 'Asia/Seoul' });
  t.equal(found.ok, false);
  t.equal(found.days.length, 31);
  const states = found.days.map(({ state, alarm }) => state + (alarm ? '!' : ''));
  t.strictSame(states.slice(0, 13), [
    ...['done', 'done', 'done', 'done', 'late!', 'done', 'done', 'done'],
    ...['missing!', 'open!', 'open', 'ahead', 'ahead'],
  ]);
  t.match(found.days[4], { doneAt: '2023-01-06T04:24:00.000Z', dueAt: '2023-01-06T04:00:00.000Z' });
  const before = await status(to, { from: '2023-01-06', until: '2023-01-08' });
  t.match(before, { ok: true, days: [{ state: 'done' }, { state: 'done' }, { state: 'done' }] });
});

test('a day cut by the clock in Seoul, and empty hours', async (t) => {
  const lines = (hours: readonly number[]): string =>
    ndjson(
      ...hours.flatMap((hour) =>
        Array.from({ length: 720 }, (_, n): EventParts => {
          const ms = Date.UTC(2023, 0, 1) + hour * 3_600_000 + n * 5000;
          return { id: ms / 5000, ts: new Date(ms).toISOString() };
        }),
      ),
    );
  const all = Array.from({ length: 24 }, (_, hour) => hour);
  for (const [hours, deep, code, message] of [
    [all.slice(0, 15), false, 'day_cut', /^nothing after 15:00 UTC, midnight in Seoul/],
    [all.slice(15), true, 'day_cut', /^nothing before 15:00 UTC, midnight in Seoul/],
    [
      all.filter((hour) => hour < 3 || hour > 5),
      true,
      'empty_hours',
      /^no event from 03:00 to 06:00 UTC/,
    ],
  ] as const) {
    const folder = tempFolder(t);
    writeFileSync(join(folder, 'x.ndjson'), lines(hours));
    await convert({ inputs: [join(folder, 'x.ndjson')], to: join(folder, 'out'), threads: 0 });
    const { ok, days } = await verify(join(folder, 'out'), { deep });
    t.ok(ok, 'it is no fault');
    t.match(days[0]?.findings, [{ code, message }]);
  }
});

test('looking changes nothing', async (t) => {
  const to = tempFolder(t);
  writeDay(to, DAY, [usualFile(DAY, 0)]);
  const file = join(to, `dt=${DAY}`, partName(0));
  const before = readFileSync(file);
  await verify(to, { deep: true });
  await inspect(file, { rows: 1, pages: true });
  await status(to, {});
  t.strictSame(readFileSync(file), before);
});
