// Lines of real exports that were once read wrong: each with the right values.

import { readFileSync } from 'node:fs';
import { test } from 'tap';
import type { Row } from '../reference/convert.ts';
import { inPackage } from '../support/command.ts';
import { type Outcome, type RunOptions, runConvert } from '../support/run-convert.ts';
import type { Cleaner } from '../support/temp.ts';

const APP_VERSION = { 'platform_properties.appversion': '1' };

async function convertLines(t: Cleaner, text: string, options: RunOptions): Promise<Outcome> {
  return runConvert(t, [Buffer.from(text)], options);
}

const rowsOf = ({ rows }: Outcome): Row[] => rows.flatMap(([, list]) => list);
const file = (name: string): string =>
  readFileSync(inPackage(`test/presets/cases/${name}`), 'utf8');

function mapOf(row: Row | undefined, column: 'identifiers' | 'event_properties'): object {
  return Object.fromEntries(row?.[column] as [string, string][]);
}

function platformOf(row: Row | undefined): Record<string, string> {
  return Object.fromEntries(row?.platform_properties ?? []);
}

test('amplitude: -1 is no session', async (t) => {
  const line = (session: string): string =>
    `{"uuid":"ec132044-055a-41ea-9afc-0a13de2cb11e","event_type":"E","event_time":"2023-01-01 00:00:00.000000","device_id":"d","user_id":"","os_name":"ios","version_name":"1","session_id":${session}}`;
  const found = await convertLines(t, [line('-1'), line('1672531200000')].join('\n'), {
    preset: 'amplitude',
  });
  t.strictSame(
    rowsOf(found).map((row) => mapOf(row, 'identifiers')),
    [
      { id: 'd', device_id: 'd' },
      { id: 'd', device_id: 'd', session_id: '1672531200000' },
    ],
  );
});

test('appsflyer: an event value that is no object is kept as a text', async (t) => {
  const found = await convertLines(t, file('appsflyer-event-value-text.csv'), {
    preset: 'appsflyer',
    format: 'csv',
  });
  t.strictSame(found.rejects, []);
  t.strictSame(
    rowsOf(found).map((row) => {
      const entries = row.event_properties.filter(([key]) => !key.endsWith('_source'));
      return Object.fromEntries(entries);
    }),
    [
      {},
      { version: '11' },
      { af_revenue: '12.5', af_currency: 'EUR' },
      { event_value: 'some text' },
      { event_value: '42' },
      { event_value: '[]' },
      {},
      { event_value: 'N/A' },
    ],
  );
  t.equal(rowsOf(found)[2]?.metric_value, 13_610_000n);
});

test('braze: values of Avro’s unions', async (t) => {
  const line =
    '{"id":"a1234567-89ab-4def-8123-456789abcdef","user_id":"0123456789abcdef01234567","external_user_id":{"string":"user-1"},"device_id":{"string":"fedcba87-6543-210f-edc-ba9876543210"},"app_id":null,"time":1477502783,"timezone":{"string":"America/Chicago"},"platform":{"string":"ios"},"os_version":{"string":"iOS 10.3.1"},"device_model":{"string":"iPhone 7"},"name":"custom","properties":{"string":"{\\"a\\":1}"}}';
  const [row] = rowsOf(await convertLines(t, line, { preset: 'braze', set: APP_VERSION }));
  t.strictSame(mapOf(row, 'identifiers'), {
    id: 'fedcba87-6543-210f-edc-ba9876543210',
    device_id: 'fedcba87-6543-210f-edc-ba9876543210',
    user_id: 'user-1',
  });
  t.strictSame(mapOf(row, 'event_properties'), { a: '1' });
  t.equal(platformOf(row).osname, 'ios');
});

test('ga4: events that differ in a parameter only have two ids', async (t) => {
  const line = (promotion: string): string =>
    `{"event_date":"20210131","event_timestamp":"1612069510766593","event_name":"view_promotion","event_params":[{"key":"promotion_id","value":{"string_value":"${promotion}"}}],"event_bundle_sequence_id":"7658063987","user_pseudo_id":"1.2","device":{"operating_system":"Android"},"app_info":{"version":"1"}}`;
  const lines = [line('A'), line('B'), line('A')].join('\n');
  const ids = rowsOf(await convertLines(t, lines, { preset: 'ga4' })).map((row) => row.insert_id);
  t.equal(new Set(ids).size, 2);
});

test('ga4: parameters that an export wrote as text', async (t) => {
  const line =
    '{"event_date":"20240801","event_timestamp":"1722470400123456","event_name":"purchase","event_params":"[{\\"key\\":\\"a\\",\\"value\\":{\\"int_value\\":1}}]","user_pseudo_id":"1.2","device":{"operating_system":"iOS"},"app_info":{"version":"1"}}';
  const [row] = rowsOf(await convertLines(t, line, { preset: 'ga4' }));
  t.strictSame(mapOf(row, 'event_properties'), { a: '1' });
});

test('rudderstack: an empty userId is no user', async (t) => {
  const line = (userId: string): string =>
    `{"type":"track","messageId":"m","event":"E","anonymousId":"anon_id","userId":"${userId}","timestamp":"2019-08-12T10:38:30.909+05:30","context":{"os":{"name":"Android"},"app":{"version":"1.0"}}}`;
  const found = await convertLines(t, [line(''), line('u')].join('\n'), { preset: 'rudderstack' });
  t.strictSame(
    rowsOf(found).map((row) => mapOf(row, 'identifiers')),
    [
      { id: 'anon_id', device_id: 'anon_id' },
      { id: 'anon_id', device_id: 'anon_id', user_id: 'u' },
    ],
  );
  t.strictSame(found.warnings, {});
});

