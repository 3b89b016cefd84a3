// When the events of days were, as the kernel counts them, and which days look cut: plain loops are the judge.
import fc from 'fast-check';
import { test } from 'tap';
import { truncateTimestamps } from '../../lib/record/truncate-timestamps.ts';
import { parseDay, routeByDay } from '../../lib/route/by-day.ts';
import { cutDays, type DayCut } from '../../lib/route/cut-day.ts';
import { addTimes, type DayTimes, TimesOfDays } from '../../lib/route/day-times.ts';
import { BUILDS, scanLines } from '../support/batch.ts';
import { eventLine } from '../support/events.ts';
import { rounds } from '../support/rounds.ts';

const DAY = 86_400_000;
const HOUR = 3_600_000;
const SLOT = 900_000;

/** What the times of these moments are, by day. */
function timesOf(moments: readonly number[]): Map<number, DayTimes> {
  const times = new Map<number, DayTimes>();
  for (const moment of moments) {
    const day = Math.floor(moment / DAY);
    const ms = moment - day * DAY;
    const slots = new Uint32Array(96);
    slots[Math.floor(ms / SLOT)] = 1;
    addTimes(times, new Map([[day, { first: ms, last: ms, slots }]]));
  }
  return times;
}

const plain = (times: ReadonlyMap<number, DayTimes>): unknown =>
  [...times].sort(([a], [b]) => a - b).map(([day, { slots, ...rest }]) => [day, rest, [...slots]]);

const moment = fc
  .tuple(
    fc.integer({ min: -2, max: 2 }),
    fc.oneof(fc.integer({ min: 0, max: DAY - 1 }), fc.constantFrom(0, SLOT - 1, SLOT, DAY - 1)),
  )
  .map(([day, ms]) => (parseDay('2023-01-01') + day) * DAY + ms);

for (const { build, debug } of BUILDS) {
  test(`first, last and number of events by quarters of an hour, ${build} kernel`, (t) => {
    fc.assert(
      fc.property(fc.array(moment, { minLength: 1, maxLength: 300 }), (moments) => {
        const noted = new TimesOfDays();
        const lines = moments.map((ms) => eventLine({ ts: new Date(ms).toISOString() }));
        scanLines(
          [...lines, '{'],
          { debug },
          () => {},
          (batch) => {
            truncateTimestamps(batch, { unit: 'auto', timeZone: undefined });
            noted.note(batch, routeByDay(batch));
            // Taken in between, as when batches come from several kernels.
            if (moments.length % 2 === 0) void noted.times;
          },
        );
        return JSON.stringify(plain(noted.times)) === JSON.stringify(plain(timesOf(moments)));
      }),
      { numRuns: rounds(40), endOnFailure: true },
    );
    t.pass('all agree');
    t.end();
  });
}

/** A number from 0 to 1 that depends on the index alone. */
const chance = (index: number): number => ((index * 2654435761) % 2 ** 32) / 2 ** 32;

/** `count` moments from one time to another. */
function spread(from: string, until: string, count: number): number[] {
  const [begin, end] = [Date.parse(`${from}Z`), Date.parse(`${until}Z`)];
  return Array.from({ length: count }, (_, index) =>
    Math.floor(begin + chance(index + 1) * (end - begin)),
  );
}

function cuts(...moments: readonly number[][]): Record<string, DayCut> {
  const found = cutDays(timesOf(moments.flat()));
  return Object.fromEntries(
    [...found]
      .sort(([a], [b]) => a - b)
      .map(([day, cut]) => [new Date(day * DAY).toISOString().slice(0, 10), cut]),
  );
}

