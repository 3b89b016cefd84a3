import type { AsyncBuffer, Compressors, FileMetaData, SchemaElement } from 'hyparquet';
import { parquetMetadata } from 'hyparquet/src/metadata.js';
import { parquetReadObjects } from 'hyparquet/src/read.js';
import { ImportError } from '../errors.ts';
import type { ReadRange } from './file-end.ts';
import { UNPACK } from './unpack.ts';

/** A row as JavaScript values; a decimal is its exact text, a map an object. */
export type Row = Record<string, unknown>;

const COMPRESSORS: Compressors = Object.fromEntries(
  Object.entries(UNPACK).flatMap(([codec, unpack]) =>
    unpack === undefined ? [] : [[codec, (bytes: Uint8Array) => unpack(bytes)]],
  ),
);

/** Texts whole: a TextDecoder would leave out a byte order mark. */
const PARSERS = {
  stringFromBytes: (bytes: Uint8Array): string =>
    Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8'),
};

/** A file whose rows are read. */
export interface RowFile {
  /** For messages. */
  url: string;
  size: number;
  read: ReadRange;
  /** Its footer, length and `PAR1`. */
  end: Buffer;
}

/**
 * Yields the rows from `from` to before `until`, a row group at a time.
 *
 * @throws ImportError E_UNSUPPORTED for another codec; any Error if the file is damaged
 */
export async function* readRows(
  { url, size, read, end }: RowFile,
  from: number,
  until: number,
): AsyncGenerator<Row> {
  const metadata = parquetMetadata(end, { geoparquet: false });
  assertCodecs(metadata, url);
  const convert = converters(metadata);
  const file: AsyncBuffer = {
    byteLength: size,
    slice: async (start, stop = size) => new Uint8Array(await read(start, stop)).buffer,
  };
  let begin = 0;
  for (const { num_rows } of metadata.row_groups) {
    const next = begin + Number(num_rows);
    const [rowStart, rowEnd] = [Math.max(from, begin), Math.min(until, next)];
    begin = next;
    if (rowStart >= rowEnd) continue;
    const options = {
      file,
      metadata,
      rowStart,
      rowEnd,
      compressors: COMPRESSORS,
      parsers: PARSERS,
    };
    for (const row of await parquetReadObjects(options)) {
      for (const [name, change] of convert) row[name] = change(row[name]);
      yield row;
    }
  }
}

const CODECS = ['UNCOMPRESSED', 'SNAPPY', ...Object.keys(COMPRESSORS)];

function assertCodecs({ row_groups }: FileMetaData, url: string): void {
  const codecs = row_groups.flatMap(({ columns }) => columns.map((each) => each.meta_data?.codec));
  const other = codecs.find((codec) => codec !== undefined && !CODECS.includes(codec));
  if (other === undefined) return;
  const message = `${url}: expected values in ${CODECS.join(', ')}, got ${other}`;
  throw new ImportError('E_UNSUPPORTED', message, {
    hint:
      other === 'ZSTD'
        ? 'Use Node 22.15 or newer, which can decompress it.'
        : 'Write the file with another codec. What its footer says can be read: inspect without --rows.',
  });
}

/**
 * Shows hyparquet decimals as plain bytes, of which it makes rounded numbers, and maps as plain groups, of which it makes
 * objects that lose a key such as `__proto__`. Returns what is to be done with these columns.
 */
function converters({ schema }: FileMetaData): Map<string, (value: unknown) => unknown> {
  const changes = new Map<string, (value: unknown) => unknown>();
  schema.forEach((element, index) => {
    const { name, scale = 0 } = element;
    if (isDecimal(element)) changes.set(name, (value) => decimalText(value, scale));
    else if (element.logical_type?.type === 'MAP' && schema[index + 1]?.name === 'key_value') {
      changes.set(name, mapObject);
    } else return;
    delete element.converted_type;
    delete element.logical_type;
  });
  return changes;
}

function isDecimal({ type, converted_type, logical_type }: SchemaElement): boolean {
  const isBytes = type === 'FIXED_LEN_BYTE_ARRAY' || type === 'BYTE_ARRAY';
  return isBytes && (converted_type === 'DECIMAL' || logical_type?.type === 'DECIMAL');
}

/** Writes bytes as a decimal: big-endian two's complement. */
function decimalText(value: unknown, scale: number): unknown {
  if (!(value instanceof Uint8Array)) return value;
  const number = BigInt.asIntN(
    value.length * 8,
    BigInt(`0x${Buffer.from(value).toString('hex') || 0}`),
  );
  const digits = String(number < 0n ? -number : number).padStart(scale + 1, '0');
  const fraction = scale === 0 ? '' : `.${digits.slice(-scale)}`;
  return `${number < 0n ? '-' : ''}${digits.slice(0, digits.length - scale)}${fraction}`;
}

function mapObject(value: unknown): unknown {
  const entries = (value as { key_value?: { key: unknown; value: unknown }[] } | null)?.key_value;
  if (!Array.isArray(entries)) return value;
  return Object.fromEntries(entries.map((entry) => [String(entry.key), entry.value]));
}
