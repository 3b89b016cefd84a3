// Rows whose insert_id came before on the same UTC day.
//
// Ids are kept as the 128 bits that they are, beside their day, in hash tables: 256 of them, by the first
// byte of the hash, so that one of them at a time grows, and never all of them at once.

import { CODE_DUPLICATE_INSERT_ID, CODE_FILTERED } from './codes';
import { Batch, INSERT_ID } from './layout';

export const DUPLICATE_SHARDS: u32 = 256;
/** Bytes of a place in a table: two halves of an id, and its day. */
export const DUPLICATE_PLACE: usize = 20;
/** What fills an empty table; a day of four such bytes is none. */
export const DUPLICATE_FREE: u32 = 0x80;
const FREE_DAY: i32 = 0x80808080;

/** One of the tables. */
// biome-ignore format: one field a line, with its meaning
@unmanaged
export class IdTable {
  places: usize;
  size: u32;             // places that there are
  used: u32;
}

let high: u64 = 0;
let low: u64 = 0;

// @ts-ignore: decorator
@inline
function hexDigit(c: u32): u64 {
  return <u64>((c & 15) + (c >> 6) * 9);
}

/** The 32 digits of a (checked) UUID, in either case. */
function readId(p: usize): void {
  high = 0;
  low = 0;
  let digits: u32 = 0;
  for (let i: usize = 0; i < 36; i++) {
    const c = <u32>load<u8>(p + i);
    if (c == 45) continue;
    if (digits < 16) high = (high << 4) | hexDigit(c);
    else low = (low << 4) | hexDigit(c);
    digits++;
  }
}

// @ts-ignore: decorator
@inline
function hashOf(a: u64, b: u64, day: i32): u64 {
  let h = (a ^ <u64>day) * 0xff51afd7ed558ccd;
  h = (h ^ (h >> 32) ^ b) * 0xc4ceb9fe1a85ec53;
  h = (h ^ (h >> 29)) * 0xff51afd7ed558ccd;
  return h ^ (h >> 32);
}

/** The place of an id, or the free one where it belongs. */
function placeOf(table: IdTable, hash: u64, day: i32): usize {
  let index = <u32>(((hash & 0xffffffff) * <u64>table.size) >> 32);
  while (true) {
    const place = table.places + <usize>index * DUPLICATE_PLACE;
    const there = load<i32>(place + 16);
    if (there == FREE_DAY) return place;
    if (there == day && load<u64>(place) == high && load<u64>(place + 8) == low) return place;
    index++;
    if (index == table.size) index = 0;
  }
}

let growing: u32 = 0;
/** The table that has to grow before the row that the last `dropDuplicates` returned. */
export function getGrowing(): u32 {
  return growing;
}

/**
 * Marks good rows of days [from, until] as filtered whose id came before on their day, from `row` on.
 * Returns the row at which a table needs to grow first, or the number of rows.
 */
export function dropDuplicates(batchAt: usize, tables: usize, from: i32, until: i32, row: u32): u32 {
  const batch = changetype<Batch>(batchAt);
  for (; row < batch.rows; row++) {
    if (load<u8>(batch.code + row)) continue;
    const day = load<i32>(batch.day + (row << 2));
    if (day < from || day > until) continue;
    readId(load<u32>(batch.scalarStart + ((INSERT_ID * batch.rowCap + row) << 2)));
    const hash = hashOf(high, low, day);
    const shard = <u32>(hash >> 56);
    const table = changetype<IdTable>(tables + shard * offsetof<IdTable>());
    const place = placeOf(table, hash, day);
    if (load<i32>(place + 16) != FREE_DAY) {
      store<u8>(batch.code + row, CODE_FILTERED);
      const counter = batch.warnings + (CODE_DUPLICATE_INSERT_ID << 2);
      store<u32>(counter, load<u32>(counter) + 1);
      continue;
    }
    // Three quarters full; one place at least stays free.
    if ((<u64>table.used + 1) * 4 > <u64>table.size * 3) {
      growing = shard;
      return row;
    }
    store<u64>(place, high);
    store<u64>(place + 8, low);
    store<i32>(place + 16, day);
    table.used++;
  }
  return row;
}

/** Puts the ids of the places [from, end) into a table that is larger and empty. */
export function moveIds(tableAt: usize, from: usize, end: usize): void {
  const table = changetype<IdTable>(tableAt);
  for (let old = from; old < end; old += DUPLICATE_PLACE) {
    const day = load<i32>(old + 16);
    if (day == FREE_DAY) continue;
    high = load<u64>(old);
    low = load<u64>(old + 8);
    const place = placeOf(table, hashOf(high, low, day), day);
    store<u64>(place, high);
    store<u64>(place + 8, low);
    store<i32>(place + 16, day);
  }
}
