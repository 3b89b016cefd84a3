// Days of rows: Date is the judge.
import fc from 'fast-check';
import { test } from 'tap';
import { truncateTimestamps } from '../../lib/record/truncate-timestamps.ts';
import { type DayRows, formatDay, parseDay, routeByDay } from '../../lib/route/by-day.ts';
import { type DayRules, dayJudge, dayRules } from '../../lib/route/day-rules.ts';
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
  { weight: 1, arbitrary: fc.constantFrom(FIRST, LAST, 10_957 * DAY - 1, 10_957 * DAY) },
);
/** The clock of these tests: midnight of a day, or a moment in it. */
const now = fc.constantFrom(
  19_358 * DAY,
  19_358 * DAY + 1,
  19_358 * DAY + 12_345_678,
  19_359 * DAY - 1,
);
const rules: fc.Arbitrary<DayRules> = fc
  .record({
    from: fc.constantFrom(undefined, '2022-12-31'),
    until: fc.constantFrom(undefined, '2023-01-02'),
    anyDay: fc.boolean(),
    unfinished: fc.constantFrom('leave' as const, 'commit' as const),
    now,
  })
  .map(({ now, ...options }) => dayRules(options, now));

/** What a time is judged to be. */
function verdict(ms: number, { from, until, anyDay, unfinished, now }: DayRules): string {
  const day = Math.floor(ms / DAY);
  if (day < from || day > until) return 'excluded_by_days';
  const isPlausible = ms >= Date.parse('2000-01-01T00:00:00Z') && ms <= now + DAY;
  if (!isPlausible && !anyDay) return 'ts_implausible';
  const today = Math.floor(now / DAY);
  const isUnfinished = day === today || day === today + 1;
  return isUnfinished && unfinished === 'leave' ? 'day_not_over' : 'ok';
}

/** Days close together, or anywhere: the two are grouped in different ways. */
const times = fc.oneof(
  fc.array(around(19_358), { minLength: 1, maxLength: 200 }),
  fc.array(time, { minLength: 1, maxLength: 200 }),
);

for (const { build, debug } of BUILDS) {
  test(`rows grouped by day, in their order, ${build} kernel`, (t) => {
    fc.assert(
      fc.property(times, rules, (times, rules) => {
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
            dayJudge(rules)(batch);
            groups = routeByDay(batch);
            const start = batch.get('order') >>> 2;
            const count = groups.reduce((sum, group) => sum + group.count, 0);
            order = [...batch.kernel.u32.subarray(start, start + count)];
          },
        );
        const expected = new Map<number, number[]>();
        for (const [row, ms] of times.entries()) {
          const day = Math.floor(ms / DAY);
          const code = row % 10 === 9 ? 'ts_invalid' : verdict(ms, rules);
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
      { numRuns: rounds(40), endOnFailure: true },
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
