import pLimit from 'p-limit';
import { ImportError } from '../errors.ts';
import type { Source } from './source.ts';

/** Files that are looked at at the same time. */
const PARALLEL_LOOKS = 16;

/**
 * Yields what was made of sources, and at the end checks every file once more. A program that writes to a file after
 * it was read was not finished, so its events would be missing. Bytes that change while they are read can also look
 * damaged: then the change is the error, and the damage is not.
 *
 * @throws ImportError E_INPUT_CHANGED
 */
export async function* ofUnchangedFiles<T>(
  sources: readonly Source[],
  values: AsyncIterable<T>,
): AsyncGenerator<T, void, undefined> {
  try {
    yield* values;
  } catch (error) {
    if (error instanceof ImportError && error.code.startsWith('E_INPUT_'))
      await assertUnchanged(sources);
    throw error;
  }
  await assertUnchanged(sources);
}

async function assertUnchanged(sources: readonly Source[]): Promise<void> {
  // The members of a ZIP archive have one file.
  const files = new Set(sources.flatMap(({ file }) => file ?? []));
  await pLimit(PARALLEL_LOOKS).map(files, (file) => file.assertUnchanged());
}
