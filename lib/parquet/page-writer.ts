import type { Kernel } from '../batch/kernel.ts';
import { type Compress, makeCodec } from './codec.ts';
import type { Compression, ParquetOptions } from './options.ts';
import { dataPageHeader, dictionaryPageHeader } from './page-header.ts';

/**
 * A page as the file will have it. Its compressed body stays in linear memory until the row group ends, and is
 * freed then; on the heap, a whole row group would wait for the garbage collector.
 */
export interface Page {
  header: Buffer;
  /** Block of the arena with the compressed body. The row group that takes the page frees it. */
  body: number;
  bodySize: number;
  /** Bytes of header and compressed body. */
  compressedSize: number;
  uncompressedSize: number;
}

/** Makes pages of bodies in linear memory. All columns of a kernel share one. */
export class PageWriter {
  /** Codec of all pages. */
  readonly compression: Compression;
  readonly #kernel: Kernel;
  readonly #compress: Compress;
  #body = 0;
  #capacity = 0;

  constructor(kernel: Kernel, options: ParquetOptions) {
    this.compression = options.compression;
    this.#kernel = kernel;
    this.#compress = makeCodec(kernel, options);
  }

  /** A block of at least this many bytes in which to write a body. Valid until the next call. */
  body(bytes: number): number {
    const padded = bytes + this.#kernel.constant('PADDING');
    if (padded > this.#capacity) {
      if (this.#body !== 0) this.#kernel.arena.free(this.#body);
      this.#body = this.#kernel.arena.alloc(padded);
      this.#capacity = padded;
    }
    return this.#body;
  }

  /** Makes a data page (v1) of a body. `values` includes empty maps. */
  dataPage(address: number, length: number, values: number, isPlain: boolean): Page {
    return this.#page(address, length, (compressed) =>
      dataPageHeader({ values, uncompressed: length, compressed }, isPlain),
    );
  }

  dictionaryPage(address: number, length: number, values: number): Page {
    return this.#page(address, length, (compressed) =>
      dictionaryPageHeader({ values, uncompressed: length, compressed }),
    );
  }

  #page(address: number, length: number, headerOf: (compressed: number) => Buffer): Page {
    const { arena, memory } = this.#kernel;
    const compressed = this.#compress(address, length);
    const { byteOffset, length: bodySize } = compressed;
    const isInside = compressed.buffer === memory.buffer;
    // Memory may grow here, which detaches a view of it.
    const body = arena.alloc(bodySize);
    if (isInside) this.#kernel.u8.copyWithin(body, byteOffset, byteOffset + bodySize);
    else this.#kernel.u8.set(compressed, body);
    const header = headerOf(bodySize);
    return {
      header,
      body,
      bodySize,
      compressedSize: header.length + bodySize,
      uncompressedSize: header.length + length,
    };
  }
}
