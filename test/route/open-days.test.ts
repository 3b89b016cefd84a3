// Row groups of many days under one budget of memory.
import { test } from 'tap';
import { PARQUET_DEFAULTS } from '../../lib/parquet/options.ts';
import { recordStages } from '../../lib/record/stages.ts';
import { dayRange, routeByDay } from '../../lib/route/by-day.ts';
import { type DayRowGroup, OpenDays } from '../../lib/route/open-days.ts';
import { makeParser } from '../support/batch.ts';
import { eventOf } from '../support/write-parquet.ts';

interface Routed {
  groups: DayRowGroup[];
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
      groups.push(...open.append(batch, routeByDay(batch, dayRange({}))));
      batch.release();
      most = Math.max(most, kernel.arena.used);
    }
  }
  groups.push(...open.finish());
  parser.destroy();
  kernel.arena.checkGuards();
  return { groups, most: most - before, left: kernel.arena.used - before };
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
    Array.from({ length: 50 }, (_, n) => 19_358 + n),
  );
  t.ok(groups.every(({ group }) => group.rows === 60));
  t.end();
});

test('little memory makes more row groups, loses no row, and is kept', (t) => {
  const lines = interleaved(24_000, 120);
  const memory = 4 << 20;
  const { groups, most, left } = route(lines, { memory, rowGroupSize: 1 << 30 });
  const rows = new Map<number, number>();
  for (const { day, group } of groups) {
    t.ok(group.rows > 0);
    rows.set(day, (rows.get(day) ?? 0) + group.rows);
  }
  t.ok(groups.length > 120, `${groups.length} row groups`);
  t.equal(rows.size, 120);
  t.ok([...rows.values()].every((count) => count === 200));
  const free = route(lines, { memory: 1 << 30, rowGroupSize: 1 << 30 });
  t.equal(free.groups.length, 120);
  t.ok(
    most < free.most - (5 << 20),
    `${most >> 20} MiB at most, ${free.most >> 20} without a limit`,
  );
  t.ok(left <= 1 << 20, `${left} bytes are left`);
  t.strictSame(route(lines, { memory, rowGroupSize: 1 << 30 }).groups, groups, 'the same again');
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
  const days = groups.map(({ day }) => day - 19_358);
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
