import { deserializeTCompactProtocol } from 'hyparquet/src/thrift.js';
import { Encoding, PageType } from './format.ts';

/** The format's newer name for pages with indices; see format.ts. */
const RLE_DICTIONARY = 8;
const DATA_PAGE_V2 = 3;

/** What is in a page: values as they are, indices into the dictionary, or something that is not read here. */
export type PageEncoding = 'plain' | 'indices' | 'other';

/** The header of a page. */
export interface PageHeader {
  kind: 'dictionary' | 'data' | 'other';
  encoding: PageEncoding;
  /** Number of the encoding in the format. */
  encodingNumber: number;
  /** Values, nulls and empty maps included. */
  values: number;
  /** Bytes of this header. */
  size: number;
  /** Bytes of the page after the header, as they are in the file. */
  compressed: number;
  uncompressed: number;
  /** CRC32 of these bytes; most files have none. */
  crc: number | undefined;
  /** Of a page of version 2: bytes of the levels, which come first and are never compressed. */
  v2: { repetition: number; definition: number; isCompressed: boolean } | undefined;
}

/** Names of encodings at their numbers (apache/parquet-format parquet.thrift), of which 1 was never used. */
const ENCODINGS = [
  'PLAIN',
  '1',
  'PLAIN_DICTIONARY',
  'RLE',
  'BIT_PACKED',
  'DELTA_BINARY_PACKED',
  'DELTA_LENGTH_BYTE_ARRAY',
  'DELTA_BYTE_ARRAY',
  'RLE_DICTIONARY',
  'BYTE_STREAM_SPLIT',
];

/** Returns the name of an encoding, or its number where it has none. */
export function encodingName(number: number): string {
  return ENCODINGS[number] ?? String(number);
}

type Fields = Record<string, unknown>;

/** Reads the header of a page. @throws any Error if it is damaged, or longer than the bytes */
export function readPageHeader(bytes: Buffer): PageHeader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const reader = { view, offset: 0 };
  const fields = deserializeTCompactProtocol(reader) as Fields;
  const type = fields.field_1;
  const v2 = type === DATA_PAGE_V2 ? (fields.field_8 as Fields) : undefined;
  const isData = type === PageType.DATA_PAGE || v2 !== undefined;
  const isDictionary = type === PageType.DICTIONARY_PAGE;
  const inner = (v2 ?? (isData ? fields.field_5 : isDictionary ? fields.field_7 : {})) as Fields;
  const encoding = isData || isDictionary ? whole(v2 ? inner.field_4 : inner.field_2) : -1;
  return {
    kind: isData ? 'data' : isDictionary ? 'dictionary' : 'other',
    encoding: isDictionary ? dictionaryEncoding(encoding) : dataEncoding(encoding),
    encodingNumber: encoding,
    values: isData || isDictionary ? whole(inner.field_1) : 0,
    size: reader.offset,
    compressed: whole(fields.field_3),
    uncompressed: whole(fields.field_2),
    crc: typeof fields.field_4 === 'number' ? fields.field_4 >>> 0 : undefined,
    v2: v2 && {
      repetition: whole(v2.field_6),
      definition: whole(v2.field_5),
      isCompressed: v2.field_7 !== false,
    },
  };
}

function dictionaryEncoding(number: number): PageEncoding {
  return number === Encoding.PLAIN || number === Encoding.PLAIN_DICTIONARY ? 'plain' : 'other';
}

function dataEncoding(number: number): PageEncoding {
  if (number === Encoding.PLAIN) return 'plain';
  return number === Encoding.PLAIN_DICTIONARY || number === RLE_DICTIONARY ? 'indices' : 'other';
}

function whole(value: unknown): number {
  if (typeof value === 'number' && value >= 0) return value;
  throw new Error(`expected a number that is not negative, got ${String(value)}`);
}
