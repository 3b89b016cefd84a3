// Entries of maps → the current pages of two columns: keys and values.

import {
  Column,
  NEED_INDICES,
  NEED_KEY_DICTIONARY,
  NEED_KEY_INDICES,
  NEED_NOTHING,
  NEED_PAGE_END,
  pushPlain,
} from './column';
import { indexOf, MANY_VALUES, putIndices } from './dictionary';
import { hashValue } from '../hash';
import { Batch, entryAt, Keys, MapEntry, mapEntries } from '../layout';
import { noteExtremes } from './statistics';

/** A map column: its two leaves, and the number of entries in each row of the page. */
// biome-ignore format: one field a line, with its meaning
@unmanaged
export class MapColumn {
  key: usize;            // Column
  value: usize;          // Column
  counts: usize;         // u32[countCap]  entries of each row in the page
  countCap: u32;
  rows: u32;             // rows in the page
  slots: u32;            // entries in the page; an empty map counts as one
  keyIndex: usize;       // u32[]  key id → 1 + its index in the key dictionary, or 0
}

/** Appends a map of `count` rows from order[first] on; returns how many rows were appended. */
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

/** Appends one row to a page of plain values; returns 1, or 0 if something is needed first. */
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

/** Writes the indices of entries' keys after the `before` that the page has, without counting them. */
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

/** 1 + the index of a key that the row group did not have under this id; 0 if there is no room. */
function addKey(k: Column, id: u32): u32 {
  const start = load<u32>(keys.start + (id << 2));
  const len = load<u32>(keys.len + (id << 2));
  const index = indexOf(k, start, len, hashValue(start, len));
  if (!index) k.need = NEED_KEY_DICTIONARY;
  return index;
}

/**
 * Appends up to `count` rows to a page of indices, as long as their entries follow each other in memory, as
 * those of rows of one day mostly do. Returns how many rows were appended.
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
  // Only the rows before the one whose value had no room.
  let before: u32 = 0;
  let whole: u32 = 0;
  while (true) {
    before += load<u32>(m.counts + ((m.rows + whole) << 2));
    if (before > found) return takeRows(m, k, v, whole);
    whole++;
  }
}

/** Appends a row that has more values than are looked up together. */
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

/** Counts rows whose keys, values and counts were written. */
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
