// Local times: Intl, asked at every moment around the changes of clocks, is the judge.
import { test } from 'tap';
import { TimeZone } from '../../lib/record/time-zone.ts';

const MINUTE = 60_000;

/** What a zone's clocks show at a moment, as if it were UTC. */
function shown(format: Intl.DateTimeFormat, utc: number): number {
  const part = Object.fromEntries(
    format.formatToParts(utc).map(({ type, value }) => [type, Number(value)]),
  );
  const { year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0 } = part;
  return Date.UTC(year, month - 1, day, hour, minute, second);
}

/** Days on which clocks change by an hour, half an hour, a whole day, or some minutes. */
const CHANGES: [zone: string, day: string][] = [
  ['America/New_York', '2024-03-10'],
  ['America/New_York', '2024-11-03'],
  ['Europe/Berlin', '2024-03-31'],
  ['Europe/Berlin', '2024-10-27'],
  ['Australia/Lord_Howe', '2024-04-06'],
  ['Australia/Lord_Howe', '2024-10-06'],
  ['Asia/Seoul', '1988-05-08'],
  ['Asia/Seoul', '1988-10-09'],
  ['Asia/Seoul', '1961-08-09'],
  ['Pacific/Apia', '2011-12-30'],
  ['Asia/Kathmandu', '1985-12-31'],
  ['America/St_Johns', '1988-04-03'],
  ['Africa/Monrovia', '1972-01-07'],
  ['Asia/Pyongyang', '2018-05-04'],
];

for (const [zone, day] of CHANGES) {
  test(`${zone}, ${day}`, (t) => {
    const format = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
    const start = Date.parse(`${day}T00:00:00Z`) - 26 * 60 * MINUTE;
    const end = start + 78 * 60 * MINUTE;
    const moments = new Map<number, number[]>();
    for (let utc = start; utc < end; utc += MINUTE / 2) {
      const local = shown(format, utc);
      moments.set(local, [...(moments.get(local) ?? []), utc]);
    }
    const timeZone = new TimeZone(zone);
    const wrong: string[] = [];
    let skippedOrTwice = 0;
    // Local times whose every moment was asked for above.
    for (
      let local = start + 26 * 60 * MINUTE;
      local < end - 26 * 60 * MINUTE;
      local += MINUTE / 2
    ) {
      const [only, second] = moments.get(local) ?? [];
      const expected = second === undefined ? only : undefined;
      if (expected === undefined) skippedOrTwice++;
      if (timeZone.toUtc(local) !== expected) wrong.push(new Date(local).toISOString());
    }
    t.strictSame(wrong.slice(0, 5), []);
    t.ok(skippedOrTwice > 0, 'a clock change was among them');
    t.end();
  });
}

test('no such zone', (t) => {
  t.throws(() => new TimeZone('Asia/Atlantis'), RangeError);
  t.end();
});
