// UTF-8: checking, measuring and writing it.

// Errors that a pair of neighbouring bytes can show, one bit each (Keiser and Lemire, "Validating UTF-8 In
// Less Than One Instruction Per Byte", 2021). Three tables are indexed by the high and the low half of the
// first byte and by the high half of the second one; a bit that is set in all three is an error.
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
      // Third and fourth bytes must be continuations; the tables report them as errors.
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

/** Whether the 64 bytes at p and the 16 before them are ASCII. */
// @ts-ignore: decorator
@inline
function isAscii(p: usize, before: v128): bool {
  const first = v128.or(v128.load(p), v128.load(p, 16));
  const second = v128.or(v128.load(p, 32), v128.load(p, 48));
  return !i8x16.bitmask(v128.or(v128.or(first, second), before));
}

const last: usize = memory.data(32);

/** The fewer than 16 bytes of [p, end), filled up with zeros, which follow no lead byte: so a cut character is an error. */
function lastBytes(p: usize, end: usize): v128 {
  v128.store(last, i8x16.splat(0));
  memory.copy(last, p, end - p);
  return v128.load(last);
}

/**
 * Length of UTF-8 text in UTF-16 code units. Every byte that starts a character counts one; one that
 * starts a character of four bytes, which becomes a surrogate pair, counts two.
 */
export function utf16Length(p: usize, len: u32): u32 {
  let units: u32 = 0;
  for (let end = p + len; p < end; p++) {
    const c = <u32>load<u8>(p);
    if ((c & 0xc0) != 0x80) units += c >= 0xf0 ? 2 : 1;
  }
  return units;
}

/** Writes a code point as UTF-8; returns the address after it. */
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
