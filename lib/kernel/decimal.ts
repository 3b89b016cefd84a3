// Decimal numbers read from their digits, exactly: no floating point anywhere.

import { METRIC_BYTES } from './layout';

/** Significant digits that are kept; of those behind, only whether one is not zero. */
const DIGITS: u32 = 64;
/** Exponents are cut here: past what the zeros of the longest number could make up for. */
const EXPONENT_LIMIT: i32 = 100000000;

const digits: usize = memory.data(64);

// The last number that was read: ±0.d1 d2 d3 … × 10^point, with d1 ≠ 0 unless it is zero.
export let negative: bool = false;
export let digitCount: u32 = 0;
export let point: i32 = 0;
/** A digit that is not zero was dropped behind the last one kept. */
let tail: bool = false;

/** A digit of the number, 0 behind its end. */
// @ts-ignore: decorator
@inline
function digitAt(i: i32): u32 {
  return <u32>i < digitCount ? load<u8>(digits + i) : 0;
}

/** Whether any digit at or behind position i is not zero. */
export function isInexactAt(i: i32): bool {
  if (tail) return true;
  for (let k = max(i, 0); k < <i32>digitCount; k++) if (load<u8>(digits + k)) return true;
  return false;
}

/**
 * Reads [p, p + len): a JSON number; with `lenient` also what people write in strings: a plus sign, and
 * one side of the point left out. False where it is no number.
 */
export function readDecimal(p: usize, len: u32, lenient: bool): bool {
  const end = p + len;
  negative = false;
  digitCount = 0;
  point = 0;
  tail = false;
  if (p < end && (load<u8>(p) == 45 || (lenient && load<u8>(p) == 43))) {
    negative = load<u8>(p) == 45;
    p++;
  }
  let before: u32 = 0;
  const first = p;
  for (; p < end && <u32>load<u8>(p) - 48 < 10; p++) {
    pushDigit(<u32>load<u8>(p) - 48, false);
    before++;
  }
  if (!lenient && before > 1 && load<u8>(first) == 48) return false;
  let behind: u32 = 0;
  if (p < end && load<u8>(p) == 46) {
    p++;
    for (; p < end && <u32>load<u8>(p) - 48 < 10; p++) {
      pushDigit(<u32>load<u8>(p) - 48, true);
      behind++;
    }
    if (!lenient && behind == 0) return false;
  }
  if (before + behind == 0 || (!lenient && before == 0)) return false;
  if (p < end && (load<u8>(p) | 32) == 101) {
    p++;
    let minus = false;
    if (p < end && (load<u8>(p) == 43 || load<u8>(p) == 45)) {
      minus = load<u8>(p) == 45;
      p++;
    }
    if (p == end) return false;
    let exponent: i32 = 0;
    for (; p < end && <u32>load<u8>(p) - 48 < 10; p++) {
      if (exponent < EXPONENT_LIMIT) exponent = exponent * 10 + <i32>load<u8>(p) - 48;
    }
    if (digitCount) point += minus ? -exponent : exponent;
  }
  return p == end;
}

function pushDigit(digit: u32, fraction: bool): void {
  if (digitCount == 0 && digit == 0) {
    // A leading zero; behind the point it moves the first digit.
    if (fraction) point--;
    return;
  }
  if (!fraction) point++;
  if (digitCount < DIGITS) store<u8>(digits + digitCount++, digit);
  else if (digit) tail = true;
}

/** The integer of the first `count` digits (at most 18). */
export function leadingInteger(count: i32): u64 {
  let value: u64 = 0;
  for (let i = 0; i < count; i++) value = value * 10 + digitAt(i);
  return value;
}

export const METRIC_OK: u32 = 0;
export const METRIC_ROUNDED: u32 = 1;
export const METRIC_OUT_OF_RANGE: u32 = 2;

const TRILLION: u64 = 1000000000000;

/**
 * The last number as DECIMAL(24,6): 11 big-endian bytes of its unscaled value. A seventh fraction digit
 * rounds half away from zero, as Spark's cast does (NOTES, metric_value).
 */
export function writeMetric(to: usize): u32 {
  const scaled = point + 6;
  if (digitCount == 0 || scaled < 0) return writeUnscaled(to, 0, 0, digitCount != 0);
  if (scaled > 24) return METRIC_OUT_OF_RANGE;
  // 24 digits in two halves.
  let high: u64 = 0;
  let low: u64 = 0;
  for (let i = 0; i < scaled; i++) {
    const digit = <u64>digitAt(i);
    if (scaled - i > 12) high = high * 10 + digit;
    else low = low * 10 + digit;
  }
  if (digitAt(scaled) >= 5 && ++low == TRILLION) {
    low = 0;
    if (++high == TRILLION) return METRIC_OUT_OF_RANGE;
  }
  return writeUnscaled(to, high, low, isInexactAt(scaled));
}

/** Writes ±(high × 10^12 + low). */
function writeUnscaled(to: usize, high: u64, low: u64, rounded: bool): u32 {
  // high < 2^40 in two parts of 20 bits, so that no product passes 64 bits.
  const upper = (high >> 20) * TRILLION;
  const lower = (high & 0xfffff) * TRILLION + low;
  let bottom = upper << 20;
  let top = upper >> 44;
  bottom += lower;
  if (bottom < lower) top++;
  if (negative) {
    bottom = ~bottom + 1;
    top = ~top + (bottom == 0 ? 1 : 0);
  }
  store<u8>(to, <u8>(top >> 16));
  store<u8>(to + 1, <u8>(top >> 8));
  store<u8>(to + 2, <u8>top);
  store<u64>(to + METRIC_BYTES - 8, bswap(bottom));
  return rounded ? METRIC_ROUNDED : METRIC_OK;
}

export function writeZeroMetric(to: usize): void {
  memory.fill(to, 0, METRIC_BYTES);
}
