// Messages of rejected events: they name the paths in the user's data, what was found there, and every problem.

import { test } from 'tap';
import type { EventMapping } from '../../lib/mapping/types.ts';
import { VENDOR_MAPPING } from '../../lib/mapping/vendor-mapping.ts';
import { type RunOptions, runConvert } from '../support/run-convert.ts';
import type { Cleaner } from '../support/temp.ts';

const MAPPING: EventMapping = {
  insert_id: 'meta.id',
  event_key: ['event', 'name'],
  ts: { path: 'time', unit: 's' },
  metric_value: 'props.revenue',
  identifiers: { keys: { id: ['device', 'user'], device_id: 'device' } },
  event_properties: { objects: ['props'], pairs: [{ path: 'params' }] },
  platform_properties: {
    objects: ['os'],
    keys: { appversion: { path: 'apps', item: 'app.version', absent: ['?'] } },
  },
};
const GOOD = {
  meta: { id: '8fb8e088-9245-4fce-bb87-7e09d9917ed6' },
  event: 'e',
  time: 1672531200,
  device: 'd',
  os: { OSName: 'iOS' },
  apps: [{ app: { version: '1' } }],
};

async function messagesOf(
  t: Cleaner,
  lines: readonly (object | string)[],
  options: RunOptions = {},
): Promise<string[][]> {
  const text = lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line)));
  const chunks = [Buffer.from(text.join('\n'))];
  const { rejects } = await runConvert(t, chunks, { mapping: MAPPING, ...options });
  // The byte at which a single value that is no object begins is tested elsewhere.
  const placeless = (text: string): string => text.replace(/ at byte \d+ of the line: ".*"$/, '');
  return rejects.map(({ message }) => message.split('; also: ').map(placeless));
}

const NO_ID = 'identifiers has no non-empty "id" (the device identifier the vendor requires)';
const NO_DEVICE = 'identifiers has no non-empty "device_id" (the vendor requires it)';
const NO_OS = 'platform_properties has no non-empty "osname" (the vendor requires it)';
const NO_VERSION = 'platform_properties has no non-empty "appversion" (the vendor requires it)';
const NO_KEY = 'event_key is missing, null or empty';

test('a missing value: the places where it could be, and what is there', async (t) => {
  const found = await messagesOf(t, [
    GOOD,
    { ...GOOD, device: null, User: 'u' },
    { ...GOOD, event: '', names: 'e' },
    { ...GOOD, os: { os_name: 'iOS' } },
    { ...GOOD, apps: [{ app: { version: '?' } }] },
    { ...GOOD, apps: 'none' },
    { ...GOOD, meta: { ID: 'x' } },
  ]);
  t.strictSame(found, [
    [`${NO_ID}: device is null, user is not there (near: User)`, `${NO_DEVICE}: device is null`],
    [`${NO_KEY}: event is empty, name is not there (near: names)`],
    [`${NO_OS}: os.osname is not there (near: os.os_name)`],
    [`${NO_VERSION}: apps[].app.version is "?", os.appversion is not there`],
    [`${NO_VERSION}: apps[].app.version is not there, os.appversion is not there`],
    [
      'insert_id is missing, null or empty; --insert-id derive makes one from the event’s content: meta.id is not there (near: meta.ID)',
    ],
  ]);
});

test('a wrong value: where it comes from; and all problems of an event', async (t) => {
  const found = await messagesOf(t, [
    { ...GOOD, time: 'noon' },
    { meta: { id: 'abc' }, name: {}, time: 'noon', props: { revenue: '1,000' } },
    { ...GOOD, props: { revenue: true } },
  ]);
  const noon =
    'ts, from time, should be an ISO 8601 time such as 2023-01-01T00:01:02.333Z, an epoch number, or what the mapping’s format says, got "noon"';
  t.strictSame(found, [
    [noon],
    [
      'insert_id, from meta.id, should be a UUID such as 8fb8e088-9245-4fce-bb87-7e09d9917ed6, got "abc"; see --insert-id any|derive',
      'event_key, from name, should be a string, got "{}"',
      `${NO_ID}: device is not there, user is not there`,
      `${NO_DEVICE}: device is not there`,
      `${NO_OS}: os is not there`,
      `${NO_VERSION}: apps is not there, os is not there`,
      noon,
      'metric_value, from props.revenue, should be a number or numeric string, got "1,000"',
    ],
    ['metric_value, from props.revenue, should be a number or numeric string, got "true"'],
  ]);
});

test('something else than an object or an array: each place', async (t) => {
  const found = await messagesOf(t, [
    { ...GOOD, props: 'x', os: [1], params: {} },
    { ...GOOD, params: [{ key: 'a', value: 1 }, 7] },
    { ...GOOD, params: [{ key: [] }] },
  ]);
  t.strictSame(found, [
    [
      'expected a JSON object for event_properties, from props, got "x"',
      'expected an array of keys and values for event_properties, from params, got {}',
      'expected a JSON object for platform_properties, from os, got [1]',
    ],
    [
      'expected objects with a key and a value for event_properties, from params, got 7 as element 1',
    ],
    [
      'expected a text as the key in each element for event_properties, from params, got [{"key":[]}]',
    ],
  ]);
});

