import type { Progress } from './report.ts';
import type { RunCounters } from './run-counters.ts';
import type { Source } from './source/source.ts';

/** Milliseconds between two reports of progress. */
const INTERVAL_MS = 100;

/** Reports about ten times a second how far a run is. Returns the function that ends this. */
export function startProgress(
  onProgress: ((progress: Progress) => void) | undefined,
  sources: readonly Source[],
  counters: RunCounters,
): () => void {
  if (onProgress === undefined) return () => {};
  const bytesTotal = totalSize(sources);
  const timer = setInterval(() => {
    onProgress({
      bytesRead: sources.reduce((sum, { bytesRead }) => sum + bytesRead, 0),
      bytesTotal,
      bytesIn: counters.bytesIn,
      rowsIn: counters.rowsIn,
      rowsRejected: counters.rowsRejected,
      rowsFiltered: counters.rowsFiltered,
      rowsWritten: counters.rowsWritten,
      daysCommitted: counters.daysCommitted,
      daysToCommit: counters.daysToCommit,
      retrying: counters.retrying,
      seconds: counters.seconds,
    });
  }, INTERVAL_MS);
  return () => clearInterval(timer);
}

/** Returns the stored bytes of all sources together; undefined if the size of one is unknown. */
export function totalSize(sources: readonly Source[]): number | undefined {
  return sources.reduce<number | undefined>(
    (sum, { size }) => (sum === undefined || size === undefined ? undefined : sum + size),
    0,
  );
}
