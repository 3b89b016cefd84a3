import * as zlib from 'node:zlib';

type Unpack = (bytes: Uint8Array, options?: { maxOutputLength: number }) => Buffer;

/** Node's decompression, by Parquet's names of codecs; Node has zstd from 22.15 on. */
export const UNPACK: Readonly<Record<string, Unpack | undefined>> = {
  GZIP: zlib.gunzipSync,
  BROTLI: zlib.brotliDecompressSync,
  ZSTD: (zlib as { zstdDecompressSync?: Unpack }).zstdDecompressSync,
};
