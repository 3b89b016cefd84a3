// Every code by which an event is rejected or counted: an event that gets it, and the nearest one that does not.
import { Readable } from 'node:stream';
import { test } from 'tap';
import { LIMIT_CODES, NOTICE_CODES, REJECT_CODES } from '../../lib/codes.ts';
import { convert } from '../../lib/convert.ts';
import type { ConvertOptions } from '../../lib/options/options.ts';
import type { RejectRecord, Report } from '../../lib/report.ts';
import { type Cleaner, tempFolder } from '../support/temp.ts';

const EVENT = {
  insert_id: '8fb8e088-9245-4fce-bb87-7e09d9917ed6',
  event_key: 'purchase',
  ts: '2023-01-01T00:01:02.333Z',
  identifiers: { id: 'u', device_id: 'd' },
  event_properties: {},
  platform_properties: { osname: 'iOS', appversion: '1' },
};

const event = (change: object): string => JSON.stringify({ ...EVENT, ...change });
const ids = (change: object): string => event({ identifiers: { ...EVENT.identifiers, ...change } });
const platform = (change: object): string =>
  event({ platform_properties: { ...EVENT.platform_properties, ...change } });
const properties = (json: string): string =>
  event({}).replace('"event_properties":{}', `"event_properties":${json}`);
const many = (count: number): Record<string, number> =>
  Object.fromEntries(Array.from({ length: count }, (_, n) => [`p${n}`, n]));
const nested = (depth: number): string =>
  properties(`{"a":${'['.repeat(depth - 2)}${']'.repeat(depth - 2)}}`);
const inNewYork = {
  mapping: {
    insert_id: 'insert_id',
    event_key: 'event_key',
    ts: { path: 'ts', timezone: 'America/New_York' },
    identifiers: 'identifiers',
    platform_properties: 'platform_properties',
  },
} as const;

type Line = string | Buffer;
interface Case {
  bad: Line[];
  good: Line[];
  options?: Partial<ConvertOptions>;
  /** How often a warning is counted; default once a bad line. */
  count?: number;
}

/** Come from a user's function, in CSV, or with an option, alone: they have tests of their own. */
const ELSEWHERE = [
  'transform_failed',
  'wrong_cell_count',
  'invalid_quote',
  'unclosed_quote',
  'insert_id_spilled',
  'days_not_spilled',
] as const;
type Elsewhere = (typeof ELSEWHERE)[number];
const isElsewhere = (code: string): code is Elsewhere => ELSEWHERE.some((each) => each === code);

