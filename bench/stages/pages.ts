import { decodeThrift } from '@dsnp/parquetjs/dist/lib/util.js';
import type { RowGroup } from '../../lib/parquet/row-group.ts';
import { thrift } from '../../lib/parquet/thrift.ts';

/** Returns the bodies of the pages of a row group, in their order in the row group. */
export function pagesOf({ bytes }: RowGroup): Buffer[] {
  const pages: Buffer[] = [];
  for (let at = 0; at < bytes.length; ) {
    const header = new thrift.PageHeader();
    at += decodeThrift(header, bytes, at);
    const end = at + header.compressed_page_size;
    pages.push(bytes.subarray(at, end));
    at = end;
  }
  return pages;
}
