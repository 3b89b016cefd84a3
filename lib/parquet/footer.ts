import { decodeThrift, thrift } from './thrift.ts';

/** Bytes at the end of a file: the length of the footer, and `PAR1`. */
const END_SIZE = 8;

/** Returns how many bytes the footer and the end of a file have; undefined if it is no Parquet file. */
export function footerSize(end: Buffer): number | undefined {
  if (end.length < END_SIZE || end.toString('latin1', end.length - 4) !== 'PAR1') return undefined;
  return end.readUInt32LE(end.length - END_SIZE) + END_SIZE;
}

/** Returns the number of rows by a file's footer, the last bytes of `end`; undefined if it cannot be read. */
export function rowsByFooter(end: Buffer): number | undefined {
  const size = footerSize(end);
  if (size === undefined || size > end.length) return undefined;
  const metadata = new thrift.FileMetaData();
  try {
    decodeThrift(metadata, end.subarray(end.length - size));
  } catch {
    return undefined;
  }
  const rows = metadata.num_rows?.valueOf();
  return typeof rows === 'number' && rows >= 0 ? rows : undefined;
}
