// Good rows → the buffer of their day, where they wait until they make a row group (lib/route/day-buffers.ts).
// A buffer has the packed rows of one day, one after another. A packed row is a PackedRow, its metric value, a
// word for each entry of its maps, and the bytes of all its texts in the same order.

import { hashDay } from '../hash';
import {
  Batch,
  entryAt,
  EVENT_KEY,
  IDENTIFIERS_JSON,
  INSERT_ID,
  KIND_STRING,
  MapEntry,
  MAPS,
  mapEntries,
  METRIC_STRIDE,
} from '../layout';
import { copyText, SLACK } from '../text';

/** The buffer of a day. */
// biome-ignore format: one field a line, with its meaning
@unmanaged
export class DayBuffer {
  day: i32;              // days since 1970
  pos: usize;            // where the next row goes
  end: usize;            // after the last byte that rows may take
}

/** All buffers, with a hash table of their days. */
// biome-ignore format: one field a line, with its meaning
@unmanaged
export class DayBuffers {
  buffers: usize;        // DayBuffer[]
  table: usize;          // u32[tableMask + 1]  1 + the index of a buffer, by day, with open addressing; 0 is free
  tableMask: u32;
  keyIds: usize;         // u32[]  id of a key in the batch's table → its id in the table of packed rows
  withJson: u32;         // 1: rows have IDENTIFIERS_JSON
}

// biome-ignore format: one field a line, with its meaning
@unmanaged
class PackedRow {
  time: i64;
  size: u32;             // bytes of the packed row
  insertIdLen: u32;
  eventKeyLen: u32;
  jsonLen: u32;
  entries0: u32;         // entries of each map
  entries1: u32;
  entries2: u32;
  entries3: u32;
}
/** Bytes of a PackedRow and the metric value. */
const HEADER: usize = offsetof<PackedRow>() + METRIC_STRIDE;

/** An entry's word is its key and length. If one of them does not fit, it is WIDE, and both are before the text. */
const WIDE: u32 = 0xffffffff;

// @ts-ignore: decorator
@inline
function isWide(key: u32, len: u32): bool {
  return key >= 0xffff || len >= 0xffff;
}

/** The id of an entry's key in the table of packed rows. */
// @ts-ignore: decorator
@inline
function keyOf(entry: MapEntry): u32 {
  return load<u32>(keyIds + (entry.key << 2));
}

let batch: Batch = changetype<Batch>(0);
let keyIds: usize = 0;
let withJson: bool = false;

// What the row needs at which `bufferRows` stopped: its day, 1 + the index of its buffer (or 0), and bytes.
let neededDay: i32 = 0;
let neededBuffer: u32 = 0;
let neededBytes: u32 = 0;
export function getNeededDay(): i32 {
  return neededDay;
}
export function getNeededBuffer(): u32 {
  return neededBuffer;
}
export function getNeededBytes(): u32 {
  return neededBytes;
}

/** 1 + the index of a day's buffer, or 0 if it has none. */
// @ts-ignore: decorator
@inline
function find(all: DayBuffers, day: i32): u32 {
  let at = hashDay(day) & all.tableMask;
  while (true) {
    const index = load<u32>(all.table + (at << 2));
    if (index == 0 || bufferAt(all, index).day == day) return index;
    at = (at + 1) & all.tableMask;
  }
}

/** The buffer with 1 + this index. */
// @ts-ignore: decorator
@inline
function bufferAt(all: DayBuffers, index: u32): DayBuffer {
  return changetype<DayBuffer>(all.buffers + <usize>(index - 1) * offsetof<DayBuffer>());
}

/** Puts a buffer, given by 1 + its index, into the table, which must have room. */
export function addBuffer(buffersAt: usize, index: u32): void {
  const all = changetype<DayBuffers>(buffersAt);
  let at = hashDay(bufferAt(all, index).day) & all.tableMask;
  while (load<u32>(all.table + (at << 2))) at = (at + 1) & all.tableMask;
  store<u32>(all.table + (at << 2), index);
}

/**
 * Packs rows order[first … count) into the buffers of their days. Returns `count`, or where it stopped at a row
 * that has no buffer or no room in it.
 */
export function bufferRows(batchAt: usize, buffersAt: usize, first: u32, count: u32): u32 {
  batch = changetype<Batch>(batchAt);
  const all = changetype<DayBuffers>(buffersAt);
  keyIds = all.keyIds;
  withJson = all.withJson != 0;
  for (let i = first; i < count; i++) {
    const row = load<u32>(batch.order + (i << 2));
    const day = load<i32>(batch.day + (row << 2));
    const size = packedSize(row);
    const index = find(all, day);
    if (index) {
      const buffer = bufferAt(all, index);
      if (buffer.pos + size + SLACK <= buffer.end) {
        pack(row, size, buffer.pos);
        buffer.pos += size;
        continue;
      }
    }
    neededDay = day;
    neededBuffer = index;
    neededBytes = <u32>size + SLACK;
    return i;
  }
  return count;
}

// @ts-ignore: decorator
@inline
function offsetAt(map: u32, row: u32): u32 {
  return load<u32>(batch.mapOffset + ((map * (batch.rowCap + 1) + row) << 2));
}

// @ts-ignore: decorator
@inline
function scalarLen(scalar: u32, row: u32): u32 {
  return load<u32>(batch.scalarLen + ((scalar * batch.rowCap + row) << 2));
}

