/** Files of a day that are read, copied or removed at the same time. */
const PARALLEL_FILES = 8;

/**
 * Does a step for every file, several at a time; resolves with the results in order. Once a step fails, no further one
 * begins, and the failure is thrown when those that have begun have ended: nothing goes on in the background.
 */
export async function inParallel<T, R>(
  files: readonly T[],
  step: (file: T) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  const rest = files.entries();
  let hasFailed = false;
  const work = async (): Promise<void> => {
    for (const [index, file] of rest) {
      try {
        results[index] = await step(file);
      } catch (error) {
        hasFailed = true;
        throw error;
      }
      if (hasFailed) return;
    }
  };
  const ends = await Promise.allSettled(Array.from({ length: PARALLEL_FILES }, work));
  const failed = ends.find((end) => end.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
  return results;
}
