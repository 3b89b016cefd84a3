// Row groups of many days under one budget of memory.
import { test } from 'tap';
import { PARQUET_DEFAULTS } from '../../lib/parquet/options.ts';
import { recordStages } from '../../lib/record/stages.ts';
import { routeByDay } from '../../lib/route/by-day.ts';
import { type DayRowGroup, OpenDays } from '../../lib/route/open-days.ts';
import { makeParser } from '../support/batch.ts';
import { eventOf } from '../support/write-parquet.ts';

/** 2023-01-01. */
const FIRST_DAY = 19_358;

interface Routed {
  groups: DayRowGroup[];
  /** How many of them came before the end. */
  early: number;
  /** Bytes of linear memory in use at most, and in the end. */
  most: number;
  left: number;
}

function route(lines: string[], options: { memory: number; rowGroupSize: number }): Routed {
  const { parser, kernel } = makeParser({ debug: true });
  const before = kernel.arena.used;
  const open = new OpenDays(
    kernel,
    { ...PARQUET_DEFAULTS, rowGroupSize: options.rowGroupSize },
    options.memory,
  );
  const groups: DayRowGroup[] = [];
  let most = 0;
  parser.begin('test');
  for (const batches of [parser.push(Buffer.from(lines.join('\n'))), parser.end()]) {
    for (const batch of batches) {
      recordStages(batch, {
        insertId: 'uuid',
        limits: 'off',
        identifiers: 'map',
        unit: 'auto',
        timeZone: undefined,
      });
      groups.push(...open.append(batch, routeByDay(batch)));
      batch.release();
      most = Math.max(most, kernel.arena.used);
    }
  }
  const early = groups.length;
  groups.push(...open.finish());
  parser.destroy();
  kernel.arena.checkGuards();
  return { groups, early, most: most - before, left: kernel.arena.used - before };
}

/** Events that take the days in turn. */
const interleaved = (rows: number, days: number): string[] =>
  Array.from({ length: rows }, (_, n) =>
    eventOf({
      ts: 1_672_531_200 + (n % days) * 86_400,
      event_properties: { n: `${n} ${'x'.repeat(n % 300)}` },
    }),
  );

test('without pressure each day has one row group, in the order of days', (t) => {
  const { groups } = route(interleaved(3000, 50), { memory: 1 << 30, rowGroupSize: 1 << 30 });
  t.strictSame(
    groups.map(({ day }) => day),
    Array.from({ length: 50 }, (_, n) => FIRST_DAY + n),
  );
  t.ok(groups.every(({ group }) => group.rows === 60));
  t.end();
});

/** Rows of each day, and whether each row group has some. */
function rowsByDay(groups: readonly DayRowGroup[]): Map<number, number> {
  const rows = new Map<number, number>();
  for (const { day, group } of groups) rows.set(day, (rows.get(day) ?? 0) + group.rows);
  return rows;
}

test('rows of mixed days wait: little memory makes no more row groups', (t) => {
  const lines = interleaved(24_000, 120);
  const options = { memory: 4 << 20, rowGroupSize: 1 << 30 };
  const { groups, most, left } = route(lines, options);
  t.strictSame(
    groups.map(({ day }) => day),
    Array.from({ length: 120 }, (_, n) => FIRST_DAY + n),
    'one of each day, in their order',
  );
  t.ok(groups.every(({ group }) => group.rows === 200));
  const free = route(lines, { memory: 1 << 30, rowGroupSize: 1 << 30 });
  t.strictSame(free.groups, groups, 'nor other ones');
  t.ok(most < free.most - (2 << 20), `${most} bytes at most, ${free.most} with more memory`);
  t.ok(left <= 1 << 20, `${left} bytes are left`);
  t.strictSame(route(lines, options).groups, groups, 'the same again');
  t.end();
});

test('waiting rows make a row group when there are enough of them', (t) => {
  const rowGroupSize = 60_000;
  const { groups, early } = route(interleaved(120_000, 60), { memory: 64 << 20, rowGroupSize });
  t.ok([...rowsByDay(groups).values()].every((rows) => rows === 2000));
  t.ok(early >= 60, `${early} row groups before the end`);
  t.ok(groups.slice(0, early).every(({ group }) => group.uncompressedBytes >= rowGroupSize));
  t.end();
});

