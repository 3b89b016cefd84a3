import { availableParallelism } from 'node:os';
import type { ConvertOptions } from '../../options/options.ts';
import { threadsByDescriptors } from './descriptors.ts';

/** For fewer bytes of input than this, starting threads takes longer than they save. */
const WORTH_THREADS = 8 << 20;

/**
 * Returns the number of worker threads of a run: the requested number, or by default one for each core, or fewer
 * where few files may be open, and none for a small input.
 *
 * @param size stored bytes of all inputs together; undefined if an input does not know its size
 */
export function threadCount(
  {
    threads,
    transform,
    dedupe,
    limit,
  }: Pick<ConvertOptions, 'threads' | 'transform' | 'dedupe' | 'limit'>,
  size: number | undefined,
): number {
  // A function cannot be sent to another thread.
  if (typeof transform === 'function') return 0;
  // Threads do not know how many events the others have read.
  if (limit !== undefined) return 0;
  const isSmall = size !== undefined && size < WORTH_THREADS;
  const wanted =
    threads ?? (isSmall ? 0 : Math.min(availableParallelism(), threadsByDescriptors()));
  // The thread that drops duplicates must see every event.
  return dedupe ? Math.min(1, wanted) : wanted;
}
