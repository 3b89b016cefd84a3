/** Codec of the pages; the names are those of the command line. */
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
  compression: 'snappy',
  level: undefined,
  identifiers: 'map',
  pageSize: 1 << 20,
  rowGroupSize: 12 << 20,
};
