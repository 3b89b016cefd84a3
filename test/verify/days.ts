// Folders of days, as an import writes them, and ways to damage them.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FileMetaData } from 'hyparquet';
import { parquetMetadata } from 'hyparquet';
import type { EventBatch } from '../../lib/batch/event-batch.ts';
import type { ParquetOptions } from '../../lib/parquet/options.ts';
import { decodeThrift, serializeThrift, thrift } from '../../lib/parquet/thrift.ts';
import { metricValue } from '../../lib/record/metric-value.ts';
import { truncateTimestamps } from '../../lib/record/truncate-timestamps.ts';
import { eventOf, writeParquet } from '../support/write-parquet.ts';

export const DAY = '2023-01-01';
export const NEXT = '2023-01-02';
const HOURS = 24;
/** Rows of a row group, and of a file. */
const GROUP = 200;
const FILE = 400;

type Metadata = InstanceType<typeof thrift.FileMetaData>;

/** An event of a day; `index` tells events apart and spreads them over the day. */
export function event(day: string, index: number, change: object = {}): string {
  const ms = Date.parse(`${day}T00:00:00Z`) + Math.floor((index / (2 * FILE)) * HOURS * 3_600_000);
  return eventOf({
    insert_id: idOf(day, index),
    event_key: `event ${index % 7}`,
    ts: new Date(ms).toISOString(),
    metric_value: index / 4,
    identifiers: { id: `u${index % 50}`, device_id: `d${index % 90}` },
    event_properties: index % 5 === 0 ? {} : { name: `한국어 ${index}`, price: index * 10 },
    user_properties: index % 3 === 0 ? { grade: 'GOLD' } : {},
    platform_properties: { osname: index % 2 ? 'iOS' : 'Android', appversion: `1.${index % 9}` },
    ...change,
  });
}

export function idOf(day: string, index: number): string {
  const hex = (index * 2_654_435_761).toString(16).padStart(12, '0').slice(-12);
  return `8fb8e088-9245-4fce-bb87-${day.slice(-2)}${hex.slice(-10)}`;
}

const made = new Map<string, Buffer>();

/** The bytes of a file as the program writes it by default. */
export function usualFile(day: string, part: number): Buffer {
  const name = `${day} ${part}`;
  const bytes = made.get(name) ?? fileOf(day, part);
  made.set(name, bytes);
  return Buffer.from(bytes);
}

/** The bytes of a file of a day: of its first or its second half. */
export function fileOf(
  day: string,
  part: number,
  options: Partial<ParquetOptions> & { change?: (index: number) => object; lax?: boolean } = {},
): Buffer {
  const { change = () => ({}), lax, ...parquet } = options;
  const lines = Array.from({ length: FILE }, (_, n) => {
    const index = part * FILE + n;
    return event(day, index, change(index));
  });
  const stages = lax ? { stages: laxStages } : {};
  return writeParquet(lines, { rowsInGroup: GROUP, debug: false, ...parquet, ...stages });
}

/** The record stages that columns cannot be made without; nothing is validated or put into lower case. */
function laxStages(batch: EventBatch): void {
  batch.pass('lowercaseKeys');
  truncateTimestamps(batch, { unit: 'auto', timeZone: undefined });
  metricValue(batch);
}

export function partName(part: number): string {
  return `${String(part).padStart(12, '0')}.parquet`;
}

/** Writes the files of a day and its mark. */
export function writeDay(to: string, day: string, files: readonly Buffer[]): void {
  const folder = join(to, `dt=${day}`);
  mkdirSync(folder, { recursive: true });
  files.forEach((bytes, part) => {
    writeFileSync(join(folder, partName(part)), bytes);
  });
  writeFileSync(join(folder, '_SUCCESS'), '');
}

/** Changes the bytes of a file, or makes others of them. */
export function edit(file: string, change: (bytes: Buffer) => unknown): void {
  const bytes = readFileSync(file);
  const changed = change(bytes);
  writeFileSync(file, changed instanceof Buffer ? changed : bytes);
}

/** Reads the footer with hyparquet. */
export function metadataOf(bytes: Buffer): FileMetaData {
  return parquetMetadata(new Uint8Array(bytes).buffer);
}

/** Changes the footer of a file, which is written anew by parquetjs' Thrift. */
export function editFooter(file: string, change: (metadata: Metadata) => void): void {
  edit(file, (bytes) => {
    const length = bytes.readUInt32LE(bytes.length - 8);
    const start = bytes.length - 8 - length;
    const metadata = new thrift.FileMetaData();
    decodeThrift(metadata, bytes.subarray(start, bytes.length - 8));
    change(metadata);
    const footer = serializeThrift(metadata);
    const size = Buffer.alloc(4);
    size.writeUInt32LE(footer.length);
    return Buffer.concat([bytes.subarray(0, start), footer, size, Buffer.from('PAR1')]);
  });
}

/** Where the pages of a column are in a row group; the dictionary comes first if there is one. */
export function chunkIn(
  bytes: Buffer,
  group: number,
  path: string,
): { start: number; data: number; end: number } {
  const { columns } = metadataOf(bytes).row_groups[group] as FileMetaData['row_groups'][number];
  const data = columns
    .map(({ meta_data }) => meta_data)
    .find((each) => each?.path_in_schema.join('.') === path);
  if (data === undefined) throw new Error(`no column ${path}`);
  const first = Number(data.data_page_offset);
  const start = Number(data.dictionary_page_offset ?? first);
  return { start, data: first, end: start + Number(data.total_compressed_size) };
}
