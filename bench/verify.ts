import { loadDuckDb } from './rivals/install.ts';

/** What a folder holds, day by day; equal for folders with equal rows, in whatever order. */
export interface Fingerprint {
  rows: number;
  days: Record<string, { rows: number; hash: string }>;
}

/**
 * Reads a folder of daily Parquet. Every value of every column enters the hash of its row; the sum
 * over a day does not depend on the order of rows, nor on how they are cut into files.
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

/** What differs between two folders, in words; undefined if nothing does. */
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
