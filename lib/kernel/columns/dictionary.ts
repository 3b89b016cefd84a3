// The dictionary of a column: value → index.
//
// The hash table of a column with many values does not fit the near caches, and the next value cannot be
// predicted. So a place in the table has only four bytes, and many values are looked up together: all of them
// take one step, in a short loop without branches, before any takes the next step. The processor runs many
// rounds of such a loop at once, and waits for the memory that they need together.

import { Column, NEED_DICTIONARY } from './column';
import { hashValue } from '../hash';
import { entryAt, MapEntry } from '../layout';
import { noteExtremes } from './statistics';
import { copyText, sameOver16, sameText, sameUpTo16 } from '../text';

/**
 * Four places make a bucket, which is looked at as a whole. A place has 1 + an index in its low bits, as many
 * as the table needs, and above them a part of the value's hash, its tag, which is never 0. A free place is 0.
 */
const BUCKET_BYTES: usize = 16;

/** Number of low bits in a place: an index + 1 is at most half the number of places. */
// @ts-ignore: decorator
@inline
function indexBits(c: Column): u32 {
  return 2 + popcnt(c.tableMask);
}

// @ts-ignore: decorator
@inline
function bucketAt(table: usize, mask: u32, hash: u64): usize {
  return table + <usize>(<u32>(hash >> 32) & mask) * BUCKET_BYTES;
}

// @ts-ignore: decorator
@inline
function tagOf(hash: u64, bits: u32): u32 {
  return (<u32>hash >> bits) | 1;
}

/** A bit for each place of a bucket that has this tag. */
// @ts-ignore: decorator
@inline
function withTag(bucket: usize, tag: u32, bits: u32): u32 {
  return i32x4.bitmask(i32x4.eq(i32x4.shr_u(v128.load(bucket), bits), i32x4.splat(tag)));
}

/** A bit for each free place of a bucket. */
// @ts-ignore: decorator
@inline
function free(bucket: usize): u32 {
  return i32x4.bitmask(i32x4.eq(v128.load(bucket), i32x4.splat(0)));
}

/** The bucket after another one. */
// @ts-ignore: decorator
@inline
function bucketAfter(c: Column, bucket: usize): usize {
  const next = bucket + BUCKET_BYTES;
  return next == c.table + <usize>(c.tableMask + 1) * BUCKET_BYTES ? c.table : next;
}

/** Whether dictionary entry `index` is this text. */
// @ts-ignore: decorator
@inline
function isEntry(c: Column, index: u32, p: usize, len: u32): bool {
  const at = c.dictionary + load<u32>(c.entries + (index << 2));
  if (c.width) return sameText(at, p, len);
  return load<u32>(at) == len && sameText(at + 4, p, len);
}

/** 1 + the index of a value in the dictionary, which is added if it is new; 0 if there is no room. */
export function indexOf(c: Column, p: usize, len: u32, hash: u64): u32 {
  const bits = indexBits(c);
  const tag = tagOf(hash, bits);
  let bucket = bucketAt(c.table, c.tableMask, hash);
  while (true) {
    for (let same = withTag(bucket, tag, bits); same; same &= same - 1) {
      const index = load<u32>(bucket + (ctz(same) << 2)) & ((1 << bits) - 1);
      if (isEntry(c, index - 1, p, len)) return index;
    }
    const room = free(bucket);
    if (room) return addEntry(c, bucket + (ctz(room) << 2), p, len, tag << bits);
    bucket = bucketAfter(c, bucket);
  }
}

/** Adds a value at a free place of the table; `tag` is already shifted to the place's high bits. */
function addEntry(c: Column, place: usize, p: usize, len: u32, tag: u32): u32 {
  const prefix: u32 = c.width ? 0 : 4;
  const size = c.dictionarySize;
  if (c.entryCount >= c.entryCap || size + prefix + len > c.dictionaryCap) return 0;
  const index = c.entryCount;
  store<u32>(place, tag | (index + 1));
  store<u32>(c.entries + (index << 2), size);
  const to = c.dictionary + size;
  if (prefix) store<u32>(to, len);
  copyText(to + prefix, p, len);
  c.dictionarySize = size + prefix + len;
  c.entryCount = index + 1;
  noteExtremes(c, p, len);
  return index + 1;
}

/** Empties a dictionary's table. */
export function clearTable(columnAt: usize): void {
  const c = changetype<Column>(columnAt);
  memory.fill(c.table, 0, <usize>(c.tableMask + 1) * BUCKET_BYTES);
  store<u32>(c.entries, 0);
}

/** Fills the new table of a column with the entries of its dictionary. */
export function fillTable(columnAt: usize): void {
  const c = changetype<Column>(columnAt);
  clearTable(columnAt);
  const bits = indexBits(c);
  for (let index: u32 = 0; index < c.entryCount; index++) {
    const at = c.dictionary + load<u32>(c.entries + (index << 2));
    const hash = c.width ? hashValue(at, c.width) : hashValue(at + 4, load<u32>(at));
    let bucket = bucketAt(c.table, c.tableMask, hash);
    while (!free(bucket)) bucket = bucketAfter(c, bucket);
    store<u32>(bucket + (ctz(free(bucket)) << 2), (tagOf(hash, bits) << bits) | (index + 1));
  }
}

