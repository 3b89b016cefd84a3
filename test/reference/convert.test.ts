import { join } from 'node:path';
import fc from 'fast-check';
import { test } from 'tap';
import { MAPPINGS, mappedSource, vendorSource } from '../support/generate.ts';
import { duckdb, firstDifference, readDay } from '../support/read-parquet.ts';
import { tempFolder } from '../support/temp.ts';
import {
  type ReferenceOptions,
  type ReferenceResult,
  type Row,
  referenceConvert,
} from './convert.ts';

const EVENT = {
  insert_id: '8fb8e088-9245-4fce-bb87-7e09d9917ed6',
  event_key: 'purchase',
  ts: '2023-01-01T00:01:02.333Z',
  identifiers: { id: 'u', device_id: 'd' },
  platform_properties: { osname: 'iOS', appversion: '1' },
};

const convert = (lines: unknown[], options: ReferenceOptions = {}): ReferenceResult =>
  referenceConvert(
    Buffer.from(lines.map((l) => (typeof l === 'string' ? l : JSON.stringify(l))).join('\n')),
    options,
  );
const codeOf = (change: object, options: ReferenceOptions = {}): string | undefined =>
  convert([{ ...EVENT, ...change }], options).rejects[0]?.code;

test('an event of the vendor becomes a row', (t) => {
  const source = Buffer.from(
    `\ufeff\r\n ${JSON.stringify({ ...EVENT, event_properties: { B: 1, a: null, b: [1, { c: 'd' }] } })}\r\n\nnull`,
  );
  const { rows, rejects, warnings, rowsIn } = referenceConvert(source);
  const row: Row = {
    insert_id: EVENT.insert_id,
    event_key: 'purchase',
    ts: 1672531262333n,
    metric_value: 0n,
    identifiers: [
      ['id', 'u'],
      ['device_id', 'd'],
    ],
    event_properties: [['b', '[1,{"c":"d"}]']],
    user_properties: [],
    platform_properties: [
      ['osname', 'iOS'],
      ['appversion', '1'],
    ],
  };
  t.strictSame(rows, new Map([['2023-01-01', [row]]]));
  t.strictSame(warnings, { duplicate_key: 1, null_dropped: 1 });
  t.equal(rowsIn, 2);
  t.strictSame(rejects, [
    { line: 4, offset: source.length - 4, code: 'not_an_object', raw: 'null' },
  ]);
  t.end();
});

test('every bad thing has its code', (t) => {
  t.equal(codeOf({ insert_id: 'x' }), 'insert_id_invalid');
  t.equal(codeOf({ insert_id: '' }), 'insert_id_missing');
  t.equal(codeOf({ insert_id: 'x' }, { insertId: 'any' }), undefined);
  t.equal(codeOf({ insert_id: 'x' }, { insertId: 'derive' }), undefined);
  t.equal(codeOf({ event_key: null }), 'event_key_missing');
  t.equal(codeOf({ event_key: [] }), 'event_key_invalid');
  t.equal(codeOf({ identifiers: { id: 1 } }), 'identifier_device_id_missing');
  t.equal(codeOf({ identifiers: { ID: null, device_id: 'd' } }), 'identifier_id_missing');
  t.equal(codeOf({ identifiers: [] }), 'map_not_an_object');
  t.equal(codeOf({ platform_properties: { appversion: '1' } }), 'platform_osname_missing');
  t.equal(codeOf({ platform_properties: { osname: 'x' } }), 'platform_appversion_missing');
  t.equal(codeOf({ ts: null }), 'ts_missing');
  t.equal(codeOf({ ts: '' }), 'ts_missing');
  t.equal(codeOf({ ts: 1e25 }), 'ts_out_of_range');
  t.equal(codeOf({ ts: '1999-12-31T23:59:59Z' }), 'ts_implausible');
  t.equal(codeOf({ ts: '1999-12-31T23:59:59Z' }, { anyDay: true }), undefined);
  t.equal(codeOf({ ts: '20230101' }, { anyDay: true }), 'ts_invalid');
  t.equal(codeOf({ metric_value: 'NaN' }), 'metric_value_invalid');
  t.equal(codeOf({ metric_value: '1e18' }), 'metric_value_out_of_range');
  t.equal(codeOf({ event_key: 'k'.repeat(129) }), undefined);
  t.equal(codeOf({ event_key: 'k'.repeat(129) }, { limits: 'reject' }), 'event_key_too_long');
  t.equal(codeOf({}, { maxLine: 20 }), 'line_too_long');
  t.equal(convert(['{"a":1}}']).rejects[0]?.code, 'invalid_json');
  const deep = `{"a":${'['.repeat(512)}${']'.repeat(512)}}`;
  t.equal(convert([deep]).rejects[0]?.code, 'too_deep');
  const latin = Buffer.from('{"a":"é"}', 'latin1');
  t.equal(referenceConvert(latin).rejects[0]?.code, 'invalid_utf8');
  t.end();
});

