// Hashes of texts.

import { ONES } from './text';

const MULTIPLY_1: u64 = 0xff51afd7ed558ccd;
const MULTIPLY_2: u64 = 0xc4ceb9fe1a85ec53;

/** A 64-bit hash of a text and a seed, without a branch up to 16 bytes. Reads at least 8 bytes. */
// @ts-ignore: decorator
@inline
export function hashValue(p: usize, len: u32, seed: u32): u64 {
  if (len > 16) return hashLong(p, len, seed);
  const mask = load<u64>(ONES + 16 - min<u32>(len, 8));
  const first = ((load<u64>(p) & mask) ^ (<u64>len | (<u64>seed << 32))) * MULTIPLY_1;
  const last: u32 = len > 8 ? len - 8 : 0;
  const second = (load<u64>(p + last) & mask) * MULTIPLY_2;
  return mixed((mixed(first) + mixed(second)) * MULTIPLY_1);
}

/** A 32-bit hash of a text and a seed. */
export function hashText(p: usize, len: u32, seed: u32): u32 {
  return <u32>hashValue(p, len, seed);
}

/**
 * `hashValue` for more than 16 bytes. It multiplies two words at a time, so that neither waits for the
 * other; the last two words overlap those before.
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
