import { ImportError } from '../errors.ts';
import { errnoOf } from '../store/local/errors.ts';

/**
 * Returns why one file or folder of a file system cannot be read, such as a missing permission or links in a circle.
 *
 * @throws the error itself where it concerns the others too: the network, the whole bucket, a defect
 */
export function whyUnreadable(error: unknown): string {
  if (!(error instanceof ImportError) || errnoOf(error.cause) === undefined) throw error;
  return `cannot be read: ${error.message}`;
}
