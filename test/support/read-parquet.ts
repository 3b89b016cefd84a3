// Two independent readers of the output, DuckDB and hyparquet, into the reference's shape of a row.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  DuckDBBlobValue,
  type DuckDBConnection,
  DuckDBDecimalValue,
  DuckDBInstance,
  DuckDBListValue,
  DuckDBTimestampTZValue,
} from '@duckdb/node-api';
import { type FileMetaData, parquetMetadata, parquetReadObjects } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import type { Entries, Row } from '../reference/convert.ts';
import { MAPS } from '../reference/mapping.ts';

const COLUMNS = ['insert_id', 'event_key', 'ts', 'metric_value', ...MAPS] as const;

let connecting: Promise<DuckDBConnection> | undefined;

/** One DuckDB for all tests of a process, on one thread and in UTC. */
export function duckdb(): Promise<DuckDBConnection> {
  connecting ??= (async () => {
    const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
    return instance.connect();
  })();
  return connecting;
}

/** Paths of a day folder's Parquet files, in the order of their names. */
export function parquetFiles(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith('.parquet'))
    .sort()
    .map((name) => join(folder, name));
}

/** Days with a folder under the output, in order. */
export function days(output: string): string[] {
  if (!existsSync(output)) return [];
  return readdirSync(output)
    .filter((name) => name.startsWith('dt='))
    .map((name) => name.slice(3))
    .sort();
}

/** Everything in an output folder as DuckDB reads it: day → rows. */
export async function readOutput(output: string): Promise<Map<string, Row[]>> {
  const rows = new Map<string, Row[]>();
  for (const day of days(output)) rows.set(day, await readDay(join(output, `dt=${day}`)));
  return rows;
}

/** The rows of a day folder as DuckDB reads them, file after file. */
export async function readDay(folder: string): Promise<Row[]> {
  return readFiles(parquetFiles(folder));
}

/** SQL of a list of files. */
export function fileList(files: readonly string[]): string {
  return `[${files.map((file) => `'${file.replaceAll("'", "''")}'`).join(', ')}]`;
}

/** The rows of files as DuckDB reads them. */
export async function readFiles(files: readonly string[]): Promise<Row[]> {
  if (files.length === 0) return [];
  const connection = await duckdb();
  const from = `read_parquet(${fileList(files)}, hive_partitioning = false)`;
  const types = await connection.runAndReadAll(
    `describe select ${COLUMNS.join(', ')} from ${from}`,
  );
  const columns = types.getRows().map(([name, type]) => bytesOf(String(name), String(type)));
  const reader = await connection.runAndReadAll(`select ${columns.join(', ')} from ${from}`);
  return reader.getRows().map((values) => {
    const row: Record<string, unknown> = {};
    for (const [index, column] of COLUMNS.entries()) row[column] = fromDuckDB(values[index]);
    return row as unknown as Row;
  });
}

/** SQL that gives texts as their bytes: DuckDB's own strings lose a byte order mark on their way to JavaScript. */
function bytesOf(column: string, type: string): string {
  if (type === 'VARCHAR') return `encode(${column})`;
  if (!type.startsWith('MAP')) return column;
  return `list_transform(map_entries(${column}), e -> [encode(e.key), encode(e.value)])`;
}

function fromDuckDB(value: unknown): unknown {
  if (value instanceof DuckDBListValue) return value.items.map(fromDuckDB);
  if (value instanceof DuckDBBlobValue) return Buffer.from(value.bytes).toString('utf8');
  if (value instanceof DuckDBDecimalValue) return value.value;
  if (value instanceof DuckDBTimestampTZValue) {
    if (value.micros % 1000n !== 0n) throw new RangeError(`not in milliseconds: ${value.micros}`);
    return value.micros / 1000n;
  }
  return value;
}

/** The footer of a file as hyparquet reads it. */
export function readFooter(file: string): FileMetaData {
  return parquetMetadata(arrayBuffer(readFileSync(file)));
}

/**
 * The rows of a file as hyparquet reads them. Its own decimals are JavaScript numbers, its maps
 * objects, and its strings without a byte order mark, so it is shown a schema of plain bytes and groups.
 */
export async function readFileWithHyparquet(file: string): Promise<Row[]> {
  const buffer = arrayBuffer(readFileSync(file));
  const metadata = parquetMetadata(buffer);
  for (const element of metadata.schema) {
    delete element.converted_type;
    delete element.logical_type;
  }
  const text = (bytes: unknown): string => Buffer.from(bytes as Uint8Array).toString('utf8');
  const rows = await parquetReadObjects({ file: buffer, metadata, compressors, utf8: false });
  return rows.map((row) => {
    const read: Record<string, unknown> = {
      insert_id: text(row.insert_id),
      event_key: text(row.event_key),
      ts: row.ts,
      metric_value: signed(row.metric_value as Uint8Array),
    };
    for (const map of MAPS) {
      const value = row[map] as Uint8Array | { key_value: { key: unknown; value: unknown }[] };
      read[map] =
        value instanceof Uint8Array
          ? text(value)
          : value.key_value.map((entry): [string, string] => [text(entry.key), text(entry.value)]);
    }
    return read as unknown as Row;
  });
}

/** A big-endian two's complement number. */
function signed(bytes: Uint8Array): bigint {
  return BigInt.asIntN(bytes.length * 8, BigInt(`0x${Buffer.from(bytes).toString('hex')}`));
}

function arrayBuffer(bytes: Buffer): ArrayBuffer {
  return new Uint8Array(bytes).buffer;
}

/** Undefined where two lists of rows are equal value by value, else words on their first difference. */
export function firstDifference(actual: Row[], expected: Row[]): string | undefined {
  for (let index = 0; index < Math.max(actual.length, expected.length); index++) {
    const a = actual[index];
    const e = expected[index];
    if (!a || !e) {
      const which = a ? `is too much: ${show(a)}` : `is missing: ${show(e)}`;
      return `${actual.length} rows instead of ${expected.length}; row ${index} ${which}`;
    }
    for (const column of COLUMNS) {
      const where = differenceOf(a[column], e[column]);
      if (where !== undefined) return `row ${index} (${e.insert_id}), ${column}${where}`;
    }
  }
  return undefined;
}

/** The same for whole outputs: day → rows. */
export function firstDayDifference(
  actual: Map<string, Row[]>,
  expected: Map<string, Row[]>,
): string | undefined {
  const both = [...new Set([...actual.keys(), ...expected.keys()])].sort();
  for (const day of both) {
    const difference = firstDifference(actual.get(day) ?? [], expected.get(day) ?? []);
    if (difference !== undefined) return `${day}: ${difference}`;
  }
  return undefined;
}

function differenceOf(actual: Row[keyof Row], expected: Row[keyof Row]): string | undefined {
  if (Array.isArray(actual) && Array.isArray(expected)) return differenceOfMaps(actual, expected);
  return actual === expected ? undefined : `: ${show(actual)} instead of ${show(expected)}`;
}

function differenceOfMaps(actual: Entries, expected: Entries): string | undefined {
  for (let index = 0; index < Math.max(actual.length, expected.length); index++) {
    const a = actual[index];
    const e = expected[index];
    if (a?.[0] !== e?.[0] || a?.[1] !== e?.[1]) {
      return ` entry ${index}: ${show(a)} instead of ${show(e)}`;
    }
  }
  return undefined;
}

function show(value: unknown): string {
  const text = JSON.stringify(value, (_key, part) =>
    typeof part === 'bigint' ? `${part}n` : part,
  );
  return text && text.length > 500 ? `${text.slice(0, 500)}…` : String(text);
}
