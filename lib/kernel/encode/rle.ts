// Parquet's RLE/bit-packing hybrid (apache/parquet-format Encodings.md), for dictionary indices and levels.

function putVarint(to: usize, value: u32): usize {
  while (value >= 128) {
    store<u8>(to++, <u8>(value | 128));
    value >>= 7;
  }
  store<u8>(to, <u8>value);
  return to + 1;
}

// @ts-ignore: decorator
@inline
function valueAt(from: usize, i: u32): u32 {
  return load<u32>(from + (<usize>i << 2));
}

/** Most bytes that `encodeRle` writes. */
export function rleBound(count: u32, width: u32): u32 {
  return ((count + 7) >> 3) * (width + 10) + 32;
}

/** Encodes `count` numbers (u32, below 2^width): runs of at least 8 equal ones, and packed groups of 8. */
export function encodeRle(from: usize, count: u32, width: u32, to: usize): usize {
  let i: u32 = 0;
  while (i < count) {
    const run = runLength(from, i, count);
    if (run >= 8 || i + run == count) {
      to = putVarint(to, run << 1);
      const value = valueAt(from, i);
      for (let bits: u32 = 0; bits < width; bits += 8) store<u8>(to++, <u8>(value >> bits));
      i += run;
      continue;
    }
    // Groups of 8, up to where a long run begins.
    let end = i;
    do end += 8;
    while (end < count && !isRun(from, end, count));
    to = putVarint(to, (((end - i) >> 3) << 1) | 1);
    to = pack(from, i, end, count, width, to);
    i = end;
  }
  return to;
}

function runLength(from: usize, i: u32, count: u32): u32 {
  const value = valueAt(from, i);
  let end = i + 1;
  while (end < count && valueAt(from, end) == value) end++;
  return end - i;
}

// @ts-ignore: decorator
@inline
function isRun(from: usize, i: u32, count: u32): bool {
  if (i + 8 > count) return false;
  const at = from + (<usize>i << 2);
  const value = v128.load32_splat(at);
  return i32x4.all_true(v128.and(i32x4.eq(v128.load(at), value), i32x4.eq(v128.load(at, 16), value)));
}

/** Widest numbers of which two can be written at once, after up to 7 bits of the number before. */
const PAIR_WIDTH: u32 = 28;

/** Packs numbers [i, end), with zeros from `count` on. Eight numbers end on a byte. */
function pack(from: usize, i: u32, end: u32, count: u32, width: u32, to: usize): usize {
  if (width <= PAIR_WIDTH) {
    for (const whole = i + ((min(end, count) - i) & ~7); i < whole; i += 8) {
      packEight(from + (<usize>i << 2), width, to);
      to += width;
    }
  }
  return packEach(from, i, end, count, width, to);
}

/** Packs eight numbers into `width` bytes; writes up to 8 bytes more. */
// @ts-ignore: decorator
@inline
function packEight(from: usize, width: u32, to: usize): void {
  const low = pairs(v128.load(from), width);
  const high = pairs(v128.load(from, 16), width);
  store<u64>(to, i64x2.extract_lane(low, 0));
  putBits(to, 2 * width, i64x2.extract_lane(low, 1));
  putBits(to, 4 * width, i64x2.extract_lane(high, 0));
  putBits(to, 6 * width, i64x2.extract_lane(high, 1));
}

/** Writes bits after the first `before` bits, and zeros after them. */
// @ts-ignore: decorator
@inline
function putBits(to: usize, before: u32, bits: u64): void {
  const at = to + (before >> 3);
  store<u64>(at, <u64>load<u8>(at) | (bits << <u64>(before & 7)));
}

/** Packs four numbers in pairs, each pair in 64 bits. */
// @ts-ignore: decorator
@inline
function pairs(four: v128, width: u32): v128 {
  return v128.or(v128.and(four, i64x2.splat(0xffffffff)), i64x2.shl(i64x2.shr_u(four, 32), width));
}

/** Packs numbers [i, end) one by one, with zeros from `count` on. */
function packEach(from: usize, i: u32, end: u32, count: u32, width: u32, to: usize): usize {
  let bits: u64 = 0;
  let have: u32 = 0;
  for (; i < end; i++) {
    bits |= <u64>(i < count ? valueAt(from, i) : 0) << <u64>have;
    have += width;
    if (have >= 32) {
      store<u32>(to, <u32>bits);
      to += 4;
      bits >>= 32;
      have -= 32;
    }
  }
  for (; have > 0; have = have > 8 ? have - 8 : 0) {
    store<u8>(to++, <u8>bits);
    bits >>= 8;
  }
  return to;
}

/** Most bytes that `writeLevels` writes. */
export function levelsBound(rows: u32, slots: u32): u32 {
  return ((slots + rows) >> 2) + 64;
}

/**
 * Writes the repetition and definition levels of a page of maps, with which a data page v1 begins: each after
 * its length. `counts` has the number of entries of each row (u32); `slots` is the sum of all, where an empty
 * map counts as one. Returns the address after the levels.
 */
export function writeLevels(counts: usize, rows: u32, slots: u32, to: usize): usize {
  const repetition = to + 4;
  let end = putVarint(repetition, (((slots + 7) >> 3) << 1) | 1);
  let bits: u64 = 0;
  let have: u32 = 0;
  let empty = false;
  for (let row: u32 = 0; row < rows; row++) {
    let entries = load<u32>(counts + (<usize>row << 2));
    if (entries == 0) {
      empty = true;
      entries = 1;
    }
    // The level of a row's first entry is 0, those of the others are 1.
    let first: u32 = 1;
    while (entries) {
      const take = min<u32>(entries, 32);
      const ones = take == 32 ? 0xffffffff : ((<u64>1 << <u64>take) - 1);
      bits |= (first ? ones & ~(<u64>1) : ones) << <u64>have;
      first = 0;
      have += take;
      entries -= take;
      if (have >= 32) {
        store<u32>(end, <u32>bits);
        end += 4;
        bits >>= 32;
        have -= 32;
      }
    }
  }
  for (; have > 0; have = have > 8 ? have - 8 : 0) {
    store<u8>(end++, <u8>bits);
    bits >>= 8;
  }
  store<u32>(to, <u32>(end - repetition));
  return writeDefinitionLevels(counts, rows, slots, empty, end);
}

/** Writes the definition levels: 1 for an entry, 0 for an empty map. */
function writeDefinitionLevels(counts: usize, rows: u32, slots: u32, empty: bool, to: usize): usize {
  const levels = to + 4;
  let end: usize;
  if (!empty) {
    end = putVarint(levels, slots << 1);
    store<u8>(end++, 1);
  } else {
    end = putVarint(levels, (((slots + 7) >> 3) << 1) | 1);
    let slot: u32 = 0;
    memory.fill(end, 0, (slots + 7) >> 3);
    for (let row: u32 = 0; row < rows; row++) {
      const entries = load<u32>(counts + (<usize>row << 2));
      if (entries == 0) slot++;
      for (let i: u32 = 0; i < entries; i++, slot++) {
        const at = end + (slot >> 3);
        store<u8>(at, load<u8>(at) | <u8>(<u32>1 << (slot & 7)));
      }
    }
    end += (slots + 7) >> 3;
  }
  store<u32>(to, <u32>(end - levels));
  return end;
}
