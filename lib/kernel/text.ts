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
  let i: u32 = 0;
  while (i + 8 <= len) {
    if (load<u64>(a + i) != load<u64>(b + i)) return false;
    i += 8;
  }
  const rest = len - i;
  if (rest == 0) return true;
  const shift = <u64>(64 - (rest << 3));
  return load<u64>(a + i) << shift == load<u64>(b + i) << shift;
}

/** A hash of a text and a seed. Reads up to 7 bytes past its end. */
export function hashText(p: usize, len: u32, seed: u32): u32 {
  let h: u64 = 0x9e3779b97f4a7c15 ^ (<u64>len | (<u64>seed << 32));
  let i: u32 = 0;
  while (i + 8 <= len) {
    h = (h ^ load<u64>(p + i)) * 0xff51afd7ed558ccd;
    h ^= h >> 32;
    i += 8;
  }
  const rest = len - i;
  if (rest) {
    h = (h ^ (load<u64>(p + i) << <u64>(64 - (rest << 3)))) * 0xff51afd7ed558ccd;
    h ^= h >> 32;
  }
  return <u32>h;
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
