// A file's footer and page headers as they stand, read with parquetjs' Thrift: other readers convert and hide them.
import { readFileSync } from 'node:fs';
import { decodeThrift } from '@dsnp/parquetjs/dist/lib/util.js';
import { thrift } from '../../lib/parquet/thrift.ts';

export interface RawStatistics {
  /** Hex whose order is the order of the values. */
  min: string | undefined;
  max: string | undefined;
  nulls: number;
}

export interface RawPage {
  type: 'data' | 'dictionary';
  encoding: 'PLAIN' | 'PLAIN_DICTIONARY';
  values: number;
  /** Of header and body. */
  uncompressed: number;
  compressed: number;
}

interface RawGroup {
  rows: number;
  columns: Record<string, RawStatistics>;
}

type Chunk = InstanceType<typeof thrift.ColumnMetaData>;

function metadataOf(bytes: Buffer): InstanceType<typeof thrift.FileMetaData> {
  const length = bytes.readUInt32LE(bytes.length - 8);
  const metadata = new thrift.FileMetaData();
  decodeThrift(metadata, bytes.subarray(bytes.length - 8 - length, bytes.length - 8));
  return metadata;
}

/** Row groups with the statistics of their columns. */
export function readRawStatistics(file: string): RawGroup[] {
  const metadata = metadataOf(readFileSync(file));
  return metadata.row_groups.map(({ num_rows, columns }) => ({
    rows: Number(num_rows),
    columns: Object.fromEntries(
      columns.map(({ meta_data }) => {
        const chunk = meta_data as Chunk;
        const { min_value, max_value, null_count } = chunk.statistics as InstanceType<
          typeof thrift.Statistics
        >;
        return [
          chunk.path_in_schema.join('.'),
          {
            min: ordered(chunk.type, min_value),
            max: ordered(chunk.type, max_value),
            nulls: Number(null_count),
          },
        ];
      }),
    ),
  }));
}

function ordered(type: number, value: Buffer | null | undefined): string | undefined {
  if (value === null || value === undefined) return undefined;
  const bytes = Buffer.from(value);
  if (type === thrift.Type.BYTE_ARRAY) return bytes.toString('hex');
  if (type === thrift.Type.INT64) bytes.reverse();
  bytes.writeUInt8((bytes[0] as number) ^ 0x80, 0);
  return bytes.toString('hex');
}

/** Column → its chunk in each row group: what the footer says, and its pages by their own headers. */
export function readPages(file: string): Record<string, { chunk: Chunk; pages: RawPage[] }[]> {
  const bytes = readFileSync(file);
  const read: Record<string, { chunk: Chunk; pages: RawPage[] }[]> = {};
  for (const { columns } of metadataOf(bytes).row_groups) {
    for (const { meta_data } of columns) {
      const chunk = meta_data as Chunk;
      const path = chunk.path_in_schema.join('.');
      read[path] ??= [];
      read[path].push({ chunk, pages: pagesOf(bytes, chunk) });
    }
  }
  return read;
}

function pagesOf(bytes: Buffer, chunk: Chunk): RawPage[] {
  const pages: RawPage[] = [];
  const dictionary = chunk.dictionary_page_offset;
  let at = Number(dictionary ?? chunk.data_page_offset);
  const end = at + Number(chunk.total_compressed_size);
  while (at < end) {
    const header = new thrift.PageHeader();
    const size = decodeThrift(header, bytes, at) as number;
    const data = header.data_page_header ?? header.dictionary_page_header;
    pages.push({
      type: header.data_page_header ? 'data' : 'dictionary',
      encoding: data?.encoding === thrift.Encoding.PLAIN ? 'PLAIN' : 'PLAIN_DICTIONARY',
      values: Number(data?.num_values),
      uncompressed: size + header.uncompressed_page_size,
      compressed: size + header.compressed_page_size,
    });
    at += size + header.compressed_page_size;
  }
  if (at !== end) throw new RangeError(`pages end at ${at}, not at ${end}`);
  return pages;
}
