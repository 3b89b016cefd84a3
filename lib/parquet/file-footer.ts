import type { ColumnMetaData, FileMetaData, SchemaElement } from 'hyparquet';
import { parquetMetadata } from 'hyparquet/src/metadata.js';

/** What the footer of a Parquet file says, in JavaScript's numbers. A number that is missing or too large is NaN. */
export interface FileFooter {
  rows: number;
  /** The program that wrote the file. */
  createdBy: string;
  /** Whether this program wrote it: then nothing is between pages, and statistics are exact. */
  isOurs: boolean;
  schema: SchemaElement[];
  groups: GroupFooter[];
  /** Where the footer begins in the file. */
  start: number;
}

export interface GroupFooter {
  rows: number;
  /** Uncompressed bytes of all pages, headers included. */
  uncompressed: number;
  /** Compressed bytes of all pages, headers included; undefined where the footer does not say. */
  compressed: number | undefined;
  chunks: ChunkFooter[];
}

/** A least or greatest value, as far as it could be read. */
export type Extreme = NonNullable<ColumnMetaData['statistics']>['min'];

/** What a footer says of a column in a row group. */
export interface ChunkFooter {
  /** Path of the leaf in the schema: `event_properties.key_value.key`. */
  path: string;
  type: string | undefined;
  codec: string | undefined;
  encodings: (string | undefined)[];
  /** Values, nulls and empty maps included. */
  values: number;
  uncompressed: number;
  compressed: number;
  /** Where the first page begins: that of the dictionary, if there is one. */
  start: number;
  /** Where the first page with values begins. */
  data: number;
  /** Pages with values, as far as the footer counts them. */
  pages: number | undefined;
  nulls: number | undefined;
  /** Least and greatest value: bytes of a text, a number of a decimal or a time. */
  min: Extreme;
  max: Extreme;
  /** Whether these are values of the column: some programs cut long ones short. */
  isExact: boolean;
}

/** Statistics stay as they are in the file, as far as hyparquet lets them. */
const RAW = {
  stringFromBytes: (bytes: Uint8Array) => bytes,
  timestampFromMilliseconds: Number,
};

/** Reads a footer, its length and `PAR1`. @param size bytes of the file @throws any Error if it is damaged */
export function parseFooter(bytes: Buffer, size: number): FileFooter {
  const parsers = RAW as unknown as NonNullable<Parameters<typeof parquetMetadata>[1]>['parsers'];
  const metadata = decodeFooter(bytes, { ...(parsers && { parsers }), geoparquet: false });
  const createdBy = String(metadata.created_by ?? '');
  const isOurs = createdBy.startsWith('hackle-import ');
  return {
    rows: numberOf(metadata.num_rows),
    createdBy,
    isOurs,
    schema: metadata.schema,
    groups: metadata.row_groups.map(
      ({ num_rows, total_byte_size, total_compressed_size, columns }) => ({
        rows: numberOf(num_rows),
        uncompressed: numberOf(total_byte_size),
        compressed:
          total_compressed_size === undefined ? undefined : numberOf(total_compressed_size),
        chunks: columns.map(({ meta_data }) => chunkOf(meta_data, isOurs)),
      }),
    ),
    start: size - bytes.length,
  };
}

/** hyparquet reads on where bytes are wrong, until a value is not there that its code needs. */
function decodeFooter(...args: Parameters<typeof parquetMetadata>): FileMetaData {
  try {
    return parquetMetadata(...args);
  } catch (error) {
    if (!(error instanceof TypeError || error instanceof RangeError)) throw error;
    throw new Error('it is damaged', { cause: error });
  }
}

function chunkOf(data: ColumnMetaData | undefined, isOurs: boolean): ChunkFooter {
  if (data === undefined) throw new Error('a column chunk has no metadata');
  const { statistics, encoding_stats } = data;
  // Parquet's documentation: an offset of 0 means that there is no dictionary.
  const dictionary = numberOf(data.dictionary_page_offset ?? 0);
  const first = numberOf(data.data_page_offset);
  return {
    path: data.path_in_schema.join('.'),
    type: data.type,
    codec: data.codec,
    encodings: data.encodings ?? [],
    values: numberOf(data.num_values),
    uncompressed: numberOf(data.total_uncompressed_size),
    compressed: numberOf(data.total_compressed_size),
    start: dictionary > 0 && dictionary < first ? dictionary : first,
    data: first,
    pages: encoding_stats
      ?.filter(({ page_type }) => page_type !== 'DICTIONARY_PAGE')
      .reduce((sum, { count }) => sum + count, 0),
    nulls: statistics?.null_count === undefined ? undefined : numberOf(statistics.null_count),
    min: statistics?.min_value ?? statistics?.min,
    max: statistics?.max_value ?? statistics?.max,
    isExact:
      isOurs || (statistics?.is_min_value_exact === true && statistics.is_max_value_exact === true),
  };
}

function numberOf(value: unknown): number {
  const number = typeof value === 'bigint' ? Number(value) : value;
  return Number.isSafeInteger(number) ? (number as number) : Number.NaN;
}
