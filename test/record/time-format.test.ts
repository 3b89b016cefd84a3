// Formats of times that a mapping names: DuckDB writes the texts.
import { DuckDBInstance } from '@duckdb/node-api';
import { test } from 'tap';
import { timeFormat, timeFormatProblem } from '../../lib/record/time-format.ts';
import { TimeZone } from '../../lib/record/time-zone.ts';
import { truncateTimestamps } from '../../lib/record/truncate-timestamps.ts';
import { BUILDS, codeOf, scanLines, timeOf } from '../support/batch.ts';
import { rounds } from '../support/rounds.ts';
import { runConvert } from '../support/run-convert.ts';

function readAll(values: unknown[], format: string, debug = true): (bigint | string)[] {
  const address = timeFormat(format);
  return scanLines(
    values.map((ts) => JSON.stringify({ ts })),
    { debug },
    (batch, row) => (batch.codes[row] === 0 ? timeOf(batch, row) : codeOf(batch, row)),
    (batch) => {
      truncateTimestamps(batch, { unit: 'auto', timeZone: undefined, format: address });
    },
  );
}

/** Formats of ours and of DuckDB, with what they keep of a time, in ms. */
const FORMATS: [ours: string, duckdb: string, step: number][] = [
  ['DD/MMM/YYYY:HH:mm:ss', '%d/%b/%Y:%H:%M:%S', 1000],
  ['YYYY-MM-DD[T]HH:mm:ss.S[Z]', '%Y-%m-%dT%H:%M:%S.%fZ', 1],
  ['MM/DD/YYYY hh:mm:ss A', '%m/%d/%Y %I:%M:%S %p', 1000],
  ['ddd MMM D H:mm:ss YYYY', '%a %b %-d %-H:%M:%S %Y', 1000],
  ['M/D/YYYY h:mm A', '%-m/%-d/%Y %-I:%M %p', 60_000],
  ['YYYYMMDDHHmmss', '%Y%m%d%H%M%S', 1000],
  ['YYYY년 MM월 DD일 HH시', '%Y년 %m월 %d일 %H시', 3_600_000],
  ['YYYY.MM.DD', '%Y.%m.%d', 86_400_000],
];

test('texts that DuckDB writes', async (t) => {
  const db = await (await DuckDBInstance.create(':memory:')).connect();
  await db.run('SELECT setseed(0.5)');
  for (const [ours, theirs, step] of FORMATS) {
    const result = await db.runAndReadAll(
      `WITH times AS (SELECT make_timestamp((random() * 4e15)::BIGINT - 1000000000000000) AS ts FROM range(${rounds(2000)}))
       SELECT strftime(ts, '${theirs}') AS text, epoch_us(ts)::VARCHAR AS us FROM times`,
    );
    const rows = result.getRowObjectsJson() as { text: string; us: string }[];
    const cut = BigInt(step) * 1000n;
    const expected = rows.map(({ us }) => {
      const value = BigInt(us);
      const floor = value - (((value % cut) + cut) % cut);
      return floor / 1000n;
    });
    for (const { build, debug } of BUILDS) {
      const read = readAll(
        rows.map(({ text }) => text),
        ours,
        debug,
      );
      const wrong = rows.findIndex((_, n) => read[n] !== expected[n]);
      t.equal(wrong, -1, `${ours}, ${build}: ${rows[wrong]?.text}`);
      t.equal(read.length, rounds(2000));
    }
  }
  db.closeSync();
});

