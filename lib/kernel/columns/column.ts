// A leaf column of an open row group: its current page, of plain bytes or of indices into its dictionary
// (dictionary.ts), and its statistics (statistics.ts). scalar-column.ts and map-column.ts append to it.
//
// The append functions take whole rows. They stop at the first row for which there is no room, and set `need`,
// so that TypeScript can make room or end the page, and go on with that row.

import { copyText } from '../text';

/** Everything was appended. */
export const NEED_NOTHING: u32 = 0;
/** The page is full. */
export const NEED_PAGE_END: u32 = 1;
/** `plain` must be larger. */
export const NEED_PLAIN: u32 = 2;
/** `indices` must be larger. */
export const NEED_INDICES: u32 = 3;
/** The dictionary must be larger or be given up. */
export const NEED_DICTIONARY: u32 = 4;
/** `indices` of a map's key column must be larger. */
export const NEED_KEY_INDICES: u32 = 5;
/** The dictionary of a map's key column must be larger. */
export const NEED_KEY_DICTIONARY: u32 = 6;
/** The dictionary does not pay: its values must become plain. */
export const NEED_NO_DICTIONARY: u32 = 7;

/** The page and dictionary of a leaf column. TypeScript (lib/parquet/leaf-memory.ts) lays it out. */
// biome-ignore format: one field a line, with its meaning
@unmanaged
export class Column {
  width: u32;            // bytes of each value; 0: BYTE_ARRAY
  isPlain: u32;          // 1: the page has plain values; 0: indices
  need: u32;             // NEED_…
  pageSize: u32;         // bytes after which a page ends
  pageRows: u32;         // rows in the page (MapColumn counts those of a map)
  indexPages: u32;       // pages of indices that have ended
  plain: usize;          // the page's values in PLAIN encoding
  plainCap: u32;
  plainSize: u32;
  indices: usize;        // u32[indexCap]  the page's values as dictionary indices
  indexCap: u32;
  indexCount: u32;
  dictionary: usize;     // the dictionary's entries in PLAIN encoding, as the dictionary page has them
  dictionaryCap: u32;
  dictionarySize: u32;
  entries: usize;        // u32[entryCap]  where each entry begins
  entryCap: u32;
  entryCount: u32;
  table: usize;          // u32[tableMask + 1][4]  hash table of entries (dictionary.ts)
  tableMask: u32;
  hasStatistics: u32;    // 0: no value yet; 1: min and max are known; 2: one of them is too long
  min: usize;            // copies of at most STATISTICS_BYTES
  max: usize;
  minLen: u32;
  maxLen: u32;
}

/** Appends a value in PLAIN encoding; returns false if there is no room. */
// @ts-ignore: decorator
@inline
export function pushPlain(c: Column, p: usize, len: u32): bool {
  const prefix: u32 = c.width ? 0 : 4;
  const size = c.plainSize;
  if (size + prefix + len > c.plainCap) {
    c.need = NEED_PLAIN;
    return false;
  }
  const to = c.plain + size;
  if (prefix) store<u32>(to, len);
  copyText(to + prefix, p, len);
  c.plainSize = size + prefix + len;
  return true;
}

/** Values after which a dictionary must pay. */
const ENOUGH_VALUES: u32 = 4096;

/** Whether a dictionary with this many entries pays for this many values. */
export function isWorthwhile(entries: u32, values: u32): bool {
  return entries * 10 <= values * 7;
}

/** Whether the dictionary does not pay, and no page has used it yet; sets `need` then. */
export function considerDictionary(c: Column): bool {
  if (c.indexCount < ENOUGH_VALUES || c.indexPages || isWorthwhile(c.entryCount, c.indexCount)) return false;
  c.need = NEED_NO_DICTIONARY;
  return true;
}

/** Makes the page's indices plain values. There must be room for them. The dictionary is not used any more. */
export function indicesToPlain(columnAt: usize): void {
  const c = changetype<Column>(columnAt);
  for (let i: u32 = 0; i < c.indexCount; i++) {
    const at = c.dictionary + load<u32>(c.entries + (load<u32>(c.indices + (i << 2)) << 2));
    if (c.width) pushPlain(c, at, c.width);
    else pushPlain(c, at + 4, load<u32>(at));
  }
  c.indexCount = 0;
}

/** Bytes of room that `indicesToPlain` needs. */
export function plainBytesOfIndices(columnAt: usize): u32 {
  const c = changetype<Column>(columnAt);
  if (c.width) return c.width * c.indexCount;
  let bytes: u32 = 0;
  for (let i: u32 = 0; i < c.indexCount; i++) {
    bytes += 4 + load<u32>(c.dictionary + load<u32>(c.entries + (load<u32>(c.indices + (i << 2)) << 2)));
  }
  return bytes;
}
