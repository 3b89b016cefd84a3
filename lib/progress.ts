import type { Progress } from './report.ts';
import type { RunCounters } from './run-counters.ts';
import type { Source } from './source/source.ts';

const INTERVAL_MS = 100;

/** Tells about ten times a second how far a run is; gives the function that ends it. */
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

/** Stored bytes of all sources; undefined if one does not know its own. */
export function totalSize(sources: readonly Source[]): number | undefined {
  return sources.reduce<number | undefined>(
    (sum, { size }) => (sum === undefined || size === undefined ? undefined : sum + size),
    0,
  );
}
