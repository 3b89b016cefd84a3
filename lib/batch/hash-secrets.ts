import { createHash, randomBytes } from 'node:crypto';

/**
 * Makes the secrets of a kernel's hashes (lib/kernel/hash.ts). They are random, so that authors of events cannot
 * choose texts that have one hash. Tests that search for such texts fix the secrets by any text in the environment
 * variable HACKLE_IMPORT_HASH_SEED. The output does not depend on them.
 */
export function hashSecrets(size: number): Uint8Array {
  const seed = process.env.HACKLE_IMPORT_HASH_SEED;
  if (seed === undefined) return randomBytes(size);
  return createHash('sha256').update(seed).digest().subarray(0, size);
}
