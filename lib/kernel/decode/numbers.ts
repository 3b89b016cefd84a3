// Times and decimals of a page in PLAIN encoding.

import { METRIC_BYTES } from '../layout';

const MS_PER_DAY: i64 = 86400000;
const MS_PER_SLOT: u32 = 900000;
/** 10^24, the bound of DECIMAL(24, 6), as the upper 24 bits and the lower 64 bits. */
const BOUND_HIGH: i64 = 0xd3c2;
const BOUND_LOW: u64 = 0x1bcecceda1000000;

/** What was found of numbers: the place of the least and the greatest one, and of the first that is wrong. */
// biome-ignore format: one field a line, with its meaning
@unmanaged
export class Numbers {
  min: usize;
  max: usize;
  wrong: u32;            // how many are wrong
  firstWrong: u32;       // index of the first one
}

/** Checks that `count` times (i64, ms) are of a day that begins at `begin`, and counts them in its quarters of an hour. */
export function checkTimes(from: usize, count: u32, begin: i64, slots: usize, result: usize): void {
  const numbers = changetype<Numbers>(result);
  memory.fill(result, 0, offsetof<Numbers>());
  numbers.min = from;
  numbers.max = from;
  let least = load<i64>(from);
  let most = least;
  for (let i: u32 = 0; i < count; i++) {
    const p = from + (<usize>i << 3);
    const time = load<i64>(p);
    if (time < least) {
      least = time;
      numbers.min = p;
    }
    if (time > most) {
      most = time;
      numbers.max = p;
    }
    const ms = <u64>(time - begin);
    if (ms >= <u64>MS_PER_DAY) {
      if (numbers.wrong++ == 0) numbers.firstWrong = i;
      continue;
    }
    const slot = slots + (<usize>(<u32>ms / MS_PER_SLOT) << 2);
    store<u32>(slot, load<u32>(slot) + 1);
  }
}

/** Checks that `count` decimals have at most 24 digits. */
export function checkDecimals(from: usize, count: u32, result: usize): void {
  const numbers = changetype<Numbers>(result);
  memory.fill(result, 0, offsetof<Numbers>());
  numbers.min = from;
  numbers.max = from;
  for (let i: u32 = 0; i < count; i++) {
    const p = from + <usize>i * METRIC_BYTES;
    const high = upper(p);
    const low = lower(p);
    if (isLess(high, low, upper(numbers.min), lower(numbers.min))) numbers.min = p;
    if (isLess(upper(numbers.max), lower(numbers.max), high, low)) numbers.max = p;
    // -x of a number in two parts: all bits the other way, plus 1.
    const isNegative = high < 0;
    const absLow = isNegative ? ~low + 1 : low;
    const absHigh = isNegative ? ~high + (low == 0 ? 1 : 0) : high;
    if (!isLess(absHigh, absLow, BOUND_HIGH, BOUND_LOW)) {
      if (numbers.wrong++ == 0) numbers.firstWrong = i;
    }
  }
}

// @ts-ignore: decorator
@inline
function upper(p: usize): i64 {
  return (<i64>load<i8>(p) << 16) | (<i64>load<u8>(p + 1) << 8) | <i64>load<u8>(p + 2);
}

// @ts-ignore: decorator
@inline
function lower(p: usize): u64 {
  return bswap(load<u64>(p + 3));
}

// @ts-ignore: decorator
@inline
function isLess(aHigh: i64, aLow: u64, bHigh: i64, bLow: u64): bool {
  return aHigh < bHigh || (aHigh == bHigh && aLow < bLow);
}

/** Writes `count` values of `width` bytes, by their indices in a dictionary; writes up to 16 bytes more. */
export function gather(dictionary: usize, width: u32, indices: usize, count: u32, to: usize): void {
  for (let i: u32 = 0; i < count; i++, to += width) {
    const from = dictionary + <usize>load<u32>(indices + (<usize>i << 2)) * width;
    v128.store(to, v128.load(from));
  }
}
