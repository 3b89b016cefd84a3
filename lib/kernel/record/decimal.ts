// Decimal numbers, read exactly from their digits, without floating point.

import { CASE_BIT, isDigit, LOWER_E, MINUS, PLUS, POINT, ZERO } from '../ascii';
import { METRIC_BYTES } from '../layout';

/** Significant digits that are kept. Of the digits after them, only `tail` is kept. */
const DIGITS: u32 = 64;
/** Larger exponents are cut here. The zeros of the longest number could not make up for this one. */
const EXPONENT_LIMIT: i32 = 100000000;

const digits: usize = memory.data(64);

// The last number that was read: ±0.d1 d2 d3 … × 10^point, with d1 ≠ 0 unless it is zero.
export let negative: bool = false;
export let digitCount: u32 = 0;
export let point: i32 = 0;
/** Whether a digit other than zero was dropped. */
let tail: bool = false;

/** The digit at an index; 0 past the last one. */
// @ts-ignore: decorator
@inline
function digitAt(i: i32): u32 {
  return <u32>i < digitCount ? load<u8>(digits + i) : 0;
}

/** Whether any digit from index i on is not zero. */
export function isInexactAt(i: i32): bool {
  if (tail) return true;
  for (let k = max(i, 0); k < <i32>digitCount; k++) if (load<u8>(digits + k)) return true;
  return false;
}

/**
 * Reads the number [p, p + len); returns false if it is not a number. It must be a JSON number; `lenient`
 * also takes what people write in strings: a plus sign, and no digits on one side of the point.
 */
export function readDecimal(p: usize, len: u32, lenient: bool): bool {
  const end = p + len;
  negative = false;
  digitCount = 0;
  point = 0;
  tail = false;
  if (p < end && (load<u8>(p) == MINUS || (lenient && load<u8>(p) == PLUS))) {
    negative = load<u8>(p) == MINUS;
    p++;
  }
  let before: u32 = 0;
  const first = p;
  for (; p < end && isDigit(load<u8>(p)); p++) {
    pushDigit(<u32>load<u8>(p) - ZERO, false);
    before++;
  }
  if (!lenient && before > 1 && load<u8>(first) == ZERO) return false;
  let after: u32 = 0;
  if (p < end && load<u8>(p) == POINT) {
    p++;
    for (; p < end && isDigit(load<u8>(p)); p++) {
      pushDigit(<u32>load<u8>(p) - ZERO, true);
      after++;
    }
    if (!lenient && after == 0) return false;
  }
  if (before + after == 0 || (!lenient && before == 0)) return false;
  if (p < end && (load<u8>(p) | CASE_BIT) == LOWER_E) {
    p++;
    let minus = false;
    if (p < end && (load<u8>(p) == PLUS || load<u8>(p) == MINUS)) {
      minus = load<u8>(p) == MINUS;
      p++;
    }
    if (p == end) return false;
    let exponent: i32 = 0;
    for (; p < end && isDigit(load<u8>(p)); p++) {
      if (exponent < EXPONENT_LIMIT) exponent = exponent * 10 + <i32>load<u8>(p) - <i32>ZERO;
    }
    if (digitCount) point += minus ? -exponent : exponent;
  }
  return p == end;
}

function pushDigit(digit: u32, fraction: bool): void {
  if (digitCount == 0 && digit == 0) {
    // A leading zero. After the point it moves the first digit.
    if (fraction) point--;
    return;
  }
  if (!fraction) point++;
  if (digitCount < DIGITS) store<u8>(digits + digitCount++, digit);
  else if (digit) tail = true;
}

/** The first `count` digits, at most 18, as an integer. */
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
 * Writes the last number as DECIMAL(24,6): 11 big-endian bytes of its unscaled value. A seventh fraction
 * digit rounds half away from zero, as Spark's cast does (docs/decisions.md, metric_value).
 */
export function writeMetric(to: usize): u32 {
  const scaled = point + 6;
  if (digitCount == 0 || scaled < 0) return writeUnscaled(to, 0, 0, digitCount != 0);
  if (scaled > 24) return METRIC_OUT_OF_RANGE;
  // The 24 digits are two halves.
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

/** Writes ±(high × 10^12 + low) as 11 big-endian bytes. */
function writeUnscaled(to: usize, high: u64, low: u64, rounded: bool): u32 {
  // `high` < 2^40 is taken in two parts of 20 bits, so that no product passes 64 bits.
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