test('snowplow: the system that only a context has', async (t) => {
  const text = file('snowplow-os-only-in-context.tsv');
  const [row] = rowsOf(await convertLines(t, text, { preset: 'snowplow', set: APP_VERSION }));
  t.equal(platformOf(row).osname, 'Windows XP');
});

test('snowplow: items of transactions, and pings', async (t) => {
  const text = file('snowplow-transaction-item.tsv');
  const found = rowsOf(await convertLines(t, text, { preset: 'snowplow', set: APP_VERSION }));
  const item = found.find((row) => row.event_key === 'transaction_item');
  t.match(mapOf(item, 'event_properties'), {
    ti_orderid: 'o1',
    ti_sku: 'SKU"1"',
    ti_price: '20.5',
    ti_quantity: '2',
  });
  const ping = found.find((row) => row.event_key === 'page_ping');
  t.match(mapOf(ping, 'event_properties'), { pp_yoffset_max: '200' });
});

test('adjust: rows that differ in a column of the app have two ids', async (t) => {
  const header =
    '{adid},{activity_kind},{event},{event_name},{created_at},{revenue_float},{os_name},{app_version},[level]';
  const row = 'aaaa1,event,abc123,levelup,1484043840,,ios,1.0,';
  const found = await convertLines(t, `${header}\n${row}1\n${row}2\n`, { preset: 'adjust' });
  t.strictSame(found.rejects, []);
  t.equal(new Set(rowsOf(found).map((each) => each.insert_id)).size, 2);
});

test('mixpanel: events that share an $insert_id are told apart as the vendor does', async (t) => {
  const line = (event: string, user: string): string =>
    `{"event":"${event}","properties":{"time":1704784217,"distinct_id":"${user}","$insert_id":"i1","$os":"iOS","$app_version_string":"1"}}`;
  const lines = [line('A', 'x'), line('B', 'x'), line('A', 'y'), line('A', 'x')].join('\n');
  const found = rowsOf(await convertLines(t, lines, { preset: 'mixpanel' }));
  t.equal(new Set(found.map((row) => row.insert_id)).size, 3);
});

test('ga4: items, places and sources; rows without consent', async (t) => {
  const line = (change: object): string =>
    JSON.stringify({
      event_timestamp: 1672531262333444,
      event_name: 'purchase',
      user_pseudo_id: null,
      user_id: '49591',
      device: {
        operating_system: 'Web',
        web_info: { browser: 'Chrome', hostname: 'shop.example' },
      },
      geo: { country: 'South Korea', city: 'Seoul' },
      traffic_source: { source: 'google', medium: 'cpc', name: '(cross-network)' },
      collected_traffic_source: { manual_source: 'newsletter' },
      items: [{ item_id: '9195842', quantity: 1 }],
      ...change,
    });
  const lines = [line({}), line({ user_id: null }), line({ items: [], user_pseudo_id: '1.2' })];
  const found = await convertLines(t, lines.join('\n'), { preset: 'ga4', set: APP_VERSION });
  const [row, third] = rowsOf(found);
  t.strictSame(mapOf(row, 'identifiers'), { id: '49591', device_id: '49591', user_id: '49591' });
  t.strictSame(mapOf(row, 'event_properties'), {
    items: '[{"item_id":"9195842","quantity":1}]',
    collected_source: 'newsletter',
    web_hostname: 'shop.example',
  });
  t.match(platformOf(row), { country: 'South Korea', city: 'Seoul', browser: 'Chrome' });
  t.strictSame(row?.user_properties, [
    ['first_campaign', '(cross-network)'],
    ['first_medium', 'cpc'],
    ['first_source', 'google'],
  ]);
  t.match(mapOf(third, 'identifiers'), { id: '1.2', user_id: '49591' });
  t.match(found.rejects, [
    {
      line: 2,
      code: 'identifier_id_missing',
      message: /user_pseudo_id is null, user_id is null/,
    },
  ]);
});

test('nginx: @timestamp, and milliseconds', async (t) => {
  const lines = [
    '{"@timestamp":"2024-11-15T16:19:08+08:00","remote_addr":"192.0.2.1","status":200}',
    '{"timestamp":"1731658748468","remote_addr":"192.0.2.1","status":200}',
    '{"msec":"1731658748.468","remote_addr":"192.0.2.1","status":200}',
  ];
  const set = { ...APP_VERSION, 'platform_properties.osname': 'Web' };
  const found = rowsOf(await convertLines(t, lines.join('\n'), { preset: 'nginx', set }));
  t.strictSame(
    found.map((row) => new Date(Number(row.ts)).toISOString()),
    ['2024-11-15T08:19:08.000Z', '2024-11-15T08:19:08.468Z', '2024-11-15T08:19:08.468Z'],
  );
});

test('braze-http: several batches in one file', async (t) => {
  const batch = (id: number): string =>
    `{"events":[{"event_type":"users.behaviors.CustomEvent","id":"a1234567-89ab-4def-8123-45678900000${id}","time":1477502783,"user":{"user_id":"u"},"properties":{"name":"e","platform":"ios","custom_properties":{"a":1}}}]}`;
  const text = [1, 2, 3].map(batch).join('\n');
  const found = await convertLines(t, text, { preset: 'braze-http', set: APP_VERSION });
  t.equal(rowsOf(found).length, 3);
  t.strictSame(found.rejects, []);
});
