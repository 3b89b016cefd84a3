import assert from 'node:assert/strict';
import { duckdb } from '../support/read-parquet.ts';

const MAPS = ['identifiers', 'event_properties', 'user_properties', 'platform_properties'] as const;

const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/**
 * Day by day: how many rows there are, and two sums over the hashes of all their values, which need no
 * memory and do not depend on the order. A map counts as its entries, in order of their keys.
 */
function sums(from: string, day: string): string {
  const maps = MAPS.map((map) => `list_sort(map_entries(coalesce(${map}, MAP {})))`);
  return `
    WITH rows AS (
      SELECT ${day} AS day,
        hash(insert_id, event_key, epoch_us(ts), metric_value, ${maps.join(', ')}) AS h
      FROM ${from})
    SELECT day::VARCHAR, count(*)::VARCHAR, sum(h)::VARCHAR, bit_xor(h)::VARCHAR
    FROM rows GROUP BY day ORDER BY day`;
}

/**
 * Holds an output folder against the NDJSON it was made from: the Parquet as DuckDB reads it, and the
 * events as DuckDB's own JSON reader does. The events have to be as they are written: keys in lower
 * case, times in milliseconds.
 *
 * @returns rows of each day
 */
export async function judge(source: string, output: string): Promise<Record<string, number>> {
  const columns = `{insert_id: 'VARCHAR', event_key: 'VARCHAR', ts: 'TIMESTAMP',
    metric_value: 'DECIMAL(24,6)', ${MAPS.map((map) => `${map}: 'MAP(VARCHAR, VARCHAR)'`).join(', ')}}`;
  const events = `read_json(${quoted(source)}, format = 'newline_delimited', columns = ${columns})`;
  const parquet = `read_parquet(${quoted(`${output}/dt=*/*.parquet`)},
    hive_partitioning = true, hive_types = {dt: DATE})`;
  const connection = await duckdb();
  const read = async (sql: string): Promise<unknown[][]> =>
    (await connection.runAndReadAll(sql)).getRowsJson();
  const found = await read(sums(parquet, 'dt'));
  assert.deepEqual(found, await read(sums(events, 'ts::DATE')));
  return Object.fromEntries(found.map(([day, rows]) => [String(day), Number(rows)]));
}
