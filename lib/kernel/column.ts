// Values of batches → the current page of a column: plain bytes, or indices into a dictionary.
//
// The append functions take whole rows and stop at the first row for which there is no room (`need` says
// of what kind), so that TypeScript can make room or end the page, and go on with that row.

import { indexOf, MANY_VALUES, putIndices } from './dictionary';
import { Batch, entryAt, Keys, MapEntry, mapEntries, METRIC_BYTES, METRIC_STRIDE, METRIC_VALUE } from './layout';
import { hashValue } from './text';

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

/** Longest minimum or maximum that is kept; a longer one is not told to readers. */
export const STATISTICS_BYTES: u32 = 224; // with the SLACK behind it, a minimum and a maximum take 512 bytes

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

/** A map column: its two leaves, and how many entries each row of the page has. */
// biome-ignore format: one field a line, with its meaning
@unmanaged
export class MapColumn {
  key: usize;            // Column
  value: usize;          // Column
  counts: usize;         // u32[countCap]
  countCap: u32;
  rows: u32;             // rows in the page
  slots: u32;            // entries in the page, an empty map counting one
  keyIndex: usize;       // u32[]  key id → index in the key dictionary + 1
}

/** Order of two texts by their unsigned bytes: negative, 0, positive. */
function compareText(a: usize, aLen: u32, b: usize, bLen: u32): i32 {
  const len = min(aLen, bLen);
  let i: u32 = 0;
  for (; i + 8 <= len; i += 8) {
    const x = load<u64>(a + i);
    const y = load<u64>(b + i);
    if (x != y) return bswap(x) < bswap(y) ? -1 : 1;
  }
  for (; i < len; i++) {
    const d = <i32>load<u8>(a + i) - <i32>load<u8>(b + i);
    if (d) return d;
  }
  return aLen < bLen ? -1 : aLen > bLen ? 1 : 0;
}

/** Order of fixed values as signed big-endian numbers of `width` bytes. */
function compareSigned(a: usize, b: usize, width: u32): i32 {
  const d = <i32>load<i8>(a) - <i32>load<i8>(b);
  return d ? d : compareText(a, width, b, width);
}

export function noteExtremes(c: Column, p: usize, len: u32): void {
  if (c.hasStatistics == 2) return;
  if (c.hasStatistics == 0) {
    keepMin(c, p, len);
    keepMax(c, p, len);
    if (c.hasStatistics == 0) c.hasStatistics = 1;
    return;
  }
  const toMin = c.width ? compareSigned(p, c.min, c.width) : compareText(p, len, c.min, c.minLen);
  if (toMin < 0) return keepMin(c, p, len);
  const toMax = c.width ? compareSigned(p, c.max, c.width) : compareText(p, len, c.max, c.maxLen);
  if (toMax > 0) keepMax(c, p, len);
}

function keepMin(c: Column, p: usize, len: u32): void {
  if (len > STATISTICS_BYTES) c.hasStatistics = 2;
  else {
    memory.copy(c.min, p, len);
    c.minLen = len;
  }
}

function keepMax(c: Column, p: usize, len: u32): void {
  if (len > STATISTICS_BYTES) c.hasStatistics = 2;
  else {
    memory.copy(c.max, p, len);
    c.maxLen = len;
  }
}

/** Copies 16 bytes at a time, up to 15 bytes too many. */
// @ts-ignore: decorator
@inline
export function copyText(to: usize, from: usize, len: u32): void {
  for (let i: u32 = 0; i < len; i += 16) v128.store(to + i, v128.load(from + i));
}

// Blocks have this much room behind their capacity, for copies of 16 bytes.
export const SLACK: u32 = 32;

