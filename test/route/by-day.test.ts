// Days of rows: Date is the judge.
import fc from 'fast-check';
import { test } from 'tap';
import { truncateTimestamps } from '../../lib/record/truncate-timestamps.ts';
import { type DayRows, dayRange, formatDay, parseDay, routeByDay } from '../../lib/route/by-day.ts';
import { BUILDS, codeOf, scanLines, timeOf } from '../support/batch.ts';
import { rounds } from '../support/rounds.ts';

const DAY = 86_400_000;
const FIRST = Date.parse('0001-01-01T00:00:00Z');
const LAST = Date.parse('9999-12-31T23:59:59.999Z');

const around = (day: number): fc.Arbitrary<number> =>
  fc
    .tuple(fc.integer({ min: -3, max: 3 }), fc.constantFrom(0, 1, DAY - 1, 12_345_678))
    .map(([n, ms]) => (day + n) * DAY + ms);
const time = fc.oneof(
  { weight: 8, arbitrary: around(19_358) },
  { weight: 4, arbitrary: around(0) },
  { weight: 1, arbitrary: fc.integer({ min: FIRST, max: LAST }) },
  { weight: 1, arbitrary: fc.constantFrom(FIRST, LAST) },
);
/** Days close together, or anywhere: the two are grouped in different ways. */
const times = fc.oneof(
  fc.array(around(19_358), { minLength: 1, maxLength: 200 }),
  fc.array(time, { minLength: 1, maxLength: 200 }),
);

for (const { build, debug } of BUILDS) {
  test(`rows grouped by day, in their order, ${build} kernel`, (t) => {
    fc.assert(
      fc.property(times, fc.boolean(), (times, narrow) => {
        const range = narrow ? { from: 19_357, until: 19_359 } : dayRange({});
        let groups: DayRows[] = [];
        let order: number[] = [];
        const lines = times.map((ms, n) =>
          n % 10 === 9 ? '{"ts":"never"}' : `{"ts":"${new Date(ms).toISOString()}"}`,
        );
        const rows = scanLines(
          lines,
          { debug },
          (batch, row) => ({ code: codeOf(batch, row), ms: Number(timeOf(batch, row)) }),
          (batch) => {
            truncateTimestamps(batch, { unit: 'auto', timeZone: undefined });
            groups = routeByDay(batch, range);
            const start = batch.get('order') >>> 2;
            const count = groups.reduce((sum, group) => sum + group.count, 0);
            order = [...batch.kernel.u32.subarray(start, start + count)];
          },
        );
        const expected = new Map<number, number[]>();
        for (const [row, ms] of times.entries()) {
          const day = Math.floor(ms / DAY);
          const wanted = day >= range.from && day <= range.until;
          const code = row % 10 === 9 ? 'ts_invalid' : wanted ? 'ok' : 'excluded_by_days';
          if (rows[row]?.code !== code)
            throw new Error(`row ${row} is ${rows[row]?.code}, not ${code}`);
          if (code === 'ok') expected.set(day, [...(expected.get(day) ?? []), row]);
        }
        const routed = groups.map(({ day, first, count }) => [
          day,
          order.slice(first, first + count),
        ]);
        const sorted = [...expected].sort(([a], [b]) => a - b);
        return JSON.stringify(routed) === JSON.stringify(sorted);
      }),
      { numRuns: rounds(20), endOnFailure: true },
    );
    t.pass('all agree');
    t.end();
  });
}

test('days as text', (t) => {
  for (const [text, day] of [
    ['1970-01-01', 0],
    ['1969-12-31', -1],
    ['2023-01-01', 19_358],
    ['2024-02-29', 19_782],
    ['0001-01-01', -719_162],
    ['9999-12-31', 2_932_896],
  ] as const) {
    t.equal(parseDay(text), day);
    t.equal(formatDay(day), text);
  }
  for (const text of [
    '',
    '2023-1-1',
    '2023-02-29',
    '2023-13-01',
    '20230101',
    '2023-01-01T00:00:00Z',
    'today',
  ]) {
    t.throws(() => parseDay(text), { code: 'E_USAGE', message: /expected a day/ }, text);
  }
  t.end();
});
