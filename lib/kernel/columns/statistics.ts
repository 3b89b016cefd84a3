// The minimum and the maximum of a column chunk.

import { Column } from './column';

/** Longest minimum or maximum that is kept. If one is longer, the file has neither. */
export const STATISTICS_BYTES: u32 = 224; // a minimum and a maximum with their SLACK take 512 bytes

/** Compares two texts by their unsigned bytes: negative, 0 or positive. */
function compareText(a: usize, aLen: u32, b: usize, bLen: u32): i32 {
  const len = min(aLen, bLen);
  let i: u32 = 0;
  for (; i + 8 <= len; i += 8) {
    const x = load<u64>(a + i);
    const y = load<u64>(b + i);
    if (x != y) return bswap(x) < bswap(y) ? -1 : 1;
  }
  for (; i < len; i++) {
    const d = <i32>load<u8>(a + i) - <i32>load<u8>(b + i);
    if (d) return d;
  }
  return aLen < bLen ? -1 : aLen > bLen ? 1 : 0;
}

/** Compares values of `width` bytes as signed big-endian numbers. */
function compareSigned(a: usize, b: usize, width: u32): i32 {
  const d = <i32>load<i8>(a) - <i32>load<i8>(b);
  return d ? d : compareText(a, width, b, width);
}

/** Takes a value into the minimum and maximum. */
export function noteExtremes(c: Column, p: usize, len: u32): void {
  if (c.hasStatistics == 2) return;
  if (c.hasStatistics == 0) {
    keepMin(c, p, len);
    keepMax(c, p, len);
    if (c.hasStatistics == 0) c.hasStatistics = 1;
    return;
  }
  const toMin = c.width ? compareSigned(p, c.min, c.width) : compareText(p, len, c.min, c.minLen);
  if (toMin < 0) return keepMin(c, p, len);
  const toMax = c.width ? compareSigned(p, c.max, c.width) : compareText(p, len, c.max, c.maxLen);
  if (toMax > 0) keepMax(c, p, len);
}

function keepMin(c: Column, p: usize, len: u32): void {
  if (len > STATISTICS_BYTES) c.hasStatistics = 2;
  else {
    memory.copy(c.min, p, len);
    c.minLen = len;
  }
}

function keepMax(c: Column, p: usize, len: u32): void {
  if (len > STATISTICS_BYTES) c.hasStatistics = 2;
  else {
    memory.copy(c.max, p, len);
    c.maxLen = len;
  }
}
