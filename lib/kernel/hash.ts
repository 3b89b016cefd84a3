// Hashes for the tables that input fills.
//
// Texts in events are often chosen by end users. If they could tell which texts have one hash, an event of
// 100,000 such texts would be looked up in quadratic time. So each kernel has secrets, random numbers that
// TypeScript sets (lib/batch/hash-secrets.ts): whatever two texts are, the chance that their hashes are equal is
// about 2^-32. What a table holds never depends on its order, so the output does not depend on the secrets.
//
// A word of 8 bytes is mixed with a secret, and its halves are multiplied: the product of 64 bits is exact, and a
// change of one half changes it by a multiple of the other half, which is secret (NH of UMAC, Black et al. 1999).

import { ONES } from './text';

export const HASH_SECRET_BYTES: usize = 24;
const SECRETS: usize = memory.data(24 /* HASH_SECRET_BYTES */, 8);
const MULTIPLIER: u64 = 0xff51afd7ed558ccd;

/** Address of the secrets, which TypeScript sets before the first hash. */
export function hashSecrets(): usize {
  return SECRETS;
}

// @ts-ignore: decorator
@inline
function secret(index: u32): u64 {
  return load<u64>(SECRETS + (index << 3));
}

/** A 64-bit hash of a text, without a branch up to 16 bytes. Reads at least 8 bytes. */
// @ts-ignore: decorator
@inline
export function hashValue(p: usize, len: u32): u64 {
  return mixed(sumOf(p, len));
}

/** A 32-bit hash of a text in a context, which is any number. */
export function hashText(p: usize, len: u32, context: u32): u32 {
  return <u32>mixed(sumOf(p, len) + <u64>context * secret(2));
}

/**
 * The 32 bits of a number. A mere cast does not do: where the function around it is inlined, the compiler extends the
 * sign at some places and not at others, so that a day before 1970 had two hashes.
 */
// @ts-ignore: decorator
@inline
function unsigned(number: i32): u64 {
  return <u64>number & 0xffffffff;
}

/** A 64-bit hash of an id of 128 bits on a day. */
// @ts-ignore: decorator
@inline
export function hashId(high: u64, low: u64, day: i32): u64 {
  return mixed(product(high ^ secret(0)) + product(low ^ secret(1)) + unsigned(day) * secret(2));
}

/** A 32-bit hash of a day, whose low bits are good ones (multiply-shift, Dietzfelbinger 1996). */
// @ts-ignore: decorator
@inline
export function hashDay(day: i32): u32 {
  return <u32>((unsigned(day) * secret(2)) >> 32);
}

// @ts-ignore: decorator
@inline
function sumOf(p: usize, len: u32): u64 {
  if (len > 16) return sumOfLong(p, len);
  const mask = load<u64>(ONES + 16 - min<u32>(len, 8));
  const last: u32 = len > 8 ? len - 8 : 0;
  return product((load<u64>(p) & mask) ^ secret(0)) + product((load<u64>(p + last) & mask) ^ secret(1)) + len;
}

/**
 * `sumOf` for more than 16 bytes. It takes two words at a time, so that neither waits for the other; the last two
 * words overlap those before.
 */
function sumOfLong(p: usize, len: u32): u64 {
  let first = secret(0);
  let second = secret(1);
  const end = p + len;
  for (; p + 16 < end; p += 16) {
    first = chained(first ^ load<u64>(p)) ^ secret(0);
    second = chained(second ^ load<u64>(p + 8)) ^ secret(1);
  }
  return product(first ^ load<u64>(end - 16)) + product(second ^ load<u64>(end - 8)) + len;
}

// @ts-ignore: decorator
@inline
function product(word: u64): u64 {
  return (word & 0xffffffff) * (word >> 32);
}

/** `product` for a word that others follow: it loses nothing where one half is 0. */
// @ts-ignore: decorator
@inline
function chained(word: u64): u64 {
  return product(word) + word;
}

/** Spreads a sum, so that any of its bits can be the place in a table. */
// @ts-ignore: decorator
@inline
function mixed(sum: u64): u64 {
  const h = (sum ^ (sum >> 32)) * MULTIPLIER;
  return h ^ (h >> 32);
}
