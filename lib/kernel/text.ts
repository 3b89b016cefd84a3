// Bytes of text: finding, comparing, UTF-8.

import { PADDING } from './layout';

/** Loads in the debug build must stay below this address; set by whoever starts reading a text. */
export let readLimit: usize = usize.MAX_VALUE;

export function setReadLimit(end: usize): void {
  readLimit = end + PADDING;
}

// @ts-ignore: decorator
@inline
export function byteAt(p: usize): u32 {
  assert(p < readLimit);
  return load<u8>(p);
}

// @ts-ignore: decorator
@inline
export function sixteenAt(p: usize): v128 {
  assert(p + 16 <= readLimit);
  return v128.load(p);
}

/** The first line feed at or after p; the text ends with one. */
export function lineEnd(p: usize): usize {
  const feed = i8x16.splat(10);
  while (true) {
    const mask = i8x16.bitmask(i8x16.eq(sixteenAt(p), feed));
    if (mask) return p + ctz(mask);
    p += 16;
  }
}

/** Whether two texts of one length are equal. Reads up to 7 bytes past their ends. */
// @ts-ignore: decorator
@inline
export function sameText(a: usize, b: usize, len: u32): bool {
  if (len < 8) {
    // Shifts count modulo 64: nothing to compare must not become 8 bytes.
    return len == 0 || (load<u64>(a) ^ load<u64>(b)) << <u64>(64 - (len << 3)) == 0;
  }
  return sameLong(a, b, len);
}

/** The same of 8 bytes or more: the last step overlaps the one before instead of going byte by byte. */
// @ts-ignore: decorator
@inline
function sameLong(a: usize, b: usize, len: u32): bool {
  if (len < 16) {
    const last: usize = len - 8;
    return ((load<u64>(a) ^ load<u64>(b)) | (load<u64>(a + last) ^ load<u64>(b + last))) == 0;
  }
  return sameOver16(a, b, len);
}

/** The same of 16 bytes or more. */
// @ts-ignore: decorator
@inline
export function sameOver16(a: usize, b: usize, len: u32): bool {
  const last: usize = len - 16;
  for (let i: usize = 0; i < last; i += 16) if (!same16(a + i, b + i)) return false;
  return same16(a + last, b + last);
}

// @ts-ignore: decorator
@inline
function same16(a: usize, b: usize): bool {
  return !v128.any_true(v128.xor(v128.load(a), v128.load(b)));
}

/** Sixteen bytes of ones and as many of zeros. */
const ones: usize = memory.data<u8>([
  255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
]);

/** Whether two texts of one length, at most 16 bytes, are equal, without a branch. Reads 16 bytes of each. */
// @ts-ignore: decorator
@inline
export function sameUpTo16(a: usize, b: usize, len: u32): bool {
  return !v128.any_true(v128.and(v128.xor(v128.load(a), v128.load(b)), v128.load(ones + 16 - len)));
}

/** A hash of a text and a seed with all bits; of up to 16 bytes without a branch. Reads 8 bytes at least. */
// @ts-ignore: decorator
@inline
export function hashValue(p: usize, len: u32, seed: u32): u64 {
  if (len > 16) return hashLong(p, len, seed);
  const mask = load<u64>(ones + 16 - min<u32>(len, 8));
  const first = ((load<u64>(p) & mask) ^ (<u64>len | (<u64>seed << 32))) * MULTIPLY_1;
  const last: u32 = len > 8 ? len - 8 : 0;
  const second = (load<u64>(p + last) & mask) * MULTIPLY_2;
  return mixed((mixed(first) + mixed(second)) * MULTIPLY_1);
}

/** The same with 32 bits. */
export function hashText(p: usize, len: u32, seed: u32): u32 {
  return <u32>hashValue(p, len, seed);
}

const MULTIPLY_1: u64 = 0xff51afd7ed558ccd;
const MULTIPLY_2: u64 = 0xc4ceb9fe1a85ec53;

