import { Encoding, PageType } from './format.ts';
import { PARQUET_DEFAULTS } from './options.ts';
import { schemaElements } from './schema.ts';
import { decodeThrift, serializeThrift, thrift } from './thrift.ts';

type Metadata = InstanceType<typeof thrift.FileMetaData>;

/** Bytes after a footer: its length, and `PAR1`. */
const AFTER = 8;
const ENCODINGS: readonly number[] = Object.values(Encoding);
const PAGE_TYPES: readonly number[] = Object.values(PageType);

/**
 * Whether a footer of this program has nothing but what it writes: read and written again it is the same, with the same schema
 * and no encoding that it does not use. Readers skip what they do not know, and fail at some of what others skip.
 */
export function isAsWritten(end: Buffer): boolean {
  const metadata = new thrift.FileMetaData();
  try {
    decodeThrift(metadata, end);
    return (
      serializeThrift(metadata).equals(end.subarray(0, end.length - AFTER)) &&
      hasOwnSchema(metadata) &&
      hasOwnChunks(metadata)
    );
  } catch {
    return false;
  }
}

function hasOwnSchema({ schema }: Metadata): boolean {
  const found = bytesOf(schema);
  own ??= (['map', 'json'] as const).map((identifiers) =>
    bytesOf(schemaElements({ ...PARQUET_DEFAULTS, identifiers })),
  );
  return own.some((bytes) => bytes.equals(found));
}

/** The schemas that this program writes. */
let own: Buffer[] | undefined;

function bytesOf(schema: Metadata['schema']): Buffer {
  return Buffer.concat(schema.map(serializeThrift));
}

function hasOwnChunks({ row_groups }: Metadata): boolean {
  return row_groups.every(({ columns }) =>
    columns.every(({ file_offset, meta_data }) => {
      const { encodings = [], encoding_stats = [], statistics } = meta_data ?? {};
      return (
        Number(file_offset) === 0 &&
        encodings.every((each) => ENCODINGS.includes(each)) &&
        encoding_stats.every(
          ({ page_type, encoding }) =>
            PAGE_TYPES.includes(page_type) && ENCODINGS.includes(encoding),
        ) &&
        isSame(statistics?.min, statistics?.min_value) &&
        isSame(statistics?.max, statistics?.max_value)
      );
    }),
  );
}

/** Whether the older form of a statistic is absent, or what the newer one is. */
function isSame(old: Buffer | null | undefined, value: Buffer | null | undefined): boolean {
  return !old || (value ? old.equals(value) : false);
}
