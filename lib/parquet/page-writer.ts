import type { Kernel } from '../batch/kernel.ts';
import { type Compress, makeCodec } from './codec.ts';
import type { Compression, ParquetOptions } from './options.ts';
import { dataPageHeader, dictionaryPageHeader } from './page-header.ts';

/**
 * A page as it will stand in the file. Its compressed body waits in linear memory, where it is found again
 * at once when the row group has ended; on the heap a whole row group would wait for the garbage collector.
 */
export interface Page {
  header: Buffer;
  /** Block of the arena with the compressed body; whoever takes the page frees it. */
  body: number;
  bodySize: number;
  /** Of header and body. */
  compressedSize: number;
  uncompressedSize: number;
}

/** Turns a page's body in linear memory into a page. One for all columns of a kernel. */
export class PageWriter {
  /** Codec of all its pages. */
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

  /** A block of at least so many bytes to put a body together in; valid until the next call. */
  body(bytes: number): number {
    const padded = bytes + this.#kernel.constant('PADDING');
    if (padded > this.#capacity) {
      if (this.#body !== 0) this.#kernel.arena.free(this.#body);
      this.#body = this.#kernel.arena.alloc(padded);
      this.#capacity = padded;
    }
    return this.#body;
  }

  /** A data page (v1). `values` counts empty maps too. */
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
    // Memory may grow here, and take the view of it away.
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