test('dumps cut by the clock of a zone', (t) => {
  const kst = { at: '15:00', zone: 'Asia/Seoul', events: 0 };
  t.strictSame(cuts(spread('2023-01-01T15:00', '2023-01-02T15:00', 4800)), {
    '2023-01-01': { missing: 'before', ...kst },
    '2023-01-02': { missing: 'after', ...kst },
  });
  t.strictSame(
    Object.keys(cuts(spread('2023-01-01T15:00', '2023-01-04T15:00', 9000))),
    ['2023-01-01', '2023-01-04'],
    'only the ends of several days',
  );
  t.strictSame(
    Object.keys(
      cuts(
        spread('2023-01-01T15:00', '2023-01-02T15:00', 3000),
        spread('2023-01-03T15:00', '2023-01-04T15:00', 3000),
      ),
    ),
    ['2023-01-01', '2023-01-02', '2023-01-03', '2023-01-04'],
    'a dump that is missing between two others',
  );
  const late = spread('2023-01-01T00:00', '2023-01-01T15:00', 7);
  t.strictSame(cuts(late, spread('2023-01-01T15:00', '2023-01-02T00:00', 3000)), {
    '2023-01-01': { missing: 'before', ...kst, events: 7 },
  });
  t.strictSame(cuts(spread('2023-01-01T00:00', '2023-01-01T14:56', 3000)), {
    '2023-01-01': { missing: 'after', ...kst },
  });
  for (const [at, day, zone] of [
    ['16:00', '2023-01-01', 'Asia/Shanghai'],
    ['18:30', '2023-01-01', 'Asia/Kolkata'],
    ['23:00', '2023-01-01', 'Europe/Berlin'],
    ['22:00', '2023-07-01', 'Europe/Berlin'],
    ['05:00', '2023-01-01', 'America/New_York'],
    ['07:00', '2023-07-01', 'America/Los_Angeles'],
  ] as const) {
    t.match(cuts(spread(`${day}T00:00`, `${day}T${at}`, 3000)), {
      [day]: { missing: 'after', at, zone },
    });
  }
  t.end();
});

test('days that only look a little like that', (t) => {
  const none = (what: string, ...moments: readonly number[][]): void => {
    t.strictSame(cuts(...moments), {}, what);
  };
  none('a whole day', spread('2023-01-01T00:00', '2023-01-02T00:00', 5000));
  none('few events', spread('2023-01-01T00:00', '2023-01-01T15:00', 100));
  none('an hour of no zone', spread('2023-01-01T00:00', '2023-01-01T12:00', 3000));
  none('a quarter of an hour too early', spread('2023-01-01T00:00', '2023-01-01T14:45', 3000));
  none('a quarter of an hour too late', spread('2023-01-01T00:00', '2023-01-01T15:15', 3000));
  none(
    'gaps of hours',
    spread('2023-01-01T00:00', '2023-01-01T02:00', 2000),
    spread('2023-01-01T12:00', '2023-01-01T15:00', 2000),
  );
  none('one burst', spread('2023-01-01T14:00', '2023-01-01T15:00', 5000));
  none(
    'a sale at midnight in Seoul',
    spread('2023-01-01T00:00', '2023-01-01T15:00', 200),
    spread('2023-01-01T15:00', '2023-01-02T00:00', 6000),
  );
  const evening = Array.from({ length: 15 }, (_, hour) =>
    spread(
      `2023-01-01T${String(hour).padStart(2, '0')}:00`,
      `2023-01-01T${String(hour + 1).padStart(2, '0')}:00`,
      Math.round(1000 / 2 ** Math.max(0, hour - 8)),
    ),
  );
  none('a day that ends slowly', ...evening);
  none(
    'a shop that closes at midnight in Seoul, every day',
    ...[1, 2, 3].map((day) => spread(`2023-01-0${day}T00:00`, `2023-01-0${day}T15:00`, 3000)),
  );
  none(
    'a shop that opens then',
    ...[1, 2, 3].map((day) => spread(`2023-01-0${day}T15:00`, `2023-01-0${day + 1}T00:00`, 3000)),
  );
  t.end();
});

test('random rhythms of whole days look whole', (t) => {
  const activity = fc.array(fc.integer({ min: 0, max: 1000 }), { minLength: 24, maxLength: 24 });
  fc.assert(
    fc.property(activity, fc.integer({ min: 1, max: 40 }), (hours, scale) => {
      // The activity changes from hour to hour to at most five times as much, never to nothing.
      let level = 100;
      const moments = hours.flatMap((each, hour) => {
        level = Math.min(5000, Math.max(2, level * (0.2 + (each / 1000) * 1.8)));
        const begin = parseDay('2023-01-01') * DAY + hour * HOUR;
        return Array.from(
          { length: Math.ceil((level * scale) / 10) },
          (_, index) => begin + Math.floor(chance(index + each) * HOUR),
        );
      });
      return cutDays(timesOf(moments)).size === 0;
    }),
    { numRuns: rounds(200), endOnFailure: true },
  );
  t.pass('none looks cut');
  t.end();
});
