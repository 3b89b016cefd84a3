// Rows whose insert_id came before on the same UTC day.
//
// Ids are kept as 128 bits, beside their day, in 256 hash tables. The first byte of the hash chooses the
// table, so that the tables grow one at a time.
//
// When the tables may grow no more, TypeScript writes all of them to disk as they are, which makes a *run*,
// and empties them. To look into a run costs reading a few places of it. A Bloom filter (Bloom 1970) says
// which runs are worth that, so that an id that was never spilled is hardly ever looked for on disk. The
// filter holds each spilled id twice: alone, so that one look is enough for nearly every new id, and together
// with the number of its run, so that an id that did come before is looked for in its own run only.

import { MINUS } from '../ascii';
import { CODE_DUPLICATE_INSERT_ID } from '../codes';
import { hashId } from '../hash';
import { Batch, INSERT_ID } from '../layout';
import { isUuid, nameBegin, nameEndUuid, nameText } from '../uuid';

export const DUPLICATE_SHARDS: u32 = 256;
/** Bytes of a place in a table: the two halves of an id, and its day. */
export const DUPLICATE_PLACE: usize = 20;
/** The byte that fills an empty table. Four of them are not a day. */
export const DUPLICATE_FREE: u32 = 0x80;
const FREE_DAY: i32 = 0x80808080;

/** One of the hash tables. */
// biome-ignore format: one field a line, with its meaning
@unmanaged
export class IdTable {
  places: usize;
  size: u32;             // number of places
  used: u32;
  filter: usize;         // u64[words]  the filter with the ids that this table spilled
  words: u32;            // 0 until it spilled any
}

let high: u64 = 0;
let low: u64 = 0;

// @ts-ignore: decorator
@inline
function hexDigit(c: u32): u64 {
  return <u64>((c & 15) + (c >> 6) * 9);
}

/** Reads the 32 digits of a checked UUID, in either case, into `high` and `low`. */
function readId(p: usize): void {
  high = 0;
  low = 0;
  let digits: u32 = 0;
  for (let i: usize = 0; i < 36; i++) {
    const c = <u32>load<u8>(p + i);
    if (c == MINUS) continue;
    if (digits < 16) high = (high << 4) | hexDigit(c);
    else low = (low << 4) | hexDigit(c);
    digits++;
  }
}

/** The place of the id in `high` and `low`, or the free place where it belongs. */
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

/** The word of the filter for an id that was mixed with a tag. */
// @ts-ignore: decorator
@inline
function filterWord(table: IdTable, mixed: u64): usize {
  return table.filter + (<usize>(((mixed >> 32) * <u64>table.words) >> 32) << 3);
}

/** Mixes the hash of an id with a tag: 0 for the id alone, or 1 + the number of its run. */
// @ts-ignore: decorator
@inline
function mix(hash: u64, tag: u32): u64 {
  let h = (hash ^ (<u64>tag << 32)) * 0x9e3779b97f4a7c15;
  h = (h ^ (h >> 32)) * 0xd6e8feb86659fd93;
  return h ^ (h >> 32);
}

/** Four bits of a word. An id has two entries: more bits would fill the word without telling more ids apart. */
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

/** Whether the first row of `dropDuplicates` is in a run. */
export const SPILLED_UNKNOWN: u32 = 0;
export const SPILLED_NO: u32 = 1;
export const SPILLED_YES: u32 = 2;

// The row that `dropDuplicates` returned last; its id is in `high` and `low`.
let shard: u32 = 0;
let isFull: bool = false;
let rowHash: u64 = 0;
let rowDay: i32 = 0;

export function getShard(): u32 {
  return shard;
}

/** Whether the table of that shard needs room first. If not, the row's id must be looked for in the runs. */
export function getIsFull(): bool {
  return isFull;
}

/** What `add` did with the id in `high` and `low`. */
const ADDED: u32 = 0;
const KNOWN: u32 = 1;
/** Something must be done first (`getIsFull`). */
const WAITS: u32 = 2;

/** Adds the id in `high` and `low`. `spilled` says whether the runs have it. */
// @ts-ignore: decorator
@inline
function add(tables: usize, day: i32, spilled: u32): u32 {
  const hash = hashId(high, low, day);
  shard = <u32>(hash >> 56);
  const table = changetype<IdTable>(tables + shard * offsetof<IdTable>());
  const place = placeOf(table, hash, day);
  if (load<i32>(place + 16) != FREE_DAY) return KNOWN;
  // Full at three quarters, so that at least one place stays free.
  isFull = (<u64>table.used + 1) * 4 > <u64>table.size * 3;
  if (isFull) return WAITS;
  if (spilled == SPILLED_UNKNOWN && table.words > 0 && mayHold(table, hash, 0)) {
    rowHash = hash;
    rowDay = day;
    return WAITS;
  }
  if (spilled == SPILLED_YES) return KNOWN;
  store<u64>(place, high);
  store<u64>(place + 8, low);
  store<i32>(place + 16, day);
  table.used++;
  return ADDED;
}