test('zones, and texts that do not fit', (t) => {
  const at = Date.UTC(2023, 0, 2, 15, 4, 5);
  const cases: [format: string, value: unknown, expected: number | string][] = [
    ['DD/MMM/YYYY:HH:mm:ss ZZ', '02/Jan/2023:15:04:05 +0900', at - 9 * 3_600_000],
    ['DD/MMM/YYYY:HH:mm:ss Z', '02/JAN/2023:15:04:05 -03:30', at + 3.5 * 3_600_000],
    ['ddd MMM DD HH:mm:ss ZZ YYYY', 'Mon Jan 02 15:04:05 +0000 2023', at],
    ['ddd MMM DD HH:mm:ss ZZ YYYY', 'Mon Jan 02 15:04:05 UTC 2023', at],
    ['YYYY-MM-DD HH:mm:ss.SSS ZZ', '2023-01-02 15:04:05.9999999 Z', at + 999],
    ['YYYYMMDD', 20230102, Date.UTC(2023, 0, 2)],
    ['YYYY/MM/DD hh A', '2023/01/02 12 am', Date.UTC(2023, 0, 2)],
    ['YYYY/MM/DD hh A', '2023/01/02 12 PM', Date.UTC(2023, 0, 2, 12)],
    ['YYYY/MM/DD hh A', '2023/01/02 13 PM', 'ts_invalid'],
    ['YYYY/MM/DD hh A', '2023/01/02 00 AM', 'ts_invalid'],
    ['YYYY/MM/DD hh A', '2023/01/02 01 XM', 'ts_invalid'],
    ['YYYY/MM/DD HH:mm', '2023/01/02 24:00', 'ts_invalid'],
    ['YYYY/MM/DD HH:mm', '2023/01/02 23:60', 'ts_invalid'],
    ['YYYY/MM/DD HH:mm', '2023/02/29 23:00', 'ts_invalid'],
    ['YYYY/MM/DD HH:mm', '2023/00/02 23:00', 'ts_invalid'],
    ['YYYY/MM/DD HH:mm', '2023/1/02 23:00', 'ts_invalid'],
    ['YYYY/MM/DD HH:mm', '2023/01/02 23:0', 'ts_invalid'],
    ['YYYY/MM/DD HH:mm', '2023/01/02 23:00 ', 'ts_invalid'],
    ['YYYY/MM/DD HH:mm', '2023-01-02T23:00:00Z', 'ts_invalid'],
    ['YYYY/MM/DD HH:mm', 1672671845, 'ts_invalid'],
    ['YYYY/MM/DD HH:mm', '0000/01/02 23:00', 'ts_out_of_range'],
    ['YYYY/MM/DD HH:mm', '', 'ts_missing'],
    ['YYYY/MM/DD HH:mm', null, 'ts_missing'],
    ['YYYY/MM/DD HH:mm', true, 'ts_invalid'],
    ['DD MMM YYYY', '02 Jab 2023', 'ts_invalid'],
    ['DD MMM YYYY ZZ', '02 Jan 2023 +09:0', 'ts_invalid'],
    ['DD MMM YYYY ZZ', '02 Jan 2023', 'ts_invalid'],
    ['DD MMM YYYY ZZ', '02 Jan 2023 ', 'ts_invalid'],
    ['YYYY-MM-DD.S', '2023-01-02.', 'ts_invalid'],
    ['ddd YYYY-MM-DD', 'M0n 2023-01-02', 'ts_invalid'],
  ];
  for (const [format, value, expected] of cases) {
    const wanted = typeof expected === 'number' ? BigInt(expected) : expected;
    t.equal(readAll([value], format)[0], wanted, `${value} by ${format}`);
  }
  t.end();
});

test('formats that cannot be read', (t) => {
  for (const [format, message] of [
    ['YYYY-MM-DDTHH:mm', /"T" is none of YYYY, .* such as \[T\]/],
    ['yyyy-MM-dd', /"yyyy" is none of/],
    ['YYYY-MM-DD [at', /"\[" is none of/],
    ['DD/MM HH:mm', /the year once/],
    ['YYYY YYYY-MM-DD', /the year once/],
    ['YYYY-DD', /the month once/],
    ['YYYY-MM MMM DD', /the month once/],
    ['YYYY-MM', /the day once/],
    ['YYYY-MM-DD hh:mm', /need A/],
    ['YYYY-MM-DD HH A', /need A/],
    ['YYYY-MM-DD HH:mm:mm', /a part twice/],
    ['YYYY-MM-DD HH:hh A', /the hour twice/],
    ['', /the year once/],
  ] as const) {
    t.match(timeFormatProblem(format), message, format);
  }
  for (const [format] of FORMATS) t.equal(timeFormatProblem(format), undefined, format);
  t.end();
});

