// Rows whose insert_id came before on the same UTC day.
//
// Ids are kept as the 128 bits that they are, beside their day, in hash tables: 256 of them, by the first
// byte of the hash, so that one of them at a time grows, and never all of them at once.
//
// When they may grow no more, TypeScript writes all of them to disk as they are, a *run*, and empties them.
// A run is looked into by reading a few places of it. Which of the runs may be worth that is told by a Bloom
// filter (Bloom 1970): an id that was never spilled is hardly ever looked for on disk. It holds each spilled
// id twice: as such, so that one look is enough for nearly every new id, and as one of its run, so that an
// id that did come before is looked for in its own run, and not in all of them.

import { CODE_DUPLICATE_INSERT_ID } from './codes';
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
  filter: usize;         // u64[words]  what was spilled of this table
  words: u32;            // 0 while nothing was
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

/** The word of the filter that tells of an id: as such (tag 0), or as one of a run (its number + 1). */
// @ts-ignore: decorator
@inline
function filterWord(table: IdTable, mixed: u64): usize {
  return table.filter + (<usize>(((mixed >> 32) * <u64>table.words) >> 32) << 3);
}

// @ts-ignore: decorator
@inline
function mix(hash: u64, tag: u32): u64 {
  let h = (hash ^ (<u64>tag << 32)) * 0x9e3779b97f4a7c15;
  h = (h ^ (h >> 32)) * 0xd6e8feb86659fd93;
  return h ^ (h >> 32);
}

/** Four bits of the word: with two entries an id, more would fill it sooner than they would tell apart. */
// @ts-ignore: decorator
@inline
function bitsOf(mixed: u64): u64 {
  return (
    (<u64>1 << (mixed & 63)) |
    (<u64>1 << ((mixed >> 6) & 63)) |
    (<u64>1 << ((mixed >> 12) & 63)) |
    (<u64>1 << ((mixed >> 18) & 63))
  );
}

// @ts-ignore: decorator
@inline
function mayHold(table: IdTable, hash: u64, tag: u32): bool {
  const mixed = mix(hash, tag);
  const bits = bitsOf(mixed);
  return (load<u64>(filterWord(table, mixed)) & bits) == bits;
}

// @ts-ignore: decorator
@inline
function remember(table: IdTable, hash: u64, tag: u32): void {
  const mixed = mix(hash, tag);
  const word = filterWord(table, mixed);
  store<u64>(word, load<u64>(word) | bitsOf(mixed));
}

/** Whether the first row of `dropDuplicates` is a duplicate by what was spilled. */
export const SPILLED_UNKNOWN: u32 = 0;
export const SPILLED_NO: u32 = 1;
export const SPILLED_YES: u32 = 2;

// Of the row that the last `dropDuplicates` returned, whose id is in `high` and `low`.
let shard: u32 = 0;
let isFull: bool = false;
let rowHash: u64 = 0;
let rowDay: i32 = 0;

export function getShard(): u32 {
  return shard;
}

/** Whether the table of that shard needs room first; else the row's id has to be looked for in the runs. */
export function getIsFull(): bool {
  return isFull;
}

/**
 * Marks good rows of days [from, until] as duplicates whose id came before on their day, from `row` on, of
 * which `spilled` tells what the runs say. Returns the number of rows, or the row before which something
 * has to be done (`getIsFull`).
 */
export function dropDuplicates(
  batchAt: usize,
  tables: usize,
  from: i32,
  until: i32,
  row: u32,
  spilled: u32,
): u32 {
  const batch = changetype<Batch>(batchAt);
  for (; row < batch.rows; row++, spilled = SPILLED_UNKNOWN) {
    if (load<u8>(batch.code + row)) continue;
    const day = load<i32>(batch.day + (row << 2));
    if (day < from || day > until) continue;
    readId(load<u32>(batch.scalarStart + ((INSERT_ID * batch.rowCap + row) << 2)));
    const hash = hashOf(high, low, day);
    shard = <u32>(hash >> 56);
    const table = changetype<IdTable>(tables + shard * offsetof<IdTable>());
    const place = placeOf(table, hash, day);
    let isNew = load<i32>(place + 16) == FREE_DAY;
    if (isNew) {
      // Three quarters full; one place at least stays free.
      isFull = (<u64>table.used + 1) * 4 > <u64>table.size * 3;
      if (isFull) return row;
      if (spilled == SPILLED_UNKNOWN && table.words > 0 && mayHold(table, hash, 0)) {
        rowHash = hash;
        rowDay = day;
        return row;
      }
      isNew = spilled != SPILLED_YES;
    }
    if (isNew) {
      store<u64>(place, high);
      store<u64>(place + 8, low);
      store<i32>(place + 16, day);
      table.used++;
    } else store<u8>(batch.code + row, CODE_DUPLICATE_INSERT_ID);
  }
  return row;
}

/** The newest run before `run` that may have the row's id, or −1. */
export function runBefore(tables: usize, run: i32): i32 {
  const table = changetype<IdTable>(tables + shard * offsetof<IdTable>());
  do run--;
  while (run >= 0 && !mayHold(table, rowHash, run + 1));
  return run;
}

/** Where in its table of a run the row's id belongs, if it is there: the first place to look at. */
export function firstPlace(tables: usize): u32 {
  const table = changetype<IdTable>(tables + shard * offsetof<IdTable>());
  return <u32>(((rowHash & 0xffffffff) * <u64>table.size) >> 32);
}

/** What places [from, end) of a run, beginning with the first one to look at, say of the row's id. */
export function lookIn(from: usize, end: usize): u32 {
  for (let place = from; place < end; place += DUPLICATE_PLACE) {
    const there = load<i32>(place + 16);
    if (there == FREE_DAY) return SPILLED_NO;
    if (there == rowDay && load<u64>(place) == high && load<u64>(place + 8) == low) {
      return SPILLED_YES;
    }
  }
  return SPILLED_UNKNOWN;
}

/** Has the filter remember the ids of a table that becomes part of a run. */
export function rememberIds(tableAt: usize, run: u32): void {
  const table = changetype<IdTable>(tableAt);
  const end = table.places + <usize>table.size * DUPLICATE_PLACE;
  for (let place = table.places; place < end; place += DUPLICATE_PLACE) {
    const day = load<i32>(place + 16);
    if (day == FREE_DAY) continue;
    const hash = hashOf(load<u64>(place), load<u64>(place + 8), day);
    remember(table, hash, 0);
    remember(table, hash, run + 1);
  }
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
