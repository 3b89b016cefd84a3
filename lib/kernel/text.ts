// Bytes of text: loading, finding, comparing and copying them.

import { LINE_FEED } from './ascii';
import { PADDING } from './layout';

/** Loads in the debug build must stay below this address; set before a text is read. */
export let readLimit: usize = usize.MAX_VALUE;

/** Sets the end of the text that is read from now on. */
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

/** Address of the first line feed at or after p. The text must end with a line feed. */
export function lineEnd(p: usize): usize {
  const feed = i8x16.splat(<u8>LINE_FEED);
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
    // Shifts count modulo 64: a shift by 64 would compare 8 bytes of empty texts.
    return len == 0 || (load<u64>(a) ^ load<u64>(b)) << <u64>(64 - (len << 3)) == 0;
  }
  return sameLong(a, b, len);
}

/** `sameText` for 8 bytes or more: the last load overlaps the one before, instead of going byte by byte. */
// @ts-ignore: decorator
@inline
function sameLong(a: usize, b: usize, len: u32): bool {
  if (len < 16) {
    const last: usize = len - 8;
    return ((load<u64>(a) ^ load<u64>(b)) | (load<u64>(a + last) ^ load<u64>(b + last))) == 0;
  }
  return sameOver16(a, b, len);
}

/** `sameText` for 16 bytes or more. */
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

/** 16 bytes of ones, then 16 of zeros: loaded at `ONES + 16 - n`, a mask of the first n bytes. */
export const ONES: usize = memory.data<u8>([
  255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
]);

/** `sameText` for at most 16 bytes, without a branch. Reads 16 bytes of each text. */
// @ts-ignore: decorator
@inline
export function sameUpTo16(a: usize, b: usize, len: u32): bool {
  return !v128.any_true(v128.and(v128.xor(v128.load(a), v128.load(b)), v128.load(ONES + 16 - len)));
}

/** Copies a text 16 bytes at a time; writes up to 15 bytes past its end. */
// @ts-ignore: decorator
@inline
export function copyText(to: usize, from: usize, len: u32): void {
  for (let i: u32 = 0; i < len; i += 16) v128.store(to + i, v128.load(from + i));
}

/** Bytes that blocks have past their capacity, for copies that write too much. */
export const SLACK: u32 = 32;
