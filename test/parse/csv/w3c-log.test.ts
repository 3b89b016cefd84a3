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
    delimiter: ' ',
  });
  t.match(read('#Fields: a b\n1\t2 3\n'), { delimiter: '\t' });
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

const CLOUDFRONT = {
  insert_id: { derive: 'raw' },
  event_key: { const: 'request' },
  ts: { path: 'date', time: 'time' },
  identifiers: { keys: { id: 'c-ip', device_id: 'c-ip' } },
  event_properties: { rest: true },
  platform_properties: { defaults: { osname: 'web', appversion: '0' } },
} as const;

/** A log of its own: a header and so many requests from this hour on. */
function log(fields: string[], count: number, delimiter: string): string {
  const lines = Array.from({ length: count }, (_, n) => {
    const time = new Date(Date.UTC(2023, 0, 1) + n * 1000).toISOString().slice(11, 19);
    const values: Record<string, string> = { date: '2023-01-01', time, 'c-ip': `192.0.2.${n % 9}` };
    return fields.map((name) => values[name] ?? `${name}${n}`).join(delimiter);
  });
  return `#Software: x\r\n#Version: 1.0\r\n#Fields: ${fields.join(' ')}\r\n${lines.join('\r\n')}\r\n`;
}

test('logs that were joined: each #Fields line names the columns after it', async (t) => {
  const one = ['date', 'time', 's-ip', 'cs-method', 'c-ip'];
  const two = ['c-ip', 'time-taken', 'date', 'time'];
  for (const [delimiter, threads] of [
    [' ', 0],
    ['\t', 2],
  ] as const) {
    const logs = [one, one, two, two, one].map((fields, n) =>
      log(fields, n === 2 ? 9000 : 3, delimiter),
    );
    const text = logs.join('').replace('#Fields: c-ip', '#fields:  c-ip');
    const options = { mapping: CLOUDFRONT, threads };
    const { rows, rejects } = await runConvert(t, [Buffer.from(text)], options);
    t.strictSame(rejects, []);
    const events = rows.flatMap(([, each]) => each);
    t.equal(events.length, 9012);
    const shapes = events.map(({ event_properties: p }) => p.map(([key]) => key).join());
    t.equal(shapes.filter((keys) => keys === 'cs-method,s-ip').length, 9);
    t.equal(shapes.filter((keys) => keys === 'time-taken').length, 9003);
    t.ok(events.every(({ identifiers: [id] }) => id?.[1].startsWith('192.0.2.')));
  }
});

test('a #Fields line in the middle with columns that do not fit ends the run', async (t) => {
  const text = log(['date', 'time', 'c-ip'], 3, ' ') + log(['x', 'y'], 3, ' ');
  await t.rejects(runConvert(t, [Buffer.from(text)], { mapping: CLOUDFRONT }), {
    code: 'E_INPUT_FORMAT',
    message: /none of the columns that the mapping needs \("date", "c-ip"\)/,
  });
});
