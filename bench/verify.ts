import { loadDuckDb } from './rivals/install.ts';

/** A summary of a folder's rows by day. It is equal for folders with equal rows, in any order. */
export interface Fingerprint {
  rows: number;
  days: Record<string, { rows: number; hash: string }>;
}

/**
 * Computes the fingerprint of a folder of daily Parquet files. The hash of a row covers every value of every column.
 * The sum over a day depends neither on the order of rows nor on how they are split into files.
 */
export async function fingerprint(folder: string): Promise<Fingerprint> {
  const instance = await (await loadDuckDb()).DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  await connection.run("SET TimeZone = 'UTC'");
  const glob = `${folder.replaceAll("'", "''")}/dt=*/*.parquet`;
  const reader = await connection.runAndReadAll(`
    SELECT dt::VARCHAR, count(*)::VARCHAR,
      sum(hash(insert_id, event_key, epoch_us(ts), metric_value::VARCHAR, identifiers::VARCHAR,
        event_properties::VARCHAR, user_properties::VARCHAR, platform_properties::VARCHAR))::VARCHAR
    FROM read_parquet('${glob}', hive_partitioning = true, hive_types = {dt: DATE})
    GROUP BY dt ORDER BY dt`);
  const days: Fingerprint['days'] = {};
  let total = 0;
  for (const [day, rows, hash] of reader.getRowsJson()) {
    days[String(day)] = { rows: Number(rows), hash: String(hash) };
    total += Number(rows);
  }
  connection.closeSync();
  return { rows: total, days };
}

/** Describes the first difference between two folders; undefined if they are equal. */
export function difference(a: Fingerprint, b: Fingerprint): string | undefined {
  for (const day of new Set([...Object.keys(a.days), ...Object.keys(b.days)])) {
    const [left, right] = [a.days[day], b.days[day]];
    if (left?.rows !== right?.rows) {
      return `${day} has ${left?.rows ?? 0} rows in one and ${right?.rows ?? 0} in the other`;
    }
    if (left?.hash !== right?.hash) return `${day} has other values`;
  }
  return undefined;
}
