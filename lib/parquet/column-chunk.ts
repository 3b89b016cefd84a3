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

/**
 * The chunk whose pages begin at an offset. Its fields are listed one by one: of objects made by spreading, those of
 * 400 mixed days took 14 MiB more.
 */
export function columnChunk(
  values: ChunkValues,
  { dictionary, data, indexPages }: ChunkPages,
  offset: number,
): ColumnChunk {
  const { path, type, compression, nullCount, min, max } = values;
  const chunk: ColumnChunk = {
    path,
    type,
    compression,
    encodings: [],
    encodingStats: [],
    values: values.values,
    uncompressedSize: dictionary?.uncompressedSize ?? 0,
    compressedSize: dictionary?.compressedSize ?? 0,
    dictionaryPageOffset: dictionary === undefined ? undefined : offset,
    dataPageOffset: offset + (dictionary?.compressedSize ?? 0),
    nullCount,
    min,
    max,
  };
  for (const page of data) {
    chunk.uncompressedSize += page.uncompressedSize;
    chunk.compressedSize += page.compressedSize;
  }
  if (dictionary !== undefined) {
    chunk.encodings.push(Encoding.PLAIN_DICTIONARY);
    chunk.encodingStats.push(
      { pageType: PageType.DICTIONARY_PAGE, encoding: Encoding.PLAIN_DICTIONARY, count: 1 },
      { pageType: PageType.DATA_PAGE, encoding: Encoding.PLAIN_DICTIONARY, count: indexPages },
    );
  }
  const plainPages = data.length - indexPages;
  if (plainPages > 0) {
    chunk.encodingStats.push({
      pageType: PageType.DATA_PAGE,
      encoding: Encoding.PLAIN,
      count: plainPages,
    });
    chunk.encodings.push(Encoding.PLAIN);
  }
  // Of the levels.
  chunk.encodings.push(Encoding.RLE);
  return chunk;
}