test('a few rows of other days wait, and are not parted from those of their day', (t) => {
  // Of each twenty events one is of the day before or behind.
  const lines = Array.from({ length: 30_000 }, (_, n) => {
    const day = Math.floor(n / 10_000) + (n % 20 === 7 ? 1 : 0);
    return eventOf({
      ts: 1_672_531_200 + day * 86_400,
      event_properties: { n: `${n} ${'x'.repeat(n % 300)}` },
    });
  });
  const { groups } = route(lines, { memory: 1 << 30, rowGroupSize: 8 << 20 });
  t.strictSame(
    [...rowsByDay(groups)],
    [
      [FIRST_DAY, 9500],
      [FIRST_DAY + 1, 10_000],
      [FIRST_DAY + 2, 10_000],
      [FIRST_DAY + 3, 500],
    ],
  );
  t.equal(groups.length, 4);
  t.end();
});

test('memory that many days of some rows each take has an end', (t) => {
  // Forty rows of a day at once, ten days a batch and other ones in the next.
  const lines = Array.from({ length: 80_000 }, (_, n) =>
    eventOf({
      ts: 1_672_531_200 + (Math.floor(n / 40) % 200) * 86_400,
      event_properties: { n: `${n} ${'x'.repeat(n % 300)}` },
    }),
  );
  const memory = 8 << 20;
  const { groups, most } = route(lines, { memory, rowGroupSize: 1 << 30 });
  t.ok([...rowsByDay(groups).values()].every((rows) => rows === 400));
  t.ok(groups.length < 500, `${groups.length} row groups of 200 days`);
  const free = route(lines, { memory: 1 << 30, rowGroupSize: 1 << 30 });
  t.ok(most < free.most - memory, `${most >> 20} MiB at most, ${free.most >> 20} without a limit`);
  t.end();
});

test('without a folder for temporary files row groups end early instead', (t) => {
  const before = process.env.TMPDIR;
  process.env.TMPDIR = '/nowhere/to/be/found';
  t.teardown(() => {
    if (before === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = before;
  });
  const lines = interleaved(60_000, 60);
  const { groups, most } = route(lines, { memory: 6 << 20, rowGroupSize: 1 << 30 });
  t.ok([...rowsByDay(groups).values()].every((rows) => rows === 1000));
  t.ok(groups.length > 120, `${groups.length} row groups of 60 days`);
  t.ok(most < 30 << 20, `${most >> 20} MiB at most, 21 of them a batch`);
  t.end();
});

test('a row group ends when it has its size', (t) => {
  const { groups } = route(interleaved(12_000, 1), { memory: 1 << 30, rowGroupSize: 500_000 });
  t.ok(groups.length > 2, `${groups.length} row groups`);
  t.equal(
    groups.reduce((sum, { group }) => sum + group.rows, 0),
    12_000,
  );
  t.ok(groups.slice(0, -1).every(({ group }) => group.uncompressedBytes >= 400_000));
  t.end();
});

test('a large row group ends when the input has gone on to other days; a straggler waits', (t) => {
  const oneDay = (day: number, rows: number): string[] =>
    Array.from({ length: rows }, (_, n) =>
      eventOf({
        ts: 1_672_531_200 + day * 86_400,
        event_properties: { n: `${day} ${n} ${'x'.repeat(900)}` },
      }),
    );
  // Hundreds of events a batch; the day in the middle has a single one.
  const lines = [...oneDay(0, 3000), ...oneDay(1, 1), ...oneDay(2, 20_000)];
  const { groups } = route(lines, { memory: 1 << 30, rowGroupSize: 8 << 20 });
  const days = groups.map(({ day }) => day - FIRST_DAY);
  t.equal(days.filter((day) => day === 0).length, 1);
  t.ok(days.indexOf(0) < days.indexOf(1) - 1, 'the first day does not wait for the end');
  t.equal(days.filter((day) => day === 1).length, 1);
  t.strictSame(days.slice(-2), [1, 2], 'the straggler comes with the end');
  t.equal(
    groups.reduce((sum, { group }) => sum + group.rows, 0),
    lines.length,
  );
  t.end();
});