test('days outside are filtered', (t) => {
  const result = convert([EVENT, { ...EVENT, ts: '2023-01-02T00:00:00Z' }], { from: '2023-01-02' });
  t.equal(result.rowsFiltered, 1);
  t.strictSame([...result.rows.keys()], ['2023-01-02']);
  t.end();
});

test('a mapping with everything that is not used elsewhere', (t) => {
  const { rows } = convert(
    ['{"n":"k","c":{"os":"ios","v":1,"w":{"x":2}},"t":0,"z":[1],"n2":null,"c2":"s","secret":1}'],
    {
      anyDay: true,
      mapping: {
        insert_id: { path: 'id', derive: ['t', 'n'] },
        event_key: 'n',
        ts: 't',
        identifiers: { keys: { id: 'c.v', device_id: { const: 'd' } } },
        event_properties: { rest: true, exclude: ['secret'] },
        user_properties: { rest: true, exclude: ['secret', 'c'], flatten: true, keys: { C2: 'n' } },
        platform_properties: { keys: { osname: 'c.os', appversion: ['c.no', 'c.v'] } },
      },
    },
  );
  const row = rows.get('1970-01-01')?.[0];
  t.strictSame(row?.event_properties, [
    ['c.w', '{"x":2}'],
    ['z', '[1]'],
    ['c2', 's'],
  ]);
  t.strictSame(row?.user_properties, [
    ['z.0', '1'],
    ['c2', 'k'],
  ]);
  t.strictSame(row?.identifiers, [
    ['id', '1'],
    ['device_id', 'd'],
  ]);
  t.end();
});

test('the generators reach every kind of outcome', (t) => {
  const seen = new Set<string>();
  let written = 0;
  const look = (bytes: Buffer, options: ReferenceOptions): void => {
    const result = referenceConvert(bytes, options);
    written += result.rowsWritten;
    t.equal(result.rowsIn, result.rowsWritten + result.rejects.length + result.rowsFiltered);
    for (const { code } of result.rejects) seen.add(code);
    for (const code of Object.keys(result.warnings)) seen.add(code);
  };
  const params = { numRuns: 150, seed: 7 };
  fc.assert(
    fc.property(vendorSource, (bytes) => look(bytes, {})),
    params,
  );
  fc.assert(
    fc.property(mappedSource, fc.constantFrom(...MAPPINGS), (bytes, mapping) =>
      look(bytes, { mapping }),
    ),
    params,
  );
  t.comment(`${written} rows, ${[...seen].sort().join(' ')}`);
  t.ok(written > 500);
  for (const code of [
    'invalid_json',
    'invalid_utf8',
    'too_deep',
    'not_an_object',
    'ts_invalid',
    'insert_id_invalid',
    'map_not_an_object',
    'metric_value_invalid',
    'ts_not_in_timezone',
    'lone_surrogate',
    'duplicate_key',
    'null_dropped',
    'metric_value_rounded',
    'osname_unknown',
    'property_key_too_long',
    'event_properties_too_many',
    'user_properties_too_many',
  ]) {
    t.ok(seen.has(code), code);
  }
  t.end();
});

test('DuckDB gives rows back value by value', async (t) => {
  const folder = tempFolder(t);
  const connection = await duckdb();
  await connection.run(`copy (select 'i' as insert_id, 'k' as event_key,
    make_timestamptz(-1000) as ts, '-123456789012345678.123456'::decimal(24,6) as metric_value,
    map {'z': '', 'a': '한😀', '1': 'x' || chr(0)} as identifiers, map {} :: map(varchar, varchar) as event_properties,
    map {} :: map(varchar, varchar) as user_properties, map {'b': 'c'} as platform_properties)
    to '${join(folder, 'a.parquet')}'`);
  const expected: Row = {
    insert_id: 'i',
    event_key: 'k',
    ts: -1n,
    metric_value: -123456789012345678123456n,
    identifiers: [
      ['z', ''],
      ['a', '한😀'],
      ['1', 'x\u0000'],
    ],
    event_properties: [],
    user_properties: [],
    platform_properties: [['b', 'c']],
  };
  t.equal(firstDifference(await readDay(folder), [expected]), undefined);
  t.match(firstDifference([{ ...expected, ts: 0n }], [expected]), /ts: "0n" instead of "-1n"/);
});