/**
 * The same of more than 16 bytes. Two multiplications at a time do not wait for each other;
 * the last words overlap those before.
 */
function hashLong(p: usize, len: u32, seed: u32): u64 {
  let first: u64 = MULTIPLY_2 ^ (<u64>len | (<u64>seed << 32));
  let second: u64 = MULTIPLY_1;
  const end = p + len;
  for (; p + 16 < end; p += 16) {
    first = mixed((first ^ load<u64>(p)) * MULTIPLY_1);
    second = mixed((second ^ load<u64>(p + 8)) * MULTIPLY_2);
  }
  first = (first ^ load<u64>(end - 16)) * MULTIPLY_1;
  second = (second ^ load<u64>(end - 8)) * MULTIPLY_2;
  return mixed((mixed(first) + mixed(second)) * MULTIPLY_1);
}

// @ts-ignore: decorator
@inline
function mixed(h: u64): u64 {
  return h ^ (h >> 32);
}

// Errors that a pair of neighbouring bytes shows, one bit each (Keiser and Lemire, "Validating UTF-8 In
// Less Than One Instruction Per Byte", 2021): three tables, by the high and low half of the first byte
// and the high half of the second one; a bit that stands in all three is an error.
const TOO_SHORT: u8 = 1; // a lead byte, and no continuation
const TOO_LONG: u8 = 2; // ASCII, and a continuation
const OVERLONG_3: u8 = 4;
const TOO_LARGE: u8 = 8; // past U+10FFFF
const SURROGATE: u8 = 16;
const OVERLONG_2: u8 = 32;
const TOO_LARGE_1000: u8 = 64; // past U+10FFFF, or …
const OVERLONG_4: u8 = 64;
const TWO_CONTINUATIONS: u8 = 128; // right only as the third or fourth byte
const CARRY: u8 = TOO_SHORT | TOO_LONG | TWO_CONTINUATIONS;
const LARGE: u8 = CARRY | TOO_LARGE | TOO_LARGE_1000;

/** Whether [p, end) is UTF-8 by RFC 3629: no overlong forms, no surrogates, nothing past U+10FFFF. */
export function isUtf8(p: usize, end: usize): bool {
  const firstHigh = i8x16(
    TOO_LONG, TOO_LONG, TOO_LONG, TOO_LONG, TOO_LONG, TOO_LONG, TOO_LONG, TOO_LONG,
    TWO_CONTINUATIONS, TWO_CONTINUATIONS, TWO_CONTINUATIONS, TWO_CONTINUATIONS,
    TOO_SHORT | OVERLONG_2, TOO_SHORT, TOO_SHORT | OVERLONG_3 | SURROGATE,
    TOO_SHORT | TOO_LARGE | TOO_LARGE_1000 | OVERLONG_4,
  );
  const firstLow = i8x16(
    CARRY | OVERLONG_3 | OVERLONG_2 | OVERLONG_4, CARRY | OVERLONG_2, CARRY, CARRY, CARRY | TOO_LARGE,
    LARGE, LARGE, LARGE, LARGE, LARGE, LARGE, LARGE, LARGE, LARGE | SURROGATE, LARGE, LARGE,
  );
  const secondHigh = i8x16(
    TOO_SHORT, TOO_SHORT, TOO_SHORT, TOO_SHORT, TOO_SHORT, TOO_SHORT, TOO_SHORT, TOO_SHORT,
    TOO_LONG | OVERLONG_2 | TWO_CONTINUATIONS | OVERLONG_3 | TOO_LARGE_1000 | OVERLONG_4,
    TOO_LONG | OVERLONG_2 | TWO_CONTINUATIONS | OVERLONG_3 | TOO_LARGE,
    TOO_LONG | OVERLONG_2 | TWO_CONTINUATIONS | SURROGATE | TOO_LARGE,
    TOO_LONG | OVERLONG_2 | TWO_CONTINUATIONS | SURROGATE | TOO_LARGE,
    TOO_SHORT, TOO_SHORT, TOO_SHORT, TOO_SHORT,
  );
  const low = i8x16.splat(15);
  let errors = i8x16.splat(0);
  let previous = i8x16.splat(0);
  while (true) {
    if (p + 64 <= end && isAscii(p, previous)) {
      p += 64;
      continue;
    }
    const isLast = p + 16 > end;
    const v = isLast ? lastBytes(p, end) : v128.load(p);
    if (i8x16.bitmask(v128.or(v, previous))) {
      const before1 = v128.shuffle<u8>(previous, v, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30);
      const before2 = v128.shuffle<u8>(previous, v, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29);
      const before3 = v128.shuffle<u8>(previous, v, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28);
      const pairs = v128.and(
        v128.and(
          i8x16.swizzle(firstHigh, i8x16.shr_u(before1, 4)),
          i8x16.swizzle(firstLow, v128.and(before1, low)),
        ),
        i8x16.swizzle(secondHigh, i8x16.shr_u(v, 4)),
      );
      // Third and fourth bytes must be continuations, which the tables took for errors.
      const third = i8x16.sub_sat_u(before2, i8x16.splat(0x60 /* 0xe0 - 0x80 */));
      const fourth = i8x16.sub_sat_u(before3, i8x16.splat(0x70 /* 0xf0 - 0x80 */));
      const must = v128.and(v128.or(third, fourth), i8x16.splat(-128));
      errors = v128.or(errors, v128.xor(must, pairs));
    }
    if (isLast) return !v128.any_true(errors);
    previous = v;
    p += 16;
  }
}

