// The schema of DESIGN, section 4, as two other readers see it.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'tap';
import { version } from '../../lib/version.ts';
import { duckdb, readFooter } from '../support/read-parquet.ts';
import { tempFolder } from '../support/temp.ts';
import { eventOf, writeParquet } from '../support/write-parquet.ts';

const SCALARS = [
  ['insert_id', 'BYTE_ARRAY', null, 'REQUIRED', null, 'UTF8', null, null, 'StringType()'],
  ['event_key', 'BYTE_ARRAY', null, 'REQUIRED', null, 'UTF8', null, null, 'StringType()'],
  [
    'ts',
    'INT64',
    null,
    'REQUIRED',
    null,
    'TIMESTAMP_MILLIS',
    null,
    null,
    'TimestampType(isAdjustedToUTC=1, unit=TimeUnit(MILLIS=MilliSeconds(), MICROS=<null>, NANOS=<null>))',
  ],
  [
    'metric_value',
    'FIXED_LEN_BYTE_ARRAY',
    11n,
    'REQUIRED',
    null,
    'DECIMAL',
    6n,
    24n,
    'DecimalType(scale=6, precision=24)',
  ],
] as const;
const map = (name: string): unknown[][] => [
  [name, null, null, 'REQUIRED', 1n, 'MAP', null, null, 'MapType()'],
  ['key_value', null, null, 'REPEATED', 2n, null, null, null, null],
  ['key', 'BYTE_ARRAY', null, 'REQUIRED', null, 'UTF8', null, null, 'StringType()'],
  ['value', 'BYTE_ARRAY', null, 'REQUIRED', null, 'UTF8', null, null, 'StringType()'],
];
const MAPS = ['identifiers', 'event_properties', 'user_properties', 'platform_properties'];

test('DuckDB', async (t) => {
  const folder = tempFolder(t);
  const connection = await duckdb();
  const schemaOf = async (identifiers: 'map' | 'json'): Promise<unknown[][]> => {
    const file = join(folder, `${identifiers}.parquet`);
    writeFileSync(file, writeParquet([eventOf({})], { identifiers }));
    const columns =
      'name, type, type_length, repetition_type, num_children, converted_type, scale, precision, logical_type';
    const reader = await connection.runAndReadAll(
      `select ${columns} from parquet_schema('${file}')`,
    );
    return reader
      .getRows()
      .map((row) =>
        row.map((value) =>
          typeof value === 'string' && /^\d+$/.test(value) ? BigInt(value) : value,
        ),
      );
  };
  const [root, ...columns] = await schemaOf('map');
  t.equal(root?.[4], 8n, 'eight columns');
  t.strictSame(columns, [...SCALARS, ...MAPS.flatMap(map)]);
  const [, ...withJson] = await schemaOf('json');
  const [, ...others] = MAPS;
  const text = ['identifiers', ...(SCALARS[0] as readonly unknown[]).slice(1)];
  t.strictSame(withJson, [...SCALARS, text, ...others.flatMap(map)]);
});

test('hyparquet', (t) => {
  const folder = tempFolder(t);
  const file = join(folder, 'a.parquet');
  writeFileSync(file, writeParquet([eventOf({})]));
  const {
    schema,
    num_rows,
    row_groups,
    created_by,
    key_value_metadata,
    version: format,
  } = readFooter(file);
  t.equal(format, 1);
  t.equal(num_rows, 1n);
  t.equal(row_groups.length, 1);
  t.equal(created_by, `hackle-import version ${version} (build ${version})`);
  t.strictSame(key_value_metadata ?? [], []);
  const text = {
    type: 'BYTE_ARRAY',
    repetition_type: 'REQUIRED',
    converted_type: 'UTF8',
    logical_type: { type: 'STRING' },
  };
  t.match(schema.slice(1, 5), [
    { name: 'insert_id', ...text },
    { name: 'event_key', ...text },
    {
      name: 'ts',
      type: 'INT64',
      repetition_type: 'REQUIRED',
      converted_type: 'TIMESTAMP_MILLIS',
      logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: true, unit: 'MILLIS' },
    },
    {
      name: 'metric_value',
      type: 'FIXED_LEN_BYTE_ARRAY',
      type_length: 11,
      repetition_type: 'REQUIRED',
      converted_type: 'DECIMAL',
      scale: 6,
      precision: 24,
      logical_type: { type: 'DECIMAL', scale: 6, precision: 24 },
    },
  ]);
  const rest = schema.slice(5);
  t.equal(rest.length, 16);
  for (const [index, name] of MAPS.entries()) {
    t.match(rest.slice(4 * index, 4 * index + 4), [
      {
        name,
        repetition_type: 'REQUIRED',
        num_children: 1,
        converted_type: 'MAP',
        logical_type: { type: 'MAP' },
      },
      { name: 'key_value', repetition_type: 'REPEATED', num_children: 2 },
      { name: 'key', ...text },
      { name: 'value', ...text },
    ]);
  }
  t.end();
});
