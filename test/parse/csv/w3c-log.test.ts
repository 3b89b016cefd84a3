// Logs in which a #Fields line names the columns.
import { test } from 'tap';
import { readW3cHeader } from '../../../lib/parse/csv/w3c-log.ts';
import { runConvert } from '../../support/run-convert.ts';

const MAPPING = {
  insert_id: { derive: 'raw' },
  event_key: { const: 'request' },
  ts: { path: 'date', time: 'time' },
  identifiers: { keys: { id: 'c-ip', device_id: 'c-ip' } },
  event_properties: { objects: [''], exclude: ['date', 'time'] },
  platform_properties: { defaults: { osname: 'web', appversion: '0' } },
} as const;

test('the header', (t) => {
  const read = (text: string): unknown => readW3cHeader('x', Buffer.from(text));
  t.strictSame(read('#Version: 1.0\r\n#Fields: date\ttime  cs(Host)\r\na\n'), {
    columns: ['date', 'time', 'cs(Host)'],
    length: 45,
  });
  t.equal(read('#1,name\n'), undefined);
  t.equal(read('date,time\n#Fields: a\n'), undefined);
  t.throws(() => read('#Version: 1.0\n'), { code: 'E_INPUT_FORMAT', message: /#Fields/ });
  t.end();
});

test('a log of IIS: spaces, dashes for no value, quotes that mean nothing', async (t) => {
  const log = [
    '#Software: Microsoft Internet Information Services 10.0',
    '#Version: 1.0',
    '#Date: 2023-01-01 00:00:00',
    '#Fields: date time c-ip cs-method cs-uri-stem cs-uri-query sc-status',
    '2023-01-01 21:02:31 192.0.2.1 GET /a"b - 200',
    '2023-01-01 24:02:31 192.0.2.1 GET / - 200',
    '2023-01-01 21:02:32 - GET / - 200',
    '',
  ].join('\r\n');
  for (const size of [1, 1000]) {
    const bytes = Buffer.from(log);
    const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, n) =>
      bytes.subarray(n * size, (n + 1) * size),
    );
    for (const threads of [0, 1]) {
      const { rows, rejects } = await runConvert(t, chunks, {
        mapping: MAPPING,
        format: 'csv',
        csv: { delimiter: ' ' },
        threads,
      });
      t.strictSame(
        rejects.map(({ line, code }) => [line, code]),
        [
          [6, 'ts_invalid'],
          [7, 'identifier_id_missing'],
        ],
      );
      t.match(rows[0]?.[1][0], {
        ts: 1672606951000n,
        event_properties: [
          ['c-ip', '192.0.2.1'],
          ['cs-method', 'GET'],
          ['cs-uri-stem', '/a"b'],
          ['sc-status', '200'],
        ],
      });
      t.equal(rows[0]?.[1][0]?.event_properties.length, 4);
    }
  }
});