/** Whether the 64 bytes at p are ASCII, and the 16 before as well. */
// @ts-ignore: decorator
@inline
function isAscii(p: usize, before: v128): bool {
  const first = v128.or(v128.load(p), v128.load(p, 16));
  const second = v128.or(v128.load(p, 32), v128.load(p, 48));
  return !i8x16.bitmask(v128.or(v128.or(first, second), before));
}

const last: usize = memory.data(32);

/** The fewer than 16 bytes of [p, end), and zeros: a character that lacks bytes shows against them. */
function lastBytes(p: usize, end: usize): v128 {
  v128.store(last, i8x16.splat(0));
  memory.copy(last, p, end - p);
  return v128.load(last);
}

/**
 * Length of UTF-8 text in UTF-16 code units: every byte that starts a character counts one, and the
 * four-byte ones, which become surrogate pairs, two.
 */
export function utf16Length(p: usize, len: u32): u32 {
  let units: u32 = 0;
  for (let end = p + len; p < end; p++) {
    const c = <u32>load<u8>(p);
    if ((c & 0xc0) != 0x80) units += c >= 0xf0 ? 2 : 1;
  }
  return units;
}

/** Writes a code point as UTF-8; returns the address behind it. */
export function putUtf8(to: usize, code: u32): usize {
  if (code < 0x80) {
    store<u8>(to, code);
    return to + 1;
  }
  if (code < 0x800) {
    store<u8>(to, 0xc0 | (code >> 6));
    store<u8>(to + 1, 0x80 | (code & 63));
    return to + 2;
  }
  if (code < 0x10000) {
    store<u8>(to, 0xe0 | (code >> 12));
    store<u8>(to + 1, 0x80 | ((code >> 6) & 63));
    store<u8>(to + 2, 0x80 | (code & 63));
    return to + 3;
  }
  store<u8>(to, 0xf0 | (code >> 18));
  store<u8>(to + 1, 0x80 | ((code >> 12) & 63));
  store<u8>(to + 2, 0x80 | ((code >> 6) & 63));
  store<u8>(to + 3, 0x80 | (code & 63));
  return to + 4;
}

/** Copies 16 bytes at a time, up to 15 bytes too many. */
// @ts-ignore: decorator
@inline
export function copyText(to: usize, from: usize, len: u32): void {
  for (let i: u32 = 0; i < len; i += 16) v128.store(to + i, v128.load(from + i));
}

/** Bytes of room that blocks have behind their capacity, for such copies. */
export const SLACK: u32 = 32;
