/**
 * Reads lines, calls `JSON.parse`, and writes columns with `hyparquet-writer`. Snappy is the native npm package
 * `snappy`, which is faster than the package's own.
 *
 *     node dist/bench/rivals/hyparquet-writer.js FILE DIR
 */
import { type DayWriter, fileAndFolder, type Row, writeDays } from './events.ts';
import { loadRival } from './install.ts';

interface Schema {
  name: string;
  type?: string;
  converted_type?: string;
  type_length?: number;
  precision?: number;
  scale?: number;
  repetition_type?: string;
  num_children?: number;
}

interface HyparquetWriter {
  fileWriter(file: string): object;
  ParquetWriter: new (options: {
    writer: object;
    schema: Schema[];
    compressors: object;
  }) => {
    write(options: { columnData: { name: string; data: unknown[] }[]; rowGroupSize: number }): void;
    finish(): void;
  };
}

const ROW_GROUP = 40_000;
const REQUIRED = { repetition_type: 'REQUIRED' };
const TEXT = { type: 'BYTE_ARRAY', converted_type: 'UTF8', ...REQUIRED };
const map = (name: string): Schema[] => [
  { name, converted_type: 'MAP', num_children: 1, ...REQUIRED },
  { name: 'key_value', repetition_type: 'REPEATED', num_children: 2 },
  { name: 'key', ...TEXT },
  { name: 'value', ...TEXT },
];
const schema: Schema[] = [
  { name: 'root', num_children: 8 },
  { name: 'insert_id', ...TEXT },
  { name: 'event_key', ...TEXT },
  { name: 'ts', type: 'INT64', converted_type: 'TIMESTAMP_MILLIS', ...REQUIRED },
  {
    name: 'metric_value',
    type: 'FIXED_LEN_BYTE_ARRAY',
    type_length: 11,
    converted_type: 'DECIMAL',
    precision: 24,
    scale: 6,
    ...REQUIRED,
  },
  ...map('identifiers'),
  ...map('event_properties'),
  ...map('user_properties'),
  ...map('platform_properties'),
];
const COLUMNS: (keyof Row)[] = [
  'insert_id',
  'event_key',
  'ts',
  'metric_value',
  'identifiers',
  'event_properties',
  'user_properties',
  'platform_properties',
];

const library = await loadRival<HyparquetWriter>('hyparquet-writer');
const snappy = await loadRival<{ compressSync(bytes: Uint8Array): Uint8Array }>('snappy');

/** Collects the columns of rows until they fill a row group. */
function open(name: string): DayWriter {
  const writer = new library.ParquetWriter({
    writer: library.fileWriter(name),
    schema,
    compressors: { SNAPPY: (bytes: Uint8Array) => snappy.compressSync(bytes) },
  });
  let columns = COLUMNS.map((column) => ({ name: column, data: [] as unknown[] }));
  const flush = (): void => {
    writer.write({ columnData: columns, rowGroupSize: ROW_GROUP });
    columns = COLUMNS.map((column) => ({ name: column, data: [] }));
  };
  return {
    append(row) {
      for (const { name: column, data } of columns) data.push(row[column as keyof Row]);
      if (columns[0]?.data.length === ROW_GROUP) flush();
    },
    close() {
      if (columns[0]?.data.length !== 0) flush();
      writer.finish();
    },
  };
}

const { file, folder } = fileAndFolder();
await writeDays(file, folder, open);
