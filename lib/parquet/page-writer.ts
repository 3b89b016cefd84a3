import type { Kernel } from '../batch/kernel.ts';
import { type Compress, makeCodec } from './codec.ts';
import type { ParquetOptions } from './options.ts';
import { serializeThrift, thrift } from './thrift.ts';

const { DataPageHeader, DictionaryPageHeader, Encoding, PageHeader, PageType } = thrift;

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
    return this.#page(address, length, {
      type: PageType.DATA_PAGE,
      data_page_header: new DataPageHeader({
        num_values: values,
        encoding: isPlain ? Encoding.PLAIN : Encoding.RLE_DICTIONARY,
        definition_level_encoding: Encoding.RLE,
        repetition_level_encoding: Encoding.RLE,
      }),
    });
  }

  dictionaryPage(address: number, length: number, values: number): Page {
    return this.#page(address, length, {
      type: PageType.DICTIONARY_PAGE,
      dictionary_page_header: new DictionaryPageHeader({
        num_values: values,
        encoding: Encoding.PLAIN,
        is_sorted: false,
      }),
    });
  }

  #page(
    address: number,
    length: number,
    header: Pick<
      InstanceType<typeof PageHeader>,
      'type' | 'data_page_header' | 'dictionary_page_header'
    >,
  ): Page {
    const body = this.#compress(address, length);
    const head = serializeThrift(
      new PageHeader({
        ...header,
        uncompressed_page_size: length,
        compressed_page_size: body.length,
      }),
    );
    return {
      bytes: [head, body],
      compressedSize: head.length + body.length,
      uncompressedSize: head.length + length,
    };
  }
}
