import type { Kernel } from '../batch/kernel.ts';
import { type Compress, makeCodec } from './codec.ts';
import type { ParquetOptions } from './options.ts';
import { dataPageHeader, dictionaryPageHeader } from './page-header.ts';

/** A page as it stands in the file: header and compressed body. */
export interface Page {
  bytes: Buffer[];
  /** Of header and body. */
  compressedSize: number;
  uncompressedSize: number;
}

/** Turns a page's body in linear memory into a page. One for all columns of a kernel. */
export class PageWriter {
  readonly #kernel: Kernel;
  readonly #compress: Compress;
  #body = 0;
  #capacity = 0;

  constructor(kernel: Kernel, options: ParquetOptions) {
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
    const body = this.#compress(address, length);
    const sizes = { values, uncompressed: length, compressed: body.length };
    return page(dataPageHeader(sizes, isPlain), body, length);
  }

  dictionaryPage(address: number, length: number, values: number): Page {
    const body = this.#compress(address, length);
    const sizes = { values, uncompressed: length, compressed: body.length };
    return page(dictionaryPageHeader(sizes), body, length);
  }
}

function page(header: Buffer, body: Buffer, length: number): Page {
  return {
    bytes: [header, body],
    compressedSize: header.length + body.length,
    uncompressedSize: header.length + length,
  };
}
