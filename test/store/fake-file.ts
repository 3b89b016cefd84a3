import type { RowGroupFile } from '../../lib/commit/day-files.ts';
import type { DeliveryOptions } from '../../lib/commit/delivery.ts';
import type { ParquetOptions } from '../../lib/parquet/options.ts';
import { PARQUET_DEFAULTS } from '../../lib/parquet/options.ts';
import type { RowGroup } from '../../lib/parquet/row-group.ts';

/** `[` row groups `]`: enough of a file to see its order, its whole and its rolls. */
export function fakeFile(_options: ParquetOptions): RowGroupFile {
  let size = 0;
  let rows = 0;
  const add = (bytes: Buffer): Buffer => {
    size += bytes.length;
    return bytes;
  };
  return {
    get size() {
      return size;
    },
    get rows() {
      return rows;
    },
    header: () => add(Buffer.from('[')),
    rowGroup: (group) => {
      rows += group.rows;
      return add(group.bytes);
    },
    footer: () => add(Buffer.from(']')),
  };
}

/** A row group of one row per character. */
export function rowGroup(text: string): RowGroup {
  const bytes = Buffer.from(text);
  return { rows: text.length, uncompressedBytes: bytes.length, bytes, columns: [] };
}

/** Options of a Delivery that rolls files at 10 bytes. */
export const FAKE: DeliveryOptions = {
  parquet: PARQUET_DEFAULTS,
  fileSize: 10,
  ifExists: 'fail',
  makeFile: fakeFile,
};