const REJECTS: Record<Exclude<(typeof REJECT_CODES)[number], Elsewhere>, Case> = {
  invalid_json: {
    bad: [
      '{"a":1',
      'hello',
      '{"a":01}',
      '{"a":1,}',
      `${event({})}}`,
      "{'a':1}",
      '{"a":"\t"}',
      '\u00a0{}',
    ],
    good: [` \t${event({})} \r`],
  },
  invalid_utf8: {
    bad: [
      Buffer.concat([Buffer.from('{"a":"'), Buffer.from([0xe9]), Buffer.from('"}')]),
      Buffer.concat([Buffer.from('{"a":"'), Buffer.from([0xed, 0xa0, 0x80]), Buffer.from('"}')]),
    ],
    good: [event({ event_key: 'é' })],
  },
  not_an_object: { bad: ['null', '1', '"{}"', '[{}]', 'true'], good: [event({})] },
  too_deep: { bad: [nested(513), nested(5000)], good: [nested(512)] },
  too_many_keys: {
    bad: [event({ event_properties: many(32_768) }), event(many(32_768))],
    good: [event({ event_properties: many(32_768 - 10) })],
  },
  line_too_long: {
    bad: [event({ event_key: 'k'.repeat(300) })],
    good: [event({})],
    options: { maxLine: 300 },
  },
  insert_id_missing: {
    bad: [event({ insert_id: undefined }), event({ insert_id: null }), event({ insert_id: '' })],
    good: [event({ insert_id: EVENT.insert_id.toUpperCase() })],
  },
  insert_id_invalid: {
    bad: [event({ insert_id: 'x' }), event({ insert_id: {} }), event({ insert_id: 7 })],
    good: [event({})],
  },
  event_key_missing: {
    bad: [event({ event_key: undefined }), event({ event_key: null }), event({ event_key: '' })],
    good: [event({ event_key: ' ' })],
  },
  event_key_invalid: {
    bad: [event({ event_key: {} }), event({ event_key: ['a'] })],
    good: [event({ event_key: 7 })],
  },
  ts_missing: {
    bad: [event({ ts: null }), event({ ts: undefined }), event({ ts: '' })],
    good: [event({ ts: 0 })],
    options: { anyDay: true },
  },
  ts_invalid: {
    bad: [
      ...['2023-02-29T00:00:00Z', true, '2023-01-01', 20230101, '20230101', '20230101235959'],
    ].map((ts) => event({ ts })),
    good: [event({ ts: '2024-02-29 00:00' }), event({ ts: 20230231 }), event({ ts: 946684800000 })],
    options: { anyDay: true },
  },
  ts_out_of_range: {
    bad: [
      event({ ts: '0000-01-01T00:00:00Z' }),
      event({ ts: 1e30 }),
      event({ ts: '9999-12-31T23:59-01' }),
    ],
    good: [event({ ts: '9999-12-31T23:59:59.999Z' }), event({ ts: '0001-01-01T00:00:00Z' })],
    options: { anyDay: true },
  },
  ts_implausible: {
    bad: ['1999-12-31T23:59:59.999Z', '2100-01-01T00:00:00Z', 16_725_312_620, '44927.5'].map((ts) =>
      event({ ts }),
    ),
    good: [event({ ts: '2000-01-01T00:00:00Z' }), event({ ts: 946684800 })],
  },
  ts_not_in_timezone: {
    bad: [event({ ts: '2024-03-10T02:30:00' }), event({ ts: '2024-11-03T01:30:00' })],
    good: [event({ ts: '2024-03-10T03:30:00' }), event({ ts: '2024-11-03T01:30:00-04:00' })],
    options: inNewYork,
  },
  metric_value_invalid: {
    bad: ['1,000', 'NaN', 'Infinity', '', 'x', true, {}, []].map((metric_value) =>
      event({ metric_value }),
    ),
    good: [event({ metric_value: '+1.5e3' }), event({ metric_value: null })],
  },
  metric_value_out_of_range: {
    bad: [event({ metric_value: '1e18' }), event({ metric_value: '-999999999999999999.9999995' })],
    good: [event({ metric_value: '999999999999999999.999999' })],
  },
  identifier_id_missing: {
    bad: [ids({ id: undefined }), ids({ id: '' }), ids({ id: null }), event({ identifiers: null })],
    good: [ids({ id: undefined, ID: 0 })],
  },
  identifier_device_id_missing: {
    bad: [ids({ device_id: undefined }), ids({ Device_Id: '' })],
    good: [ids({ Device_Id: 'x' })],
  },
  platform_osname_missing: {
    bad: [platform({ osname: undefined }), platform({ osName: null })],
    good: [platform({ osname: undefined, osName: 'ios' })],
  },
  platform_appversion_missing: {
    bad: [platform({ appversion: undefined }), platform({ APPVERSION: '' })],
    good: [platform({ appversion: 2.1 })],
  },
  avro_union: {
    bad: [
      ids({ id: { string: 'x' } }),
      ids({ device_id: { long: 5 } }),
      ids({ user_id: { string: 'x' } }),
      platform({ osname: { string: 'ios' } }),
      ids({ user_id: { map: { string: 'x' } } }),
    ],
    good: [
      ids({ user_id: { string: 'x', long: 5 } }),
      ids({ user_id: { String: 'x' } }),
      ids({ user_id: '{"string":"x"}' }),
      ids({ user_id: {} }),
      properties('{"a":{"string":"x"}}'),
    ],
  },
  map_not_an_object: {
    bad: [
      properties('[]'),
      properties('"x"'),
      event({ identifiers: 1 }),
      event({ user_properties: true }),
    ],
    good: [properties('null'), event({ user_properties: undefined })],
  },
};