function packedSize(row: u32): usize {
  let size = HEADER + scalarLen(INSERT_ID, row) + scalarLen(EVENT_KEY, row);
  if (withJson) size += scalarLen(IDENTIFIERS_JSON, row);
  for (let map: u32 = 0; map < MAPS; map++) {
    const entries = mapEntries(batch, map);
    const end = entryAt(entries, offsetAt(map, row + 1));
    for (let at = entryAt(entries, offsetAt(map, row)); at < end; at += offsetof<MapEntry>()) {
      const entry = changetype<MapEntry>(at);
      size += sizeof<u32>() + entry.len;
      if (isWide(keyOf(entry), entry.len)) size += sizeof<u64>();
    }
  }
  return size;
}

function pack(row: u32, size: usize, to: usize): void {
  const packed = changetype<PackedRow>(to);
  packed.time = load<i64>(batch.ts + (row << 3));
  packed.size = <u32>size;
  v128.store(to + offsetof<PackedRow>(), v128.load(batch.metric + <usize>row * METRIC_STRIDE));
  let count: u32 = 0;
  for (let map: u32 = 0; map < MAPS; map++) {
    const entries = offsetAt(map, row + 1) - offsetAt(map, row);
    store<u32>(to + offsetof<PackedRow>('entries0') + (map << 2), entries);
    count += entries;
  }
  let entryTo = to + HEADER;
  let text = entryTo + <usize>count * sizeof<u32>();
  packed.insertIdLen = scalarLen(INSERT_ID, row);
  text = packScalar(INSERT_ID, row, text);
  packed.eventKeyLen = scalarLen(EVENT_KEY, row);
  text = packScalar(EVENT_KEY, row, text);
  packed.jsonLen = 0;
  if (withJson) {
    packed.jsonLen = scalarLen(IDENTIFIERS_JSON, row);
    text = packScalar(IDENTIFIERS_JSON, row, text);
  }
  for (let map: u32 = 0; map < MAPS; map++) {
    const entries = mapEntries(batch, map);
    const end = entryAt(entries, offsetAt(map, row + 1));
    for (let at = entryAt(entries, offsetAt(map, row)); at < end; at += offsetof<MapEntry>()) {
      const entry = changetype<MapEntry>(at);
      const key = keyOf(entry);
      if (isWide(key, entry.len)) {
        store<u32>(entryTo, WIDE);
        store<u32>(text, key);
        store<u32>(text + 4, entry.len);
        text += sizeof<u64>();
      } else store<u32>(entryTo, (key << 16) | entry.len);
      entryTo += sizeof<u32>();
      copyText(text, entry.start, entry.len);
      text += entry.len;
    }
  }
}

/** Copies a scalar's text; returns the address after it. */
function packScalar(scalar: u32, row: u32, to: usize): usize {
  const len = scalarLen(scalar, row);
  copyText(to, load<u32>(batch.scalarStart + ((scalar * batch.rowCap + row) << 2)), len);
  return to + len;
}

/** Makes the packed rows [from, end) the rows of a batch, in their order. Their texts stay where they are. */
export function unpackRows(batchAt: usize, from: usize, end: usize): void {
  batch = changetype<Batch>(batchAt);
  let row: u32 = 0;
  while (from < end) {
    assert(row < batch.rowCap);
    unpack(row, from);
    store<u32>(batch.order + (row << 2), row);
    row++;
    from += changetype<PackedRow>(from).size;
  }
  batch.rows = row;
}

function unpack(row: u32, from: usize): void {
  const packed = changetype<PackedRow>(from);
  store<i64>(batch.ts + (row << 3), packed.time);
  v128.store(batch.metric + <usize>row * METRIC_STRIDE, v128.load(from + offsetof<PackedRow>()));
  let source = from + HEADER;
  const count = packed.entries0 + packed.entries1 + packed.entries2 + packed.entries3;
  let text = source + <usize>count * sizeof<u32>();
  text = unpackScalar(INSERT_ID, row, text, packed.insertIdLen);
  text = unpackScalar(EVENT_KEY, row, text, packed.eventKeyLen);
  text = unpackScalar(IDENTIFIERS_JSON, row, text, packed.jsonLen);
  for (let map: u32 = 0; map < MAPS; map++) {
    const first = row ? offsetAt(map, row) : 0;
    const last = first + load<u32>(from + offsetof<PackedRow>('entries0') + (map << 2));
    const entries = mapEntries(batch, map);
    for (let i = first; i < last; i++) {
      const entry = changetype<MapEntry>(entryAt(entries, i));
      const word = load<u32>(source);
      entry.key = word >> 16;
      entry.len = word & 0xffff;
      if (word == WIDE) {
        entry.key = load<u32>(text);
        entry.len = load<u32>(text + 4);
        text += sizeof<u64>();
      }
      entry.start = <u32>text;
      entry.kind = KIND_STRING;
      text += entry.len;
      source += sizeof<u32>();
    }
    store<u32>(batch.mapOffset + ((map * (batch.rowCap + 1) + row + 1) << 2), last);
  }
}

/** Makes the text at `text` a scalar of the row; returns the address after it. */
function unpackScalar(scalar: u32, row: u32, text: usize, len: u32): usize {
  const index = (scalar * batch.rowCap + row) << 2;
  store<u32>(batch.scalarStart + index, <u32>text);
  store<u32>(batch.scalarLen + index, len);
  return text + len;
}