test('CSV: the names of columns', async (t) => {
  const lines = [
    'meta.id,event,time,device,os,apps',
    '8fb8e088-9245-4fce-bb87-7e09d9917ed6,,1672531200,"d ""1""","{""osname"":""iOS""}",',
    '8fb8e088-9245-4fce-bb87-7e09d9917ed6,e,1672531200,,iOS,"[{""app"":{""version"":1}}]"',
  ];
  t.strictSame(await messagesOf(t, lines, { format: 'csv' }), [
    [
      `${NO_KEY}: event is empty, name is not there`,
      `${NO_VERSION}: apps[].app.version is not there, os.appversion is not there`,
    ],
    [
      'expected a JSON object for platform_properties, from os, got "iOS"',
      `${NO_ID}: device is empty, user is not there`,
      `${NO_DEVICE}: device is empty`,
    ],
  ]);
});

test('the vendor’s own columns, and code of the user', async (t) => {
  const event = { insert_id: GOOD.meta.id, eventKey: 'e', ts: '2023-01-01', identifiers: {} };
  const [first] = await messagesOf(t, [event], { mapping: VENDOR_MAPPING });
  t.strictSame(first, [
    `${NO_KEY}: event_key is not there (near: eventKey)`,
    `${NO_ID}: identifiers.id is not there`,
    `${NO_DEVICE}: identifiers.device_id is not there`,
    `${NO_OS}: platform_properties is not there`,
    `${NO_VERSION}: platform_properties is not there`,
    'ts should be an ISO 8601 time such as 2023-01-01T00:01:02.333Z, an epoch number, or what the mapping’s format says, got "2023-01-01"',
  ]);
  const [after] = await messagesOf(t, [GOOD], { transform: () => ({ event_key: 'x' }) });
  t.match(after?.[0], /^insert_id is missing/);
});

test('values of Avro’s unions, where the mapping does not say so', async (t) => {
  const text = { string: 'x' };
  const hint = '(a value of an Avro union: "avroUnions": true in the mapping takes what is inside)';
  const lines = [
    { ...GOOD, meta: { id: text } },
    { ...GOOD, event: text },
    { ...GOOD, time: { long: 5 } },
    { ...GOOD, props: { revenue: { double: 1.5 } } },
    { ...GOOD, device: text },
    { ...GOOD, os: { OSName: text } },
    { ...GOOD, device: { string: 'x', long: 5 } },
    { ...GOOD, device: '{"string":"x"}' },
  ];
  const found = await messagesOf(t, lines);
  const got = `got "{\\"string\\":\\"x\\"}" ${hint}`;
  t.equal(found.length, 6);
  t.match(found[0]?.[0], got);
  t.equal(found[1]?.[0], `event_key, from event, should be a string, ${got}`);
  t.match(found[2]?.[0], `got "{\\"long\\":5}" ${hint}`);
  t.match(found[3]?.[0], `got "{\\"double\\":1.5}" ${hint}`);
  const plain =
    'identifiers and platform_properties should have plain values, not those of Avro unions; "avroUnions": true in the mapping takes what is inside';
  t.strictSame(found[4], [`${plain}: device is {"string":"x"}`]);
  t.strictSame(found[5], [`${plain}: os.OSName is {"string":"x"}`]);
  for (const derive of ['raw', ['time']] as const) {
    const mapping = { ...MAPPING, insert_id: { path: 'meta.id', derive, fromId: true } };
    const [derived] = await messagesOf(t, [{ ...GOOD, meta: { id: text } }], { mapping });
    t.strictSame(derived, found[0], 'no id is derived in its place');
  }
  const all = { ...GOOD, event: text, device: text, time: { long: 5 } };
  const [every] = await messagesOf(t, [all]);
  t.strictSame(every, [...(found[1] ?? []), ...(found[4] ?? []), ...(found[2] ?? [])]);
  const read = await messagesOf(t, lines.slice(0, 6), {
    mapping: { ...MAPPING, avroUnions: true },
    insertId: 'any',
    anyDay: true,
  });
  t.strictSame(read, []);
});

test('messages change nothing else: counts, warnings and codes', async (t) => {
  const lines = [
    { ...GOOD, device: null, props: { revenue: '0.12345678' } },
    { ...GOOD, props: { revenue: '0.12345678' } },
  ];
  const chunks = [Buffer.from(lines.map((line) => JSON.stringify(line)).join('\n'))];
  const found = await runConvert(t, chunks, { mapping: MAPPING });
  t.strictSame(found.warnings, { metric_value_rounded: 1 });
  t.match(found.counts, { rowsIn: 2, rowsWritten: 1, rowsRejected: 1 });
  t.equal(found.rejects[0]?.code, 'identifier_id_missing');
});
