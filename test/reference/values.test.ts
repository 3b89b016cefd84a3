import { test } from 'tap';
import { readMetric } from './decimal.ts';
import { pathOf } from './mapping.ts';
import { dayOf, readTimestamp } from './timestamp.ts';
import { uuidV5 } from './uuid.ts';

test('metric values', (t) => {
  const cases: [string, bigint | string, rounded?: boolean][] = [
    ['123456789012345678.123456', 123456789012345678123456n],
    ['-0.000001', -1n],
    ['1e-7', 0n, true],
    ['5e-7', 1n, true],
    ['-5e-7', -1n, true],
    ['4.999e-7', 0n, true],
    ['1.0000000', 1000000n],
    ['1E+5', 100000000000n],
    ['0e99999999999999999999', 0n],
    ['1e-99999999999999999999', 0n, true],
    ['1e99999999999999999999', 'metric_value_out_of_range'],
    ['1e18', 'metric_value_out_of_range'],
    ['999999999999999999.999999', 10n ** 24n - 1n],
    ['999999999999999999.9999994', 10n ** 24n - 1n, true],
    ['-999999999999999999.9999995', 'metric_value_out_of_range'],
    ['+.5', 500000n],
    ['-5.', -5000000n],
    ['007', 7000000n],
    ...['', '.', '+', '1,000', ' 1', '1 ', 'NaN', 'Infinity', '1e', '+-1', '0x1'].map(
      (text): [string, string] => [text, 'metric_value_invalid'],
    ),
  ];
  for (const [text, value, rounded = false] of cases) {
    t.strictSame(readMetric(text), typeof value === 'string' ? value : { value, rounded }, text);
  }
  t.end();
});

test('timestamps', (t) => {
  const at = (text: string): bigint => BigInt(Date.parse(text));
  const cases: [string, bigint | string][] = [
    ['2023-01-01T00:01:02.333999Z', at('2023-01-01T00:01:02.333Z')],
    ['2023-01-01 00:01', at('2023-01-01T00:01:00Z')],
    ['2023-01-01T00:01:02+0930', at('2022-12-31T14:31:02Z')],
    ['2023-01-01T00:01:02.5 UTC', at('2023-01-01T00:01:02.500Z')],
    ['0099-02-28T00:00:00Z', -59037984000000n],
    ['9999-12-31T23:59:59.999999Z', 253402300799999n],
    ['1672531262.3339', 1672531262333n],
    ['1672531262333444', 1672531262333n],
    ['-0.0001', -1n],
    ['-1e-99999999999', -1n],
    ['99999999999', 99999999999000n],
    ['100000000000', 100000000000n],
    ['1e400', 'ts_out_of_range'],
    ['0000-01-01T00:00:00Z', 'ts_out_of_range'],
    ['0001-01-01T00:00:00+01:00', 'ts_out_of_range'],
    ...[
      '2023-02-29T00:00:00Z',
      '2023-01-01T24:00:00Z',
      '2023-01-01T00:00:60Z',
      '2023-01-01',
      '',
      'now',
      '2023-01-01T00:00:00z',
      '2023-01-01T00:00:00.Z',
      '2023-1-1T00:00:00Z',
      '2023-01-01T00:00+24:00',
    ].map((text): [string, string] => [text, 'ts_invalid']),
  ];
  for (const [text, expected] of cases) t.equal(readTimestamp(text), expected, text);
  t.equal(dayOf(-1n), '1969-12-31');
  t.equal(dayOf(-62135596800000n), '0001-01-01');
  t.equal(readTimestamp('1672531262333', { unit: 'us' }), 1672531262n);
  t.end();
});

test('local times', (t) => {
  const cases: [string, string, string | undefined][] = [
    ['2024-01-01T09:00:00', 'Asia/Seoul', '2024-01-01T00:00:00Z'],
    ['2024-03-10T02:30:00', 'America/New_York', undefined],
    ['2024-03-10T03:00:00', 'America/New_York', '2024-03-10T07:00:00Z'],
    ['2024-11-03T01:59:59', 'America/New_York', undefined],
    ['2024-11-03T02:00:00', 'America/New_York', '2024-11-03T07:00:00Z'],
    ['2024-04-07T01:45:00', 'Australia/Lord_Howe', undefined],
    ['2011-12-30T12:00:00', 'Pacific/Apia', undefined],
    ['2024-03-10T02:30:00Z', 'America/New_York', '2024-03-10T02:30:00Z'],
  ];
  for (const [text, timezone, expected] of cases) {
    const ms = expected === undefined ? 'ts_not_in_timezone' : BigInt(Date.parse(expected));
    t.equal(readTimestamp(text, { timezone }), ms, `${text} ${timezone}`);
  }
  t.end();
});

test('UUIDv5 as in RFC 9562, appendix A.4', (t) => {
  const dns = '6ba7b810-9dad-11d1-80b4-00c04fd430c8';
  t.equal(uuidV5('www.example.com', dns), '2ed6657d-e927-568b-95e1-2665a8aea6a2');
  t.end();
});

test('paths', (t) => {
  t.strictSame(pathOf('a.b\\.c.d'), ['a', 'b.c', 'd']);
  t.strictSame(pathOf(''), []);
  t.end();
});
