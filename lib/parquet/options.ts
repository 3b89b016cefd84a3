import { DEFAULTS } from '../options/defaults.ts';

/** Codec of the pages, with the names of the command line. */
export type Compression = 'snappy' | 'zstd' | 'gzip' | 'none';

/** How rows become Parquet bytes. */
export interface ParquetOptions {
  compression: Compression;
  /** Level of zstd or gzip; undefined is the codec's fast level. */
  level: number | undefined;
  /** Parquet type of `identifiers`. */
  identifiers: 'map' | 'json';
  /** Uncompressed bytes after which a page ends, on a row boundary. */
  pageSize: number;
  /** Uncompressed bytes after which a row group ends. */
  rowGroupSize: number;
}

export const PARQUET_DEFAULTS: ParquetOptions = {
  compression: DEFAULTS.compression,
  level: undefined,
  identifiers: DEFAULTS.identifiers,
  pageSize: 1 << 20,
  rowGroupSize: DEFAULTS.rowGroupSize,
};