/**
 * From `row` on, marks good rows as duplicates if their id came before on their day.
 * `spilled` says whether the runs have the first row's id. Returns the number of rows, or the row before
 * which something must be done (`getIsFull`).
 */
export function dropDuplicates(
  batchAt: usize,
  tables: usize,
  row: u32,
  spilled: u32,
): u32 {
  const batch = changetype<Batch>(batchAt);
  for (; row < batch.rows; row++, spilled = SPILLED_UNKNOWN) {
    if (load<u8>(batch.code + row)) continue;
    const day = load<i32>(batch.day + (row << 2));
    readId(load<u32>(batch.scalarStart + ((INSERT_ID * batch.rowCap + row) << 2)));
    const answer = add(tables, day, spilled);
    if (answer == WAITS) return row;
    if (answer == KNOWN) store<u8>(batch.code + row, CODE_DUPLICATE_INSERT_ID);
  }
  return row;
}

let isKnown: bool = false;
/** Whether the id at which `addIds` stopped came before on its day. If not, something must be done (`getIsFull`). */
export function getIsKnown(): bool {
  return isKnown;
}

const derived: usize = memory.data(40);
/** Bytes of an id that `readIds` writes. */
export const ID_BYTES: usize = 16;

/**
 * From `index` on, adds ids as `readIds` writes them. Returns the number of ids, or the index of one that came before on
 * its day (`getIsKnown`), or of one before which something must be done.
 */
export function addIds(ids: usize, count: u32, day: i32, tables: usize, index: u32, spilled: u32): u32 {
  for (; index < count; index++, spilled = SPILLED_UNKNOWN) {
    const id = ids + <usize>index * ID_BYTES;
    high = load<u64>(id);
    low = load<u64>(id + 8);
    const answer = add(tables, day, spilled);
    if (answer == ADDED) continue;
    isKnown = answer == KNOWN;
    return index;
  }
  return index;
}

/**
 * Writes an id of 16 bytes for each of `count` texts, by their entries (address, length): that of the UUID, or of
 * the UUID that is derived from another text. Returns the index of the first other text, or `count`.
 */
export function readIds(entries: usize, count: u32, to: usize): u32 {
  let other = count;
  for (let i: u32 = 0; i < count; i++, entries += 8, to += ID_BYTES) {
    const p = <usize>load<u32>(entries);
    const len = load<u32>(entries + 4);
    if (isUuid(p, len)) readId(p);
    else {
      if (other == count) other = i;
      nameBegin();
      nameText(p, len);
      nameEndUuid(derived);
      readId(derived);
    }
    store<u64>(to, high);
    store<u64>(to + 8, low);
  }
  return other;
}

/** The newest run before `run` that may have the row's id, or -1. */
export function runBefore(tables: usize, run: i32): i32 {
  const table = changetype<IdTable>(tables + shard * offsetof<IdTable>());
  do run--;
  while (run >= 0 && !mayHold(table, rowHash, run + 1));
  return run;
}

/** Index of the place in its table where a look for the row's id begins. */
export function firstPlace(tables: usize): u32 {
  const table = changetype<IdTable>(tables + shard * offsetof<IdTable>());
  return <u32>(((rowHash & 0xffffffff) * <u64>table.size) >> 32);
}

/** Looks for the row's id in the places [from, end) of a run. */
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

/** Puts the ids of a table that becomes part of a run into its filter. */
export function rememberIds(tableAt: usize, run: u32): void {
  const table = changetype<IdTable>(tableAt);
  const end = table.places + <usize>table.size * DUPLICATE_PLACE;
  for (let place = table.places; place < end; place += DUPLICATE_PLACE) {
    const day = load<i32>(place + 16);
    if (day == FREE_DAY) continue;
    const hash = hashId(load<u64>(place), load<u64>(place + 8), day);
    remember(table, hash, 0);
    remember(table, hash, run + 1);
  }
}

/** Puts the ids in the places [from, end) into a larger, empty table. */
export function moveIds(tableAt: usize, from: usize, end: usize): void {
  const table = changetype<IdTable>(tableAt);
  for (let old = from; old < end; old += DUPLICATE_PLACE) {
    const day = load<i32>(old + 16);
    if (day == FREE_DAY) continue;
    high = load<u64>(old);
    low = load<u64>(old + 8);
    const place = placeOf(table, hashId(high, low, day), day);
    store<u64>(place, high);
    store<u64>(place + 8, low);
    store<i32>(place + 16, day);
  }
}