/** Most values that are looked up together. */
export const MANY_VALUES: u32 = 512;
/** Their hashes, and the offsets in the dictionary of the entries that they may be. */
const hashes: usize = memory.data(4096 /* 8 * MANY_VALUES */, 8);
const offsets: usize = memory.data(2048 /* 4 * MANY_VALUES */, 8);
/** Longer values whose first 16 bytes match: the number of each, and the offset of its entry. */
const longer: usize = memory.data(4104 /* 8 * (MANY_VALUES + 1) */, 8);
/** Numbers of the values that the dictionary lacks, or has in another bucket than the first. */
const missing: usize = memory.data(2056 /* 4 * (MANY_VALUES + 1) */, 8);

/** Writes the indices of the values of at most MANY_VALUES entries; returns for how many there was room. */
export function putIndices(c: Column, entries: usize, count: u32, to: usize): u32 {
  for (let i: u32 = 0; i < count; i++) {
    const entry = changetype<MapEntry>(entryAt(entries, i));
    store<u64>(hashes + (<usize>i << 3), hashValue(entry.start, entry.len));
  }
  putCandidates(c, count, to);
  const missed = c.width ? compareFixed(c, entries, count) : compareCandidates(c, entries, count);
  for (let i: u32 = 0; i < missed; i++) {
    const which = load<u32>(missing + (i << 2));
    const entry = changetype<MapEntry>(entryAt(entries, which));
    const index = indexOf(c, entry.start, entry.len, load<u64>(hashes + (<usize>which << 3)));
    if (!index) {
      c.need = NEED_DICTIONARY;
      return which;
    }
    store<u32>(to + (which << 2), index - 1);
  }
  return count;
}

/**
 * Writes for each value the index of the one entry that it may be: one in its first bucket with its tag, or
 * any other if the bucket has none.
 */
// @ts-ignore: decorator
@inline
function putCandidates(c: Column, count: u32, to: usize): void {
  const table = c.table;
  const mask = c.tableMask;
  const bits = indexBits(c);
  const indexMask: u32 = (1 << bits) - 1;
  for (let i: u32 = 0; i < count; i++) {
    const hash = load<u64>(hashes + (<usize>i << 3));
    const bucket = bucketAt(table, mask, hash);
    const same = withTag(bucket, tagOf(hash, bits), bits);
    const place = load<u32>(bucket + (ctz(same | 8) << 2));
    store<u32>(to + (i << 2), max<u32>(place & indexMask, 1) - 1);
  }
  const starts = c.entries;
  for (let i: u32 = 0; i < count; i++) {
    store<u32>(offsets + (i << 2), load<u32>(starts + (load<u32>(to + (i << 2)) << 2)));
  }
}

/** Notes the values that differ from their candidates; returns their number. */
// @ts-ignore: decorator
@inline
function compareCandidates(c: Column, entries: usize, count: u32): u32 {
  if (c.entryCount == 0) return allMissing(count);
  const dictionary = c.dictionary;
  let missed: u32 = 0;
  let long: u32 = 0;
  for (let i: u32 = 0; i < count; i++) {
    const entry = changetype<MapEntry>(entryAt(entries, i));
    const len = entry.len;
    const offset = load<u32>(offsets + (i << 2));
    const at = dictionary + offset;
    const isSame = u32(load<u32>(at) == len) & u32(sameUpTo16(at + 4, entry.start, min<u32>(len, 16)));
    store<u32>(missing + (missed << 2), i);
    missed += 1 - isSame;
    store<u32>(longer + (long << 3), i);
    store<u32>(longer + (long << 3) + 4, offset);
    long += isSame & u32(len > 16);
  }
  for (let i: u32 = 0; i < long; i++) {
    const at = longer + (i << 3);
    const entry = changetype<MapEntry>(entryAt(entries, load<u32>(at)));
    const text = dictionary + load<u32>(at + 4) + 4;
    if (!sameOver16(text, entry.start, entry.len)) return allMissing(count);
  }
  return missed;
}

/** `compareCandidates` for values of a fixed width of at most 16 bytes. */
// @ts-ignore: decorator
@inline
function compareFixed(c: Column, entries: usize, count: u32): u32 {
  if (c.entryCount == 0) return allMissing(count);
  let missed: u32 = 0;
  for (let i: u32 = 0; i < count; i++) {
    const at = c.dictionary + load<u32>(offsets + (i << 2));
    store<u32>(missing + (missed << 2), i);
    missed += 1 - u32(sameUpTo16(at, changetype<MapEntry>(entryAt(entries, i)).start, c.width));
  }
  return missed;
}

/** Has each value looked up by itself: there are no entries, or two texts look alike. */
function allMissing(count: u32): u32 {
  for (let i: u32 = 0; i < count; i++) store<u32>(missing + (i << 2), i);
  return count;
}
