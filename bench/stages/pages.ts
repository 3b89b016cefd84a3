import { decodeThrift } from '@dsnp/parquetjs/dist/lib/util.js';
import type { RowGroup } from '../../lib/parquet/row-group.ts';
import { thrift } from '../../lib/parquet/thrift.ts';

/** The bodies of a row group's pages, in the order in which they stand in it. */
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
