import type * as promises from 'node:fs/promises';
import pLimit from 'p-limit';

/**
 * Files and folders that the process has open in local stores at the same time. The last events of a run go to all
 * its days at once: with 1,200 days it had 1,217 descriptors, and many systems allow 1,024 or fewer. Node works on
 * four files at a time, so that more than these few open ones make nothing faster.
 */
const MOST_OPEN_FILES = 16;

const limit = pLimit(MOST_OPEN_FILES);

/** Opens a file or folder for one step, once fewer than `MOST_OPEN_FILES` are open. The step must not open another. */
export function withFile<T>(
  fs: Pick<typeof promises, 'open'>,
  path: string,
  flags: string | number,
  step: (file: promises.FileHandle) => Promise<T>,
): Promise<T> {
  return limit(async () => {
    const file = await fs.open(path, flags);
    try {
      return await step(file);
    } finally {
      await file.close();
    }
  });
}