type Warning = Exclude<(typeof LIMIT_CODES | typeof NOTICE_CODES)[number], Elsewhere>;
const WARNINGS: Record<Warning, Case> = {
  event_key_too_long: {
    bad: [event({ event_key: '한'.repeat(129) }), event({ event_key: '😀'.repeat(65) })],
    good: [event({ event_key: '한'.repeat(128) }), event({ event_key: '😀'.repeat(64) })],
  },
  event_properties_too_many: {
    bad: [event({ event_properties: many(65) })],
    good: [event({ event_properties: { ...many(64), gone: null } })],
  },
  user_properties_too_many: {
    bad: [event({ user_properties: many(129) })],
    good: [event({ user_properties: many(128) })],
  },
  property_key_too_long: {
    bad: [
      properties(`{"${'k'.repeat(129)}":1}`),
      event({ user_properties: { ['é'.repeat(129)]: 1 } }),
    ],
    good: [properties(`{"${'é'.repeat(128)}":1}`), ids({ ['k'.repeat(129)]: '1' })],
  },
  property_value_too_long: {
    bad: [
      event({ event_properties: { a: 'é'.repeat(1025) } }),
      event({ user_properties: { a: 'v'.repeat(1025) } }),
    ],
    good: [event({ event_properties: { a: 'é'.repeat(1024) } })],
  },
  identifier_value_length: {
    bad: [ids({ user_id: '' }), ids({ user_id: 'u'.repeat(513) })],
    good: [ids({ user_id: 'u'.repeat(512) })],
  },
  osname_unknown: {
    bad: [
      platform({ osname: 'Web' }),
      platform({ osname: 'iOSx' }),
      platform({ osname: 'andr0id' }),
    ],
    good: [platform({ osname: 'ANDROID' }), platform({ osname: 'ios' })],
  },
  metric_value_rounded: {
    bad: [event({ metric_value: '0.0000001' }), event({ metric_value: 1.0000005 })],
    good: [event({ metric_value: '0.1000000' })],
  },
  duplicate_key: {
    bad: [properties('{"a":1,"A":2,"\\u0061":3}'), event({}).replace('{', '{"event_key":"first",')],
    good: [properties('{"a":{"b":1,"b":2}}')],
    count: 3,
  },
  null_dropped: {
    bad: [properties('{"a":null,"b":null}')],
    good: [properties('{"a":[null]}')],
    count: 2,
  },
  lone_surrogate: {
    bad: [
      properties('{"a":"\\ud800","b":"\\udc00x"}'),
      properties('{"\\ud800":1}'),
      event({}).replace('purchase', '\\ude00\\ud83d'),
    ],
    good: [
      properties('{"a":"\\ud83d\\ude00","b":"\\ufffd"}'),
      event({}).replace('{', '{"unused":"\\ud800",'),
    ],
  },
};

interface Outcome {
  report: Report;
  rejects: RejectRecord[];
}

async function run(
  t: Cleaner,
  lines: Line[],
  options: Partial<ConvertOptions> = {},
): Promise<Outcome> {
  const rejects: RejectRecord[] = [];
  const bytes = Buffer.concat(
    lines.flatMap((line) => [Buffer.from(line as string), Buffer.from('\n')]),
  );
  const report = await convert({
    inputs: [{ name: 'test', stream: Readable.from([bytes]) }],
    to: tempFolder(t),
    dryRun: true,
    threads: 0,
    maxRejects: lines.length,
    onReject: (reject) => {
      rejects.push(reject);
    },
    ...options,
  });
  return { report, rejects };
}

for (const code of REJECT_CODES) {
  if (isElsewhere(code)) continue;
  test(code, async (t) => {
    const { bad, good, options } = REJECTS[code];
    const lines = [...good, ...bad, ...good];
    const { report, rejects } = await run(t, lines, options);
    t.strictSame(report.rejects, { [code]: bad.length });
    t.equal(report.rowsWritten, 2 * good.length);
    const offsets = lines.map((_, at) =>
      lines.slice(0, at).reduce((sum, line) => sum + Buffer.byteLength(line) + 1, 0),
    );
    for (const [index, reject] of rejects.entries()) {
      const at = good.length + index;
      t.match(reject, { source: 'test', line: at + 1, offset: offsets[at], code });
      t.notMatch(reject.message, /undefined|^$/);
      const raw = Buffer.from(lines[at] as string).toString('utf8');
      t.ok(raw.startsWith(reject.raw), 'raw is the line as it came');
    }
    const none = await run(t, bad, { ...options, maxRejects: bad.length - 1 });
    t.equal(none.report.status, 'rejected', 'over the budget');
  });
}

for (const code of [...LIMIT_CODES, ...NOTICE_CODES]) {
  if (isElsewhere(code)) continue;
  test(code, async (t) => {
    const { bad, good, count = bad.length } = WARNINGS[code];
    const warned = await run(t, [...good, ...bad]);
    t.equal(warned.report.rowsWritten, good.length + bad.length);
    t.equal(warned.report.warnings[code], count);
    const fine = await run(t, good);
    t.equal(fine.report.warnings[code], undefined);
    const isLimit = (LIMIT_CODES as readonly string[]).includes(code);
    const off = await run(t, bad, { limits: 'off' });
    t.equal(off.report.warnings[code], isLimit ? undefined : count);
    const refused = await run(t, [...good, ...bad], { limits: 'reject' });
    t.strictSame(refused.report.rejects, isLimit ? { [code]: bad.length } : {});
  });
}

test('insert_id: any text of up to 512 bytes, or derived', async (t) => {
  const lines = ['x', '한'.repeat(170), 'i'.repeat(512)].map((insert_id) => event({ insert_id }));
  const tooLong = [event({ insert_id: 'i'.repeat(513) }), event({ insert_id: '한'.repeat(171) })];
  const any = await run(t, [...lines, ...tooLong], { insertId: 'any' });
  t.strictSame(any.report.rejects, { insert_id_invalid: 2 });
  const derived = await run(t, [...lines, ...tooLong, event({ insert_id: undefined })], {
    insertId: 'derive',
  });
  t.strictSame(derived.report.rejects, {});
});
