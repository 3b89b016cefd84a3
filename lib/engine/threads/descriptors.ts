import { readFileSync } from 'node:fs';

/** Descriptors of the calling thread: the runtime's, the store's, and the modules that it loads at the same time. */
const OF_MAIN_THREAD = 64;
/** Descriptors of a thread that loads its modules; 26 were measured. */
const OF_THREAD = 32;

/**
 * Returns how many threads can start with the descriptors that this process may have (`ulimit -n`); Infinity where
 * the system does not say. Only Linux does.
 */
export function threadsByDescriptors(): number {
  let limits: string;
  try {
    limits = readFileSync('/proc/self/limits', 'utf8');
  } catch {
    return Number.POSITIVE_INFINITY;
  }
  const [, most] = /^Max open files\s+(\d+)/m.exec(limits) ?? [];
  if (most === undefined) return Number.POSITIVE_INFINITY;
  return Math.max(0, Math.floor((Number(most) - OF_MAIN_THREAD) / OF_THREAD));
}
