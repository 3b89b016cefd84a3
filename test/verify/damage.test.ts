// Every kind of damage, in a file of two row groups: `verify` names the file, the row group and the column.
import { copyFileSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'tap';
import { Int64, thrift } from '../../lib/parquet/thrift.ts';
import type { Finding } from '../../lib/verify/finding.ts';
import { verify } from '../../lib/verify/verify.ts';
import { duckdb } from '../support/read-parquet.ts';
import { tempFolder } from '../support/temp.ts';
import {
  chunkIn,
  DAY,
  edit,
  editFooter,
  fileOf,
  idOf,
  NEXT,
  partName,
  usualFile,
  writeDay,
} from './days.ts';

/** What is damaged: paths of two days with two files each. */
interface Days {
  to: string;
  /** Folder of the first day. */
  day: string;
  first: string;
  second: string;
}

interface Damage {
  name: string;
  damage: (days: Days) => unknown;
  expect: Partial<Finding>;
  /** Whether footers and names are enough to find it. Default true. */
  footers?: boolean;
}

const FIRST = `dt=${DAY}/${partName(0)}`;
const SECOND = `dt=${DAY}/${partName(1)}`;
const PLAIN = { compression: 'none' } as const;

/** Writes the first file of the day anew, without what keeps wrong values out. */
function written(change: (index: number) => object, options: object = {}): (days: Days) => void {
  return ({ first }) => writeFileSync(first, fileOf(DAY, 0, { change, lax: true, ...options }));
}

/** Writes the first file without compression, and changes bytes of the pages of a column in its second row group. */
function pages(
  path: string,
  change: (bytes: Buffer, at: { start: number; data: number; end: number }) => void,
  options: object = PLAIN,
): (days: Days) => void {
  return ({ first }) => {
    const bytes = fileOf(DAY, 0, options);
    change(bytes, chunkIn(bytes, 1, path));
    writeFileSync(first, bytes);
  };
}

/** Replaces a text by another of the same length, from a place on. */
function replace(bytes: Buffer, from: number, text: string, by: string | Buffer): void {
  const at = bytes.indexOf(text, from);
  if (at < 0 || Buffer.byteLength(text) !== Buffer.byteLength(by)) throw new Error(text);
  bytes.set(Buffer.from(by), at);
}

type Chunk = InstanceType<typeof thrift.ColumnMetaData>;

/** Changes what the footer says of a column in the second row group. */
function chunk(path: string, change: (chunk: Chunk) => void): (days: Days) => void {
  return ({ first }) =>
    editFooter(first, ({ row_groups }) => {
      const found = row_groups[1]?.columns.find(
        ({ meta_data }) => meta_data?.path_in_schema.join('.') === path,
      );
      change(found?.meta_data as Chunk);
    });
}

const flip = (bytes: Buffer, at: number, bits = 0xff): void => {
  bytes[at] = (bytes[at] as number) ^ bits;
};

const DAMAGES: readonly Damage[] = [
  // Names and marks.
  { name: 'a file is gone', damage: ({ first }) => rmSync(first), expect: { code: 'name_gap' } },
  {
    name: 'a name of another program',
    damage: ({ day, first }) => copyFileSync(first, join(day, 'part-00000-snappy.parquet')),
    expect: { code: 'name', file: `dt=${DAY}/part-00000-snappy.parquet` },
  },
  {
    name: 'a stranger',
    damage: ({ day }) => writeFileSync(join(day, 'notes.txt'), 'x'),
    expect: { code: 'stranger', file: `dt=${DAY}/notes.txt` },
  },
  {
    name: 'a folder in the folder',
    damage: ({ day, first }) => {
      mkdirSync(join(day, 'old'));
      copyFileSync(first, join(day, 'old', partName(0)));
    },
    expect: { code: 'stranger', file: `dt=${DAY}/old/${partName(0)}` },
  },
  {
    name: 'no mark',
    damage: ({ day }) => rmSync(join(day, '_SUCCESS')),
    expect: { code: 'no_success' },
  },
  {
    name: 'a mark that is not empty',
    damage: ({ day }) => writeFileSync(join(day, '_SUCCESS'), '\n'),
    expect: { code: 'success_not_empty', file: `dt=${DAY}/_SUCCESS` },
  },
  {
    name: 'no day',
    damage: ({ day }) => rmSync(day, { recursive: true }),
    expect: { code: 'day_missing' },
  },
  {
    name: 'a folder that is no day',
    damage: ({ to, day }) => renameSync(day, join(to, 'dt=2023-1-1')),
    expect: { code: 'day_missing' },
  },
  {
    name: 'files under another day',
    damage: ({ to, first }) => copyFileSync(join(to, `dt=${NEXT}`, partName(0)), first),
    expect: { code: 'ts_day', file: FIRST, rowGroup: 0, column: 'ts' },
  },
  // The file as a whole.
  {
    name: 'an empty file',
    damage: ({ first }) => writeFileSync(first, ''),
    expect: { code: 'not_parquet', file: FIRST },
  },
  {
    name: 'a file cut off',
    damage: ({ first }) => edit(first, (bytes) => bytes.subarray(0, bytes.length - 100)),
    expect: { code: 'not_parquet', file: FIRST },
  },
  {
    name: 'text',
    damage: ({ second }) => writeFileSync(second, '{"insert_id":"x"}\n'.repeat(10)),
    expect: { code: 'not_parquet', file: SECOND },
  },
  {
    name: 'the first bytes',
    damage: ({ first }) => edit(first, (bytes) => flip(bytes, 0)),
    expect: { code: 'not_parquet', file: FIRST },
  },
  {
    name: 'the last bytes',
    damage: ({ first }) => edit(first, (bytes) => flip(bytes, bytes.length - 1)),
    expect: { code: 'not_parquet', file: FIRST },
  },
  {
    name: 'the length of the footer',
    damage: ({ first }) => edit(first, (bytes) => flip(bytes, bytes.length - 5)),
    expect: { code: 'not_parquet', file: FIRST },
  },
  {
    name: 'the footer',
    damage: ({ first }) =>
      edit(first, (bytes) => flip(bytes, bytes.length - 8 - bytes.readUInt32LE(bytes.length - 8))),
    expect: { code: 'footer', file: FIRST },
  },
  {
    name: 'bytes between the pages',
    damage: ({ first }) =>
      edit(first, (bytes) =>
        Buffer.concat([bytes.subarray(0, 4), Buffer.alloc(1), bytes.subarray(4)]),
      ),
    expect: { code: 'place', file: FIRST },
  },
  // The schema.
  {
    name: 'a file of DuckDB',
    damage: async ({ first, second }) => {
      await (await duckdb()).run(
        `copy (select * from read_parquet('${second}', hive_partitioning = false)) to '${first}' (format parquet)`,
      );
    },
    expect: { code: 'schema', file: FIRST, column: 'ts' },
  },
  {
    name: 'a column of another name',
    damage: ({ first }) =>
      editFooter(first, ({ schema }) => void Object.assign(schema[2] ?? {}, { name: 'event_kez' })),
    expect: { code: 'schema', file: FIRST, column: 'event_key' },
  },
  {
    name: 'a column that may be null',
    damage: ({ first }) =>
      editFooter(
        first,
        ({ schema }) => void Object.assign(schema[1] ?? {}, { repetition_type: 1 }),
      ),
    expect: { code: 'schema', file: FIRST, column: 'insert_id' },
  },
  {
    name: 'times in microseconds',
    damage: ({ first }) =>
      editFooter(first, ({ schema }) => {
        const unit = new thrift.TimeUnit({ MICROS: new thrift.MicroSeconds() });
        const TIMESTAMP = new thrift.TimestampType({ isAdjustedToUTC: true, unit });
        Object.assign(schema[3] ?? {}, { logicalType: new thrift.LogicalType({ TIMESTAMP }) });
      }),
    expect: { code: 'schema', file: FIRST, column: 'ts' },
  },
  {
    name: 'another scale',
    damage: ({ first }) =>
      editFooter(first, ({ schema }) => {
        const DECIMAL = new thrift.DecimalType({ precision: 24, scale: 2 });
        Object.assign(schema[4] ?? {}, { logicalType: new thrift.LogicalType({ DECIMAL }) });
      }),
    expect: { code: 'schema', file: FIRST, column: 'metric_value' },
  },
  {
    name: 'identifiers in two forms',
    damage: ({ second }) => writeFileSync(second, fileOf(DAY, 1, { identifiers: 'json' })),
    expect: { code: 'schema_mixed' },
  },
  // What the footer says of rows and places.
  {
    name: 'rows of the file',
    damage: ({ first }) =>
      editFooter(first, (metadata) => void Object.assign(metadata, { num_rows: new Int64(399) })),
    expect: { code: 'count', file: FIRST },
  },
  {
    name: 'rows of a row group',
    damage: ({ first }) =>
      editFooter(
        first,
        ({ row_groups }) => void Object.assign(row_groups[1] ?? {}, { num_rows: new Int64(7) }),
      ),
    expect: { code: 'count', file: FIRST, rowGroup: 1, column: 'insert_id' },
  },
  {
    name: 'no row groups',
    damage: ({ first }) =>
      editFooter(first, (metadata) => void Object.assign(metadata, { row_groups: [] })),
    expect: { code: 'no_rows', file: FIRST },
  },
  {
    name: 'values of a column',
    damage: chunk(
      'event_properties.key_value.value',
      (data) => void Object.assign(data, { num_values: new Int64(201) }),
    ),
    expect: { code: 'count', file: FIRST, rowGroup: 1, column: 'event_properties.value' },
  },
  {
    name: 'nulls of a column',
    damage: chunk(
      'event_key',
      (data) => void Object.assign(data.statistics ?? {}, { null_count: new Int64(3) }),
    ),
    expect: { code: 'count', file: FIRST, rowGroup: 1, column: 'event_key' },
  },
  {
    name: 'where pages begin',
    damage: chunk('ts', (data) => void Object.assign(data, { data_page_offset: new Int64(4) })),
    expect: { code: 'place', file: FIRST, rowGroup: 1, column: 'ts' },
  },
  {
    name: 'how long pages are',
    damage: chunk(
      'ts',
      (data) => void Object.assign(data, { total_compressed_size: new Int64(1 << 30) }),
    ),
    expect: { code: 'place', file: FIRST, rowGroup: 1, column: 'ts' },
  },
  {
    name: 'a codec that there is not',
    damage: chunk('ts', (data) => void Object.assign(data, { codec: 99 })),
    expect: { code: 'codec', file: FIRST, rowGroup: 1, column: 'ts' },
  },
  {
    name: 'another codec',
    damage: chunk('ts', (data) => void Object.assign(data, { codec: 2 })),
    footers: false,
    expect: { code: 'page', file: FIRST, rowGroup: 1, column: 'ts' },
  },
  {
    name: 'an encoding that the pages do not have',
    damage: chunk('ts', (data) => void Object.assign(data, { encodings: [2] })),
    footers: false,
    expect: { code: 'codec', file: FIRST, rowGroup: 1, column: 'ts' },
  },
  // Statistics.
  {
    name: 'the greatest time is of the next day',
    damage: chunk('ts', ({ statistics }) => {
      const max = Buffer.alloc(8);
      max.writeBigInt64LE(BigInt(Date.parse(`${NEXT}T00:00:00Z`)));
      Object.assign(statistics ?? {}, { max_value: max, max });
    }),
    expect: { code: 'ts_day', file: FIRST, rowGroup: 1, column: 'ts' },
  },
  {
    name: 'the greatest time is another one',
    damage: chunk('ts', ({ statistics }) => {
      const max = Buffer.alloc(8);
      max.writeBigInt64LE(BigInt(Date.parse(`${NEXT}T00:00:00Z`) - 1));
      Object.assign(statistics ?? {}, { max_value: max, max });
    }),
    footers: false,
    expect: { code: 'statistics', file: FIRST, rowGroup: 1, column: 'ts' },
  },
  {
    name: 'the least text is another one',
    damage: chunk(
      'event_key',
      ({ statistics }) => void Object.assign(statistics ?? {}, { min_value: Buffer.from('a') }),
    ),
    footers: false,
    expect: { code: 'statistics', file: FIRST, rowGroup: 1, column: 'event_key' },
  },
  {
    name: 'the least text comes after the greatest',
    damage: chunk(
      'event_key',
      ({ statistics }) => void Object.assign(statistics ?? {}, { min_value: Buffer.from('z') }),
    ),
    expect: { code: 'statistics', file: FIRST, rowGroup: 1, column: 'event_key' },
  },
  {
    name: 'the greatest decimal is another one',
    damage: chunk(
      'metric_value',
      ({ statistics }) =>
        void Object.assign(statistics ?? {}, {
          max_value: Buffer.from('00000000000000ffffffff', 'hex'),
        }),
    ),
    footers: false,
    expect: { code: 'statistics', file: FIRST, rowGroup: 1, column: 'metric_value' },
  },
  // Pages.
  ...(
    [
      'insert_id',
      'event_key',
      'ts',
      'metric_value',
      'identifiers.key_value.key',
      'user_properties.key_value.value',
    ] as const
  ).map(
    (path): Damage => ({
      name: `the header of a page of ${path}`,
      damage: pages(path, (bytes, { data }) => flip(bytes, data + 1), {}),
      footers: false,
      expect: { file: FIRST, rowGroup: 1, column: path.replace('.key_value.', '.') },
    }),
  ),
  {
    name: 'the first byte of a compressed page, its length',
    damage: pages(
      'insert_id',
      (bytes, { data }) => flip(bytes, bytes.indexOf(Buffer.from([0, 0]), data) + 2, 1),
      {},
    ),
    footers: false,
    expect: { code: 'page', file: FIRST, rowGroup: 1, column: 'insert_id' },
  },
  {
    name: 'a byte of a dictionary',
    damage: pages('event_key', (bytes, { start }) =>
      replace(bytes, start, 'event 6', Buffer.from('event \xff', 'latin1')),
    ),
    footers: false,
    expect: { code: 'text', file: FIRST, rowGroup: 1, column: 'event_key' },
  },
  {
    name: 'the length of a text',
    damage: pages('insert_id', (bytes, { data }) =>
      flip(bytes, bytes.indexOf(idOf(DAY, 200), data) - 1),
    ),
    footers: false,
    expect: { code: 'page', file: FIRST, rowGroup: 1, column: 'insert_id' },
  },
  {
    name: 'the length of levels',
    damage: pages('event_properties.key_value.key', (bytes, { data, end }) => {
      flip(bytes, bytes.subarray(0, end).indexOf(Buffer.from([0, 0, 0]), data + 20) + 2);
    }),
    footers: false,
    expect: { code: 'levels', file: FIRST, rowGroup: 1, column: 'event_properties.key' },
  },
  {
    name: 'the levels of values',
    damage: pages('user_properties.key_value.value', (bytes, { data, end }) => {
      const length = bytes.subarray(0, end).indexOf(Buffer.from([0, 0, 0]), data + 10) - 1;
      flip(bytes, length + 6, 0b110);
    }),
    footers: false,
    expect: { code: 'levels', file: FIRST, rowGroup: 1, column: 'user_properties.value' },
  },
  {
    name: 'an index',
    damage: pages('event_key', (bytes, { end }) => void bytes.fill(0xff, end - 3, end)),
    footers: false,
    expect: { code: 'dictionary', file: FIRST, rowGroup: 1, column: 'event_key' },
  },
  {
    name: 'a time of another day among the values',
    damage: pages('ts', (bytes, { end }) => bytes.writeBigInt64LE(0n, end - 8)),
    footers: false,
    expect: { code: 'ts_day', file: FIRST, rowGroup: 1, column: 'ts', row: 199 },
  },
  {
    name: 'a decimal with too many digits',
    damage: pages(
      'metric_value',
      (bytes, { start, end }) => {
        // 99.75 × 10^6, the greatest value of the group.
        replace(
          bytes.subarray(0, end),
          start,
          bytes.toString('latin1', start + 20, start + 22),
          bytes.subarray(start + 20, start + 22),
        );
        bytes.fill(0x7f, end - 11, end);
      },
      { ...PLAIN, pageSize: 1 },
    ),
    footers: false,
    expect: { file: FIRST, rowGroup: 1, column: 'metric_value' },
  },
  // Values.
  {
    name: 'an insert_id twice in a row group',
    damage: written((index) => (index === 250 ? { insert_id: idOf(DAY, 249) } : {})),
    footers: false,
    expect: { code: 'duplicate_id', file: FIRST, rowGroup: 1, column: 'insert_id', row: 50 },
  },
  {
    name: 'an insert_id twice, in capitals and in another file',
    damage: ({ second }) =>
      writeFileSync(
        second,
        fileOf(DAY, 1, {
          change: (n) => (n === 700 ? { insert_id: idOf(DAY, 10).toUpperCase() } : {}),
        }),
      ),
    footers: false,
    expect: { code: 'duplicate_id', file: SECOND, rowGroup: 1, column: 'insert_id', row: 100 },
  },
  {
    name: 'no insert_id',
    damage: written((index) => (index === 250 ? { insert_id: '' } : {})),
    expect: { code: 'empty_value', file: FIRST, rowGroup: 1, column: 'insert_id' },
  },
  {
    name: 'no event_key',
    damage: written((index) => (index === 250 ? { event_key: '' } : {})),
    expect: { code: 'empty_value', file: FIRST, rowGroup: 1, column: 'event_key' },
  },
  {
    name: 'an insert_id that is no UUID',
    damage: written((index) => (index === 250 ? { insert_id: '8zz8e088' } : {})),
    expect: { code: 'id_not_uuid', kind: 'odd', file: FIRST, rowGroup: 1, column: 'insert_id' },
  },
  {
    name: 'a key in capitals',
    damage: written((index) => (index === 250 ? { event_properties: { zÉro: '1' } } : {})),
    footers: false,
    expect: { code: 'key_case', file: FIRST, rowGroup: 1, column: 'event_properties.key' },
  },
  {
    name: 'a key twice',
    damage: pages('event_properties.key_value.key', (bytes, { start }) => {
      replace(bytes, start, 'price', 'namex');
      bytes[bytes.indexOf('namex', start) - 4] = 4;
    }),
    footers: false,
    expect: { file: FIRST, rowGroup: 1, column: 'event_properties.key' },
  },
  {
    name: 'a required key is missing',
    damage: written((index) => (index === 250 ? { identifiers: { id: 'a', user_id: 'b' } } : {})),
    footers: false,
    expect: { code: 'required_key', file: FIRST, rowGroup: 1, column: 'identifiers.key', row: 50 },
  },
  {
    name: 'an empty map where keys are required',
    damage: written((index) => (index === 250 ? { platform_properties: {} } : {})),
    expect: { code: 'required_key', file: FIRST, rowGroup: 1, column: 'platform_properties' },
  },
  {
    name: 'the value of a required key is empty',
    damage: written((index) => (index === 250 ? { identifiers: { id: 'a', device_id: '' } } : {})),
    footers: false,
    expect: { code: 'required_key', file: FIRST, rowGroup: 1, column: 'identifiers.value' },
  },
  {
    name: 'a field of a page header that some readers skip and others fail at',
    damage: ({ first }) => {
      const bytes = fileOf(DAY, 0, PLAIN);
      const { start } = chunkIn(bytes, 1, 'event_key');
      // The encodings of levels, each RLE, then the end of both structs: the number of the second field is another.
      const at = bytes.indexOf(Buffer.from([0x15, 6, 0x15, 6, 0, 0]), start);
      bytes[at + 2] = 0x95;
      writeFileSync(first, bytes);
    },
    footers: false,
    expect: { code: 'page', file: FIRST, rowGroup: 1, column: 'event_key' },
  },
  {
    name: 'identifiers that are no JSON',
    damage: ({ first, second }) => {
      writeFileSync(second, fileOf(DAY, 1, { identifiers: 'json' }));
      const bytes = fileOf(DAY, 0, { ...PLAIN, identifiers: 'json' });
      const { start } = chunkIn(bytes, 1, 'identifiers');
      replace(bytes, start, '{"id":"u1"', '{"id";"u1"');
      writeFileSync(first, bytes);
    },
    footers: false,
    expect: { code: 'identifiers_json', file: FIRST, rowGroup: 1, column: 'identifiers' },
  },
  {
    name: 'identifiers in JSON without a device_id',
    damage: ({ first, second }) => {
      writeFileSync(second, fileOf(DAY, 1, { identifiers: 'json' }));
      const bytes = fileOf(DAY, 0, { ...PLAIN, identifiers: 'json' });
      const { start } = chunkIn(bytes, 1, 'identifiers');
      replace(bytes, start, '"device_id"', '"devise_id"');
      writeFileSync(first, bytes);
    },
    footers: false,
    expect: { code: 'identifiers_json', file: FIRST, rowGroup: 1, column: 'identifiers' },
  },
  {
    name: 'an osname that is none of a phone',
    damage: written((index) =>
      index === 250 ? { platform_properties: { osname: 'Web', appversion: '1' } } : {},
    ),
    footers: false,
    expect: {
      code: 'osname',
      kind: 'odd',
      file: FIRST,
      rowGroup: 1,
      column: 'platform_properties.value',
    },
  },
  {
    name: 'a value over the limit',
    damage: written((index) =>
      index === 250 ? { event_properties: { text: '한'.repeat(1025) } } : {},
    ),
    footers: false,
    expect: {
      code: 'limits',
      kind: 'odd',
      file: FIRST,
      rowGroup: 1,
      column: 'event_properties.value',
    },
  },
  {
    name: 'too many properties',
    damage: written((index) => {
      const keys = Array.from({ length: 65 }, (_, n) => [`k${n}`, n]);
      return index === 250 ? { event_properties: Object.fromEntries(keys) } : {};
    }),
    footers: false,
    expect: {
      code: 'limits',
      kind: 'odd',
      file: FIRST,
      rowGroup: 1,
      column: 'event_properties.key',
    },
  },
];

function makeDays(to: string): Days {
  for (const day of [DAY, NEXT]) writeDay(to, day, [usualFile(day, 0), usualFile(day, 1)]);
  const day = join(to, `dt=${DAY}`);
  return { to, day, first: join(day, partName(0)), second: join(day, partName(1)) };
}

const RANGE = { from: DAY, until: NEXT };

test('undamaged days are sound', async (t) => {
  const { to } = makeDays(tempFolder(t));
  for (const deep of [false, true]) {
    t.match(await verify(to, { ...RANGE, deep }), {
      ok: true,
      days: [
        { day: DAY, verdict: 'sound', files: 2, events: 800, findings: [] },
        { day: NEXT, verdict: 'sound', files: 2, events: 800, findings: [] },
      ],
    });
  }
});

for (const { name, damage, expect, footers = true } of DAMAGES) {
  test(name, async (t) => {
    const days = makeDays(tempFolder(t));
    await damage(days);
    const kind = expect.kind ?? 'fault';
    const finds = ({ findings }: { findings: Finding[] }): boolean =>
      findings.some((each) =>
        Object.entries(expect).every(([key, value]) => each[key as keyof Finding] === value),
      );
    const shallow = await verify(days.to, RANGE);
    const [first] = shallow.days;
    if (footers) t.ok(first && finds(first), `by footers, got ${JSON.stringify(first?.findings)}`);
    else t.equal(first?.verdict, 'sound', `not by footers, got ${JSON.stringify(first?.findings)}`);
    const report = await verify(days.to, { ...RANGE, deep: true });
    const [deep, next] = report.days;
    t.ok(deep && finds(deep), `with deep, got ${JSON.stringify(deep?.findings, null, 1)}`);
    t.equal(report.ok, kind === 'odd');
    t.equal(next?.verdict, 'sound', 'the other day is sound');
  });
}
