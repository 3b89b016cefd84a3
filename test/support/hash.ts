// The kernel's hash (lib/kernel/hash.ts), written with BigInt: for tests that search for texts and ids that its
// tables take for the same.
import { createHash } from 'node:crypto';
import type { Kernel } from '../../lib/batch/kernel.ts';
import type { Cleaner } from './temp.ts';

const WORD = (1n << 64n) - 1n;
const LOW = 0xffff_ffffn;
const MULTIPLIER = 0xff51afd7ed558ccdn;

/** Has the kernels of a test, which are made from now on, use one hash. */
export function useHashSeed(t: Cleaner, seed: string): void {
  const before = process.env.HACKLE_IMPORT_HASH_SEED;
  process.env.HACKLE_IMPORT_HASH_SEED = seed;
  t.teardown(() => {
    if (before === undefined) delete process.env.HACKLE_IMPORT_HASH_SEED;
    else process.env.HACKLE_IMPORT_HASH_SEED = before;
  });
}

export type Secrets = readonly [bigint, bigint, bigint];

/** The secrets of kernels with a seed. */
export function secretsOf(seed: string): Secrets {
  const bytes = createHash('sha256').update(seed).digest();
  return [0, 8, 16].map((at) => bytes.readBigUInt64LE(at)) as unknown as Secrets;
}

/** The secrets of a kernel, whatever its seed. */
export function secretsIn(kernel: Kernel): Secrets {
  const at = kernel.fn.hashSecrets() >>> 0;
  return [0, 8, 16].map((n) => kernel.bytes.readBigUInt64LE(at + n)) as unknown as Secrets;
}

const product = (word: bigint): bigint => (word & LOW) * (word >> 32n);

/** The hash of a text in a context. */
export function hashOf(text: string, [s0, s1, s2]: Secrets, context = 0): bigint {
  const bytes = Buffer.concat([Buffer.from(text), Buffer.alloc(8)]);
  const length = bytes.length - 8;
  const load = (at: number, count = 8): bigint =>
    bytes.readBigUInt64LE(at) & (WORD >> BigInt(8 * (8 - count)));
  let sum = BigInt(context) * s2 + BigInt(length);
  if (length <= 16) {
    const count = Math.min(length, 8);
    if (count > 0) {
      sum += product(load(0, count) ^ s0) + product(load(length - count, count) ^ s1);
    } else sum += product(s0) + product(s1);
    return mixed(sum & WORD);
  }
  let [first, second] = [s0, s1];
  for (let at = 0; at + 16 < length; at += 16) {
    const [one, other] = [first ^ load(at), second ^ load(at + 8)];
    first = ((product(one) + one) & WORD) ^ s0;
    second = ((product(other) + other) & WORD) ^ s1;
  }
  sum += product(first ^ load(length - 16)) + product(second ^ load(length - 8));
  return mixed(sum & WORD);
}

function mixed(sum: bigint): bigint {
  const h = ((sum ^ (sum >> 32n)) * MULTIPLIER) & WORD;
  return h ^ (h >> 32n);
}

/** The id of 128 bits with this hash on day 0; undefined for about half of all hashes. */
export function idWithHash(hash: bigint, [s0, s1]: Secrets): bigint | undefined {
  const folded = ((hash ^ (hash >> 32n)) * inverse(MULTIPLIER)) & WORD;
  const sum = folded ^ (folded >> 32n);
  // One half of a word is 2^31 and of the other 1, so that the products give any number of 63 bits.
  if (sum >> 63n) return undefined;
  const high = (((sum >> 31n) << 32n) | (1n << 31n)) ^ s0;
  const low = (((sum & (LOW >> 1n)) << 32n) | 1n) ^ s1;
  return (high << 64n) | low;
}

function inverse(factor: bigint): bigint {
  let x = factor;
  for (let bits = 3; bits < 64; bits *= 2) x = (x * (2n - factor * x)) & WORD;
  return x;
}
