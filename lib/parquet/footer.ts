import { decodeThrift, thrift } from './thrift.ts';

/** Returns the number of rows by a file's footer (see readFileEnd); undefined if it cannot be read. */
export function rowsByFooter(end: Buffer): number | undefined {
  const metadata = new thrift.FileMetaData();
  try {
    decodeThrift(metadata, end);
  } catch {
    return undefined;
  }
  const rows = metadata.num_rows?.valueOf();
  return typeof rows === 'number' && rows >= 0 ? rows : undefined;
}
