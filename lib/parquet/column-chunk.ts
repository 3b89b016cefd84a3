import { Encoding, PageType } from './format.ts';
import type { Compression } from './options.ts';
import type { Page } from './page-writer.ts';

/** What the file's footer says of a column chunk; offsets count from the row group's first byte. */
export interface ColumnChunk {
  path: string[];
  type: number;
  /** Codec of the pages. */
  compression: Compression;
  encodings: number[];
  encodingStats: { pageType: number; encoding: number; count: number }[];
  values: number;
  uncompressedSize: number;
  compressedSize: number;
  dictionaryPageOffset: number | undefined;
  dataPageOffset: number;
  nullCount: number;
  min: Buffer | undefined;
  max: Buffer | undefined;
}

/** What a chunk says of its values, whatever its pages are. */
export type ChunkValues = Pick<
  ColumnChunk,
  'path' | 'type' | 'compression' | 'values' | 'nullCount' | 'min' | 'max'
>;

/** The pages of a chunk, in their order. */
export interface ChunkPages {
  /** Undefined if no page has indices. */
  dictionary: Page | undefined;
  data: readonly Page[];
  /** Number of data pages with indices. */
  indexPages: number;
}

/** The chunk whose pages begin at an offset. */
export function columnChunk(
  values: ChunkValues,
  { dictionary, data, indexPages }: ChunkPages,
  offset: number,
): ColumnChunk {
  const pages = dictionary === undefined ? data : [dictionary, ...data];
  return {
    ...values,
    // PLAIN is the encoding of the dictionary page, too; RLE is that of the levels.
    encodings: [
      ...(dictionary === undefined ? [] : [Encoding.RLE_DICTIONARY]),
      Encoding.PLAIN,
      Encoding.RLE,
    ],
    encodingStats: [
      dictionaryPages(dictionary === undefined ? 0 : 1),
      dataPages(Encoding.RLE_DICTIONARY, indexPages),
      dataPages(Encoding.PLAIN, data.length - indexPages),
    ].filter(({ count }) => count > 0),
    uncompressedSize: pages.reduce((sum, page) => sum + page.uncompressedSize, 0),
    compressedSize: pages.reduce((sum, page) => sum + page.compressedSize, 0),
    dictionaryPageOffset: dictionary === undefined ? undefined : offset,
    dataPageOffset: offset + (dictionary?.compressedSize ?? 0),
  };
}

function dictionaryPages(count: number): ColumnChunk['encodingStats'][number] {
  return { pageType: PageType.DICTIONARY_PAGE, encoding: Encoding.PLAIN, count };
}

function dataPages(encoding: number, count: number): ColumnChunk['encodingStats'][number] {
  return { pageType: PageType.DATA_PAGE, encoding, count };
}