const MAPPING = {
  insert_id: { derive: 'raw' },
  event_key: 'e',
  identifiers: { keys: { id: { const: 'u' }, device_id: { const: 'd' } } },
  platform_properties: { keys: { osname: { const: 'iOS' }, appversion: { const: '1' } } },
} as const;

test('a mapping with a format, inline and in threads', async (t) => {
  const lines = ['02/Jan/2023:15:04:05 +0900', '2023-01-02T15:04:05Z'].map((when) =>
    JSON.stringify({ e: 'a', when }),
  );
  const format = 'DD/MMM/YYYY:HH:mm:ss ZZ';
  for (const threads of [0, 1]) {
    const mapping = { ...MAPPING, ts: { path: 'when', format } };
    const { rows, rejects } = await runConvert(t, [Buffer.from(lines.join('\n'))], {
      mapping,
      threads,
    });
    t.strictSame(
      rows.flatMap(([, events]) => events.map(({ ts }) => ts)),
      [BigInt(Date.UTC(2023, 0, 2, 6, 4, 5))],
    );
    t.match(rejects, [{ line: 2, code: 'ts_invalid', message: /what the mapping’s format says/ }]);
  }
  const dates = [Buffer.from(JSON.stringify({ e: 'a', date: '2.1.2023', time: '15:04' }))];
  const joined = { ...MAPPING, ts: { path: 'date', time: 'time', format: 'D.M.YYYY HH:mm' } };
  const { rows } = await runConvert(t, dates, { mapping: joined });
  t.equal(rows[0]?.[1][0]?.ts, BigInt(Date.UTC(2023, 0, 2, 15, 4)));
  await t.rejects(runConvert(t, dates, { mapping: joined, set: { 'ts.format': 'D.M HH:mm' } }), {
    message: /ts\.format: expected a format of times, but it needs the year once/,
  });
  await t.rejects(
    runConvert(t, dates, { mapping: { ...MAPPING, ts: { path: 'date', format, unit: 's' } } }),
    { message: /ts: expected either "format", or "unit"/ },
  );
});

test('the hour that a clock change repeats', async (t) => {
  // In New York 01:30 comes twice on this day, first at UTC-4; 02:30 does not come on the other one.
  const twice = Date.UTC(2024, 10, 3, 1, 30);
  const skipped = Date.UTC(2024, 2, 10, 2, 30);
  const hour = 3_600_000;
  const zone = (mode?: 'reject' | 'earlier' | 'later'): TimeZone =>
    new TimeZone('America/New_York', mode);
  t.equal(zone().toUtc(twice), undefined);
  t.equal(zone('reject').toUtc(twice), undefined);
  t.equal(zone('earlier').toUtc(twice), twice + 4 * hour);
  t.equal(zone('later').toUtc(twice), twice + 5 * hour);
  for (const mode of ['reject', 'earlier', 'later'] as const) {
    t.equal(zone(mode).toUtc(skipped), undefined);
    t.equal(zone(mode).toUtc(twice - 2 * hour), twice + 2 * hour);
    t.equal(zone(mode).toUtc(twice + 2 * hour), twice + 7 * hour);
  }
  const line = Buffer.from(JSON.stringify({ e: 'a', t: '2024-11-03T01:30:00' }));
  const mapping = { ...MAPPING, ts: { path: 't', timezone: 'America/New_York' } };
  for (const [ambiguous, expected] of [
    ['earlier', twice + 4 * hour],
    ['later', twice + 5 * hour],
  ] as const) {
    for (const options of [
      { mapping: { ...mapping, ts: { ...mapping.ts, ambiguous } } },
      { mapping, set: { 'ts.ambiguous': ambiguous } },
    ]) {
      const { rows } = await runConvert(t, [line], options);
      t.equal(rows[0]?.[1][0]?.ts, BigInt(expected), ambiguous);
    }
  }
  const { rejects } = await runConvert(t, [line], { mapping });
  t.match(rejects, [{ code: 'ts_not_in_timezone' }]);
});