/** Appends a value in PLAIN encoding; false where there is no room. */
// @ts-ignore: decorator
@inline
function pushPlain(c: Column, p: usize, len: u32): bool {
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

/** Values of rows without nesting, in the form that map entries have. */
const slices: usize = memory.data(8192 /* offsetof<MapEntry>() * MANY_VALUES */, 8);

/** Appends a scalar of rows order[first …], metric values as they were read; returns how many rows were taken. */
export function appendScalars(columnAt: usize, batchAt: usize, scalar: u32, first: u32, count: u32): u32 {
  const batch = changetype<Batch>(batchAt);
  const c = changetype<Column>(columnAt);
  let done: u32 = 0;
  c.need = NEED_NOTHING;
  while (done < count && c.need == NEED_NOTHING) {
    const some = min(count - done, MANY_VALUES);
    if (scalar == METRIC_VALUE) putMetrics(batch, first + done, some);
    else putTexts(batch, scalar, first + done, some);
    done += appendSlices(c, some);
  }
  return done;
}

function putTexts(batch: Batch, scalar: u32, first: u32, count: u32): void {
  const starts = batch.scalarStart + ((scalar * batch.rowCap) << 2);
  const lens = batch.scalarLen + ((scalar * batch.rowCap) << 2);
  for (let i: u32 = 0; i < count; i++) {
    const row = load<u32>(batch.order + ((first + i) << 2));
    putSlice(i, load<u32>(starts + (row << 2)), load<u32>(lens + (row << 2)));
  }
}

function putMetrics(batch: Batch, first: u32, count: u32): void {
  for (let i: u32 = 0; i < count; i++) {
    const row = load<u32>(batch.order + ((first + i) << 2));
    putSlice(i, batch.metric + <usize>row * METRIC_STRIDE, <u32>METRIC_BYTES);
  }
}

// @ts-ignore: decorator
@inline
function putSlice(index: u32, start: usize, len: u32): void {
  const slice = changetype<MapEntry>(entryAt(slices, index));
  slice.start = <u32>start;
  slice.len = len;
}

/** Appends the first `count` slices; where not all were taken, `need` says why. */
function appendSlices(c: Column, count: u32): u32 {
  const rows = c.isPlain ? appendPlainSlices(c, count) : appendIndices(c, count);
  c.pageRows += rows;
  return rows;
}

function appendPlainSlices(c: Column, count: u32): u32 {
  for (let i: u32 = 0; i < count; i++) {
    if (c.plainSize >= c.pageSize) {
      c.need = NEED_PAGE_END;
      return i;
    }
    const slice = changetype<MapEntry>(entryAt(slices, i));
    if (!pushPlain(c, slice.start, slice.len)) return i;
    noteExtremes(c, slice.start, slice.len);
  }
  return count;
}

function appendIndices(c: Column, count: u32): u32 {
  const room = min(c.indexCap - c.indexCount, count);
  const found = putIndices(c, slices, room, c.indices + (c.indexCount << 2));
  c.indexCount += found;
  if (found == room && room < count) c.need = NEED_INDICES;
  return found;
}

/** The same of times: 8 bytes each, always plain. */
export function appendTimes(columnAt: usize, batchAt: usize, first: u32, count: u32): u32 {
  const batch = changetype<Batch>(batchAt);
  const c = changetype<Column>(columnAt);
  let low = c.hasStatistics ? load<i64>(c.min) : i64.MAX_VALUE;
  let high = c.hasStatistics ? load<i64>(c.max) : i64.MIN_VALUE;
  let i: u32 = 0;
  c.need = NEED_NOTHING;
  for (; i < count; i++) {
    if (c.plainSize >= c.pageSize) {
      c.need = NEED_PAGE_END;
      break;
    }
    if (c.plainSize + 8 > c.plainCap) {
      c.need = NEED_PLAIN;
      break;
    }
    const row = load<u32>(batch.order + ((first + i) << 2));
    const time = load<i64>(batch.ts + (row << 3));
    store<i64>(c.plain + c.plainSize, time);
    c.plainSize += 8;
    low = min(low, time);
    high = max(high, time);
  }
  if (i) {
    c.hasStatistics = 1;
    store<i64>(c.min, low);
    store<i64>(c.max, high);
    c.minLen = 8;
    c.maxLen = 8;
  }
  c.pageRows += i;
  return i;
}

/** Appends a map's entries of rows order[first …]; returns how many rows were taken. */
export function appendMaps(mapAt: usize, batchAt: usize, keysAt: usize, map: u32, first: u32, count: u32): u32 {
  const m = changetype<MapColumn>(mapAt);
  const batch = changetype<Batch>(batchAt);
  const v = changetype<Column>(m.value);
  entries = mapEntries(batch, map);
  offsets = batch.mapOffset + ((map * (batch.rowCap + 1)) << 2);
  keys = changetype<Keys>(keysAt);
  let done: u32 = 0;
  while (done < count) {
    changetype<Column>(m.key).need = NEED_NOTHING;
    v.need = NEED_NOTHING;
    const order = batch.order + ((first + done) << 2);
    const rows = v.isPlain ? appendPlainRow(m, order) : appendIndexRows(m, order, count - done);
    if (!rows) break;
    done += rows;
  }
  return done;
}

// The map whose entries are being appended.
let entries: usize = 0; // MapEntry[]
let offsets: usize = 0; // u32[]  of each row
let keys: Keys = changetype<Keys>(0);

// @ts-ignore: decorator
@inline
function rowBegin(row: u32): u32 {
  return load<u32>(offsets + (row << 2));
}

/** Appends one row to a page of plain values: 1, or 0 where something is needed first. */
function appendPlainRow(m: MapColumn, order: usize): u32 {
  const k = changetype<Column>(m.key);
  const v = changetype<Column>(m.value);
  const row = load<u32>(order);
  const count = rowBegin(row + 1) - rowBegin(row);
  if (m.rows >= m.countCap || v.plainSize >= v.pageSize) {
    v.need = NEED_PAGE_END;
    return 0;
  }
  if (!putKeys(m, k, rowBegin(row), count, k.indexCount)) return 0;
  const plainSize = v.plainSize;
  for (let at = entryAt(entries, rowBegin(row)), end = entryAt(at, count); at < end; at += offsetof<MapEntry>()) {
    const entry = changetype<MapEntry>(at);
    if (!pushPlain(v, entry.start, entry.len)) {
      v.plainSize = plainSize;
      return 0;
    }
    noteExtremes(v, entry.start, entry.len);
  }
  store<u32>(m.counts + (m.rows << 2), count);
  return takeRows(m, k, v, 1);
}

/** Puts the indices of the keys of entries behind the `before` that the page has, without counting them in. */
// @ts-ignore: decorator
@inline
function putKeys(m: MapColumn, k: Column, first: u32, count: u32, before: u32): bool {
  if (before + count > k.indexCap) {
    k.need = NEED_KEY_INDICES;
    return false;
  }
  const keyIndex = m.keyIndex;
  let to = k.indices + (before << 2);
  let at = entryAt(entries, first);
  for (const end = entryAt(at, count); at < end; at += offsetof<MapEntry>(), to += 4) {
    const known = keyIndex + (changetype<MapEntry>(at).key << 2);
    let index = load<u32>(known);
    if (!index) {
      index = addKey(k, changetype<MapEntry>(at).key);
      if (!index) return false;
      store<u32>(known, index);
    }
    store<u32>(to, index - 1);
  }
  return true;
}

/** Index + 1 of a key that the row group has not had under this id; 0 where there is no room. */
function addKey(k: Column, id: u32): u32 {
  const start = load<u32>(keys.start + (id << 2));
  const len = load<u32>(keys.len + (id << 2));
  const index = indexOf(k, start, len, hashValue(start, len, 0));
  if (!index) k.need = NEED_KEY_DICTIONARY;
  return index;
}

/**
 * Appends up to `count` rows to a page of indices, as long as their entries follow each other, as those of
 * one day's rows mostly do; returns how many.
 */
function appendIndexRows(m: MapColumn, order: usize, count: u32): u32 {
  const k = changetype<Column>(m.key);
  const v = changetype<Column>(m.value);
  const first = rowBegin(load<u32>(order));
  let rows: u32 = 0;
  let end = first;
  for (; rows < count; rows++) {
    const row = load<u32>(order + (rows << 2));
    if (rowBegin(row) != end) break;
    const next = rowBegin(row + 1);
    if (next - first > MANY_VALUES || !hasRoom(m, v, rows, next - first)) break;
    store<u32>(m.counts + ((m.rows + rows) << 2), next - end);
    end = next;
  }
  if (rows == 0) return v.need ? 0 : appendLongRow(m, load<u32>(order));
  const values = end - first;
  if (!putKeys(m, k, first, values, k.indexCount)) return 0;
  const found = putIndices(v, entryAt(entries, first), values, v.indices + (v.indexCount << 2));
  if (found == values) return takeRows(m, k, v, rows);
  // Up to the row whose value has no room.
  let before: u32 = 0;
  let whole: u32 = 0;
  while (true) {
    before += load<u32>(m.counts + ((m.rows + whole) << 2));
    if (before > found) return takeRows(m, k, v, whole);
    whole++;
  }
}

/** Appends a row that has more values than are looked up at once. */
function appendLongRow(m: MapColumn, row: u32): u32 {
  const k = changetype<Column>(m.key);
  const v = changetype<Column>(m.value);
  const begin = rowBegin(row);
  const values = rowBegin(row + 1) - begin;
  if (!hasRoom(m, v, 0, values) || !putKeys(m, k, begin, values, k.indexCount)) return 0;
  for (let done: u32 = 0; done < values; done += MANY_VALUES) {
    const some = min(values - done, MANY_VALUES);
    if (putIndices(v, entryAt(entries, begin + done), some, v.indices + ((v.indexCount + done) << 2)) < some) return 0;
  }
  store<u32>(m.counts + (m.rows << 2), values);
  return takeRows(m, k, v, 1);
}

// @ts-ignore: decorator
@inline
function hasRoom(m: MapColumn, v: Column, rows: u32, values: u32): bool {
  if (m.rows + rows >= m.countCap) v.need = NEED_PAGE_END;
  else if (v.indexCount + values > v.indexCap) v.need = NEED_INDICES;
  else return true;
  return false;
}

/** Counts in rows whose keys, values and counts were put. */
function takeRows(m: MapColumn, k: Column, v: Column, rows: u32): u32 {
  let values: u32 = 0;
  for (let i: u32 = 0; i < rows; i++) {
    const count = load<u32>(m.counts + ((m.rows + i) << 2));
    values += count;
    m.slots += max<u32>(count, 1);
  }
  m.rows += rows;
  k.indexCount += values;
  if (!v.isPlain) v.indexCount += values;
  return rows;
}
