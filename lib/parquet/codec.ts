import * as zlib from 'node:zlib';
import type { Kernel } from '../batch/kernel.ts';
import { ImportError } from '../errors.ts';
import { releaseMemory } from '../large-buffers.ts';
import type { ParquetOptions } from './options.ts';

/** Compresses [address, address + length) of linear memory. The result is valid until the next call. */
export type Compress = (address: number, length: number) => Buffer;

// Levels at which compressing a page takes about as long as all other work on it (bench/README.md).
const ZSTD_LEVEL = 1;
const GZIP_LEVEL = 1;
/** A window as large as most pages and a table that fits a near cache: a seventh less time for 1.6 % more bytes. */
const ZSTD_WINDOW_LOG = 17;
const ZSTD_HASH_LOG = 13;

/** The codec of the options. @throws ImportError E_UNSUPPORTED for zstd, if this Node has none */
export function makeCodec(kernel: Kernel, { compression, level }: ParquetOptions): Compress {
  const bytes = (address: number, length: number): Buffer =>
    kernel.bytes.subarray(address, address + length);
  switch (compression) {
    case 'none':
      return bytes;
    case 'gzip':
      return (address, length) =>
        zlib.gzipSync(bytes(address, length), { level: level ?? GZIP_LEVEL });
    case 'zstd': {
      const { zstdCompressSync } = zlib;
      if (zstdCompressSync === undefined) throw noZstd();
      const { ZSTD_c_compressionLevel, ZSTD_c_windowLog, ZSTD_c_hashLog } = zlib.constants;
      const params =
        level === undefined
          ? {
              [ZSTD_c_compressionLevel]: ZSTD_LEVEL,
              [ZSTD_c_windowLog]: ZSTD_WINDOW_LOG,
              [ZSTD_c_hashLog]: ZSTD_HASH_LOG,
            }
          : { [ZSTD_c_compressionLevel]: level };
      let last: Buffer | undefined;
      return (address, length) => {
        if (last !== undefined) releaseMemory(last.buffer);
        // The output fits in one chunk, which takes a fifth less time than many.
        const chunkSize = length + (length >> 8) + 1024;
        const options = { params, chunkSize, pledgedSrcSize: length };
        last = zstdCompressSync(bytes(address, length), options);
        return last;
      };
    }
    case 'snappy':
      return snappyCodec(kernel);
  }
}

/** Snappy in the kernel. The output block is kept, and grows to fit the largest page. */
function snappyCodec(kernel: Kernel): Compress {
  let output = 0;
  let capacity = 0;
  return (address, length) => {
    const bound = kernel.fn.snappyBound(length);
    if (bound > capacity) {
      if (output !== 0) kernel.arena.free(output);
      output = kernel.arena.alloc(bound);
      capacity = bound;
    }
    const size = kernel.fn.snappyCompress(address, length, output);
    return kernel.bytes.subarray(output, output + size);
  };
}

function noZstd(): ImportError {
  return new ImportError(
    'E_UNSUPPORTED',
    `zstd needs Node 22.15 or newer, this is ${process.version}`,
    { hint: 'Use a newer Node (24 is recommended), or --compression snappy or gzip.' },
  );
}
