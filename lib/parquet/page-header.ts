import { Encoding, PageType } from './format.ts';

// A PageHeader of parquet.thrift in Thrift's compact protocol (thrift/doc/specs/thrift-compact-protocol.md):
// a field is a byte of (id - id of the field before) << 4 | type, then its value; a zero byte ends a struct.
const I32 = 0x15; // the next field, an i32
const DATA_PAGE_HEADER = 0x2c; // field 5 after field 3, a struct
const DICTIONARY_PAGE_HEADER = 0x4c; // field 7 after field 3, a struct
const FALSE = 0x12; // the next field, a bool that is false
const STOP = 0;
/** Most bytes of a header: seven numbers of up to five bytes, and what is between them. */
const LONGEST = 64;

/** The sizes that both kinds of header have. */
export interface PageSizes {
  /** Values in the page, nulls included. */
  values: number;
  /** Bytes of the page without this header. */
  uncompressed: number;
  compressed: number;
}

/** The header of a data page (v1) whose levels are RLE. */
export function dataPageHeader(sizes: PageSizes, isPlain: boolean): Buffer {
  const header = new CompactWriter().page(PageType.DATA_PAGE, sizes);
  header.byte(DATA_PAGE_HEADER);
  header.i32(sizes.values);
  header.i32(isPlain ? Encoding.PLAIN : Encoding.PLAIN_DICTIONARY);
  header.i32(Encoding.RLE);
  header.i32(Encoding.RLE);
  return header.end();
}

/** The header of a dictionary page whose values are not sorted. */
export function dictionaryPageHeader(sizes: PageSizes): Buffer {
  const header = new CompactWriter().page(PageType.DICTIONARY_PAGE, sizes);
  header.byte(DICTIONARY_PAGE_HEADER);
  header.i32(sizes.values);
  header.i32(Encoding.PLAIN_DICTIONARY);
  header.byte(FALSE);
  return header.end();
}

class CompactWriter {
  readonly #bytes = Buffer.alloc(LONGEST);
  #at = 0;

  page(type: number, { uncompressed, compressed }: PageSizes): this {
    this.i32(type);
    this.i32(uncompressed);
    this.i32(compressed);
    return this;
  }

  byte(value: number): void {
    this.#bytes[this.#at++] = value;
  }

  /** Writes the next field: a zigzag number, seven bits a byte. */
  i32(value: number): void {
    this.byte(I32);
    let rest = ((value << 1) ^ (value >> 31)) >>> 0;
    while (rest > 127) {
      this.byte((rest & 127) | 128);
      rest >>>= 7;
    }
    this.byte(rest);
  }

  /** Ends both structs. */
  end(): Buffer {
    this.byte(STOP);
    this.byte(STOP);
    return this.#bytes.subarray(0, this.#at);
  }
}
