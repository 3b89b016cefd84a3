// A leaf column of an open row group: its current page, of plain bytes or of indices into its dictionary
// (dictionary.ts), and its statistics (statistics.ts). scalar-column.ts and map-column.ts append to it.
//
// The append functions take whole rows and stop at the first row for which there is no room (`need` says
// of what kind), so that TypeScript can make room or end the page, and go on with that row.

import { copyText } from './text';

/** Everything was appended. */
export const NEED_NOTHING: u32 = 0;
/** The page has its size. */
export const NEED_PAGE_END: u32 = 1;
/** `plain` must be larger. */
export const NEED_PLAIN: u32 = 2;
/** `indices` must be larger. */
export const NEED_INDICES: u32 = 3;
/** The dictionary must be larger, or given up. */
export const NEED_DICTIONARY: u32 = 4;
/** The same of the key column of a map. */
export const NEED_KEY_INDICES: u32 = 5;
export const NEED_KEY_DICTIONARY: u32 = 6;
/** The dictionary does not pay: what it holds is to become plain. */
export const NEED_NO_DICTIONARY: u32 = 7;

/** A leaf column's page and dictionary. `width` 0 is BYTE_ARRAY, else the fixed bytes of a value. */
// biome-ignore format: one field a line, with its meaning
@unmanaged
export class Column {
  width: u32;
  isPlain: u32;
  need: u32;
  pageSize: u32;         // bytes after which a page ends
  pageRows: u32;         // rows in the page (of a map: see MapColumn)
  indexPages: u32;       // pages of indices that have ended
  plain: usize;          // values of the page in PLAIN encoding
  plainCap: u32;
  plainSize: u32;
  indices: usize;        // u32[]  values of the page as dictionary indices
  indexCap: u32;
  indexCount: u32;
  dictionary: usize;     // its entries in PLAIN encoding: the dictionary page
  dictionaryCap: u32;
  dictionarySize: u32;
  entries: usize;        // u32[entryCap]  where each entry begins
  entryCap: u32;
  entryCount: u32;
  table: usize;          // four places for each of tableMask + 1 (dictionary.ts)
  tableMask: u32;
  hasStatistics: u32;    // 0: no value yet; 1: min and max are right; 2: one of them is too long
  min: usize;            // copies, of at most STATISTICS_BYTES
  max: usize;
  minLen: u32;
  maxLen: u32;
}

/** Appends a value in PLAIN encoding; false where there is no room. */
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

/** Values after which it is looked at whether a dictionary pays. */
const ENOUGH_VALUES: u32 = 4096;

/** Whether a dictionary of so many entries pays for so many values. */
export function isWorthwhile(entries: u32, values: u32): bool {
  return entries * 10 <= values * 7;
}

/** Says so where a dictionary that no page has used yet does not pay. */
export function considerDictionary(c: Column): bool {
  if (c.indexCount < ENOUGH_VALUES || c.indexPages || isWorthwhile(c.entryCount, c.indexCount)) return false;
  c.need = NEED_NO_DICTIONARY;
  return true;
}

/** The page's indices become plain values (whose room was made); the dictionary is as good as empty then. */
export function indicesToPlain(columnAt: usize): void {
  const c = changetype<Column>(columnAt);
  for (let i: u32 = 0; i < c.indexCount; i++) {
    const at = c.dictionary + load<u32>(c.entries + (load<u32>(c.indices + (i << 2)) << 2));
    if (c.width) pushPlain(c, at, c.width);
    else pushPlain(c, at + 4, load<u32>(at));
  }
  c.indexCount = 0;
}

/** Bytes that `indicesToPlain` needs. */
export function plainBytesOfIndices(columnAt: usize): u32 {
  const c = changetype<Column>(columnAt);
  if (c.width) return c.width * c.indexCount;
  let bytes: u32 = 0;
  for (let i: u32 = 0; i < c.indexCount; i++) {
    bytes += 4 + load<u32>(c.dictionary + load<u32>(c.entries + (load<u32>(c.indices + (i << 2)) << 2)));
  }
  return bytes;
}
