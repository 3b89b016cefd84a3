// Statistics agree with the data, row group by row group, and queries that use them find every row.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { test } from 'tap';
import type { Row } from '../reference/convert.ts';
import { MAPS } from '../reference/mapping.ts';
import { type RawStatistics, readRawStatistics } from '../support/raw-statistics.ts';
import { duckdb, readFiles } from '../support/read-parquet.ts';
import { rounds } from '../support/rounds.ts';
import { tempFolder } from '../support/temp.ts';
import { eventOf, writeParquet } from '../support/write-parquet.ts';

const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.constantFrom(
    '',
    '\u0000',
    '\u007f',
    '\u0080',
    'é',
    '한',
    '\ud7ff',
    '\ue000',
    '\uffff',
    '😀',
    '\u{10ffff}',
    'a',
    'aa',
  ),
  fc.constantFrom(223, 224, 225, 5000).map((length) => 'v'.repeat(length)),
);
const properties = fc.oneof(
  fc.constant({}),
  fc
    .array(fc.tuple(fc.string({ unit: 'grapheme', maxLength: 3 }), text), { maxLength: 6 })
    .map(Object.fromEntries),
);
const event = fc
  .record({
    insert_id: fc.uuid(),
    event_key: text.filter((key) => key !== ''),
    ts: fc
      .integer({ min: 1_672_531_200_000, max: 1_672_540_000_000 })
      .map((ms) => new Date(ms).toISOString()),
    metric_value: fc.oneof(
      fc.constantFrom(
        '0',
        '-0.000001',
        '0.000001',
        '-999999999999999999.999999',
        '999999999999999999.999999',
        '-256',
        '-255.999999',
      ),
      fc.integer().map((n) => String(n / 1000)),
    ),
    event_properties: properties,
    user_properties: properties,
  })
  .map(eventOf);

/** Files with row groups of few rows, so that one often lacks what another has. */
const someEvents = fc.array(event, { minLength: 1, maxLength: 60 });

interface Extremes extends RawStatistics {
  /** Some value has more than 1,024 bytes: then a reader may be told of no minimum and maximum. */
  isLong: boolean;
}

function extremes(values: Buffer[], nulls: number): Extremes {
  const sorted = values.toSorted((a, b) => Buffer.compare(a, b));
  const [min, max] = [sorted[0]?.toString('hex'), sorted.at(-1)?.toString('hex')];
  return { min, max, nulls, isLong: values.some(({ length }) => length > 224) };
}

function agrees(told: RawStatistics, { min, max, nulls, isLong }: Extremes): boolean {
  if (told.nulls !== nulls) return false;
  if (isLong && told.min === undefined && told.max === undefined) return true;
  return (
    told.min === min && told.max === max && (min?.length ?? 0) <= 2048 && (max?.length ?? 0) <= 2048
  );
}

/** A number so that its bytes have its order: as they stand in the file, but for the sign bit. */
function ordered(value: bigint, bytes: number): Buffer {
  const hex = (value + (1n << BigInt(8 * bytes - 1))).toString(16).padStart(2 * bytes, '0');
  return Buffer.from(hex, 'hex');
}

function expectedOf(rows: Row[]): Record<string, Extremes> {
  const texts = (of: string[]): Buffer[] => of.map((each) => Buffer.from(each));
  const expected: Record<string, Extremes> = {
    insert_id: extremes(texts(rows.map(({ insert_id }) => insert_id)), 0),
    event_key: extremes(texts(rows.map(({ event_key }) => event_key)), 0),
    ts: extremes(
      rows.map(({ ts }) => ordered(ts, 8)),
      0,
    ),
    metric_value: extremes(
      rows.map(({ metric_value }) => ordered(metric_value, 11)),
      0,
    ),
  };
  for (const map of MAPS) {
    const entries = rows.flatMap((row) => row[map] as [string, string][]);
    const empty = rows.filter((row) => row[map].length === 0).length;
    expected[`${map}.key_value.key`] = extremes(texts(entries.map(([key]) => key)), empty);
    expected[`${map}.key_value.value`] = extremes(texts(entries.map(([, value]) => value)), empty);
  }
  return expected;
}

for (const pageSize of [100, 1 << 20]) {
  test(`minimum, maximum and null count of each row group, pages of ${pageSize} bytes`, async (t) => {
    const file = join(tempFolder(t), 'a.parquet');
    await fc.assert(
      fc.asyncProperty(someEvents, fc.integer({ min: 1, max: 25 }), async (events, rowsInGroup) => {
        writeFileSync(file, writeParquet(events, { rowsInGroup, pageSize }));
        const rows = await readFiles([file]);
        if (rows.length !== events.length) throw new Error(`${rows.length} rows`);
        const groups = readRawStatistics(file);
        if (groups.length !== Math.ceil(rows.length / rowsInGroup)) throw new Error('row groups');
        let first = 0;
        for (const { rows: count, columns } of groups) {
          const expected = expectedOf(rows.slice(first, first + count));
          first += count;
          for (const [path, told] of Object.entries(columns)) {
            if (!agrees(told, expected[path] as Extremes)) {
              throw new Error(
                `${path}: ${JSON.stringify(told)}, not ${JSON.stringify(expected[path])}`,
              );
            }
          }
        }
      }),
      { numRuns: rounds(4), endOnFailure: true },
    );
    t.pass('all agree');
  });
}

test('filters find with statistics what they find without', async (t) => {
  const file = join(tempFolder(t), 'a.parquet');
  const events = fc.sample(event, { numRuns: 600, seed: 5 }).toSorted();
  writeFileSync(file, writeParquet(events, { rowsInGroup: 37 }));
  const connection = await duckdb();
  // A table in memory knows nothing of the file's statistics.
  await connection.run(
    `create or replace temp table loaded as select * from read_parquet('${file}')`,
  );
  const pick = await connection.runAndReadAll(
    `select insert_id, event_key, ts::varchar, metric_value::varchar from loaded using sample 25 (reservoir, 3)`,
  );
  const quote = (value: unknown): string => `'${String(value).replaceAll("'", "''")}'`;
  const filters: string[] = [];
  for (const [id, key, ts, metric] of pick.getRows()) {
    for (const operator of ['=', '<', '<=', '>', '>=', '<>']) {
      filters.push(`insert_id ${operator} ${quote(id)}`);
      filters.push(`encode(event_key) ${operator} encode(${quote(key)})`);
      if (!String(key).includes('\u0000')) filters.push(`event_key ${operator} ${quote(key)}`);
      filters.push(`ts ${operator} ${quote(ts)}::timestamptz`);
      filters.push(`metric_value ${operator} ${metric}`);
    }
    filters.push(
      `ts between ${quote(ts)}::timestamptz and ${quote(ts)}::timestamptz + interval 1 minute`,
    );
  }
  filters.push(
    'metric_value < -999999999999999999',
    'metric_value = 0',
    'metric_value > 999999999999999999',
    `event_key > '${'v'.repeat(224)}'`,
  );
  const find = async (from: string, filter: string): Promise<string> => {
    const reader = await connection.runAndReadAll(
      `select insert_id from ${from} where ${filter} order by all`,
    );
    return JSON.stringify(reader.getRows());
  };
  let found = 0;
  for (const filter of filters) {
    const pruned = await find(`read_parquet('${file}')`, filter);
    if (pruned !== (await find('loaded', filter))) t.fail(filter);
    if (pruned !== '[]') found++;
  }
  t.ok(found > filters.length / 2, `${found} of ${filters.length} filters found something`);
});
