import { availableParallelism } from 'node:os';
import type { ConvertOptions } from '../../options/options.ts';

/** Below this many bytes of input, threads would take longer to start than they gain. */
const WORTH_THREADS = 8 << 20;

/**
 * How many worker threads a run gets: those asked for, else one for each core where they pay.
 *
 * @param size bytes of all inputs, as they are stored; undefined where one does not know its own
 */
export function threadCount(
  { threads, transform, dedupe }: Pick<ConvertOptions, 'threads' | 'transform' | 'dedupe'>,
  size: number | undefined,
): number {
  // A function cannot be sent to another thread.
  if (typeof transform === 'function') return 0;
  const isSmall = size !== undefined && size < WORTH_THREADS;
  const wanted = threads ?? (isSmall ? 0 : availableParallelism());
  // Whoever drops duplicates has to see every event.
  return dedupe ? Math.min(1, wanted) : wanted;
}
