import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { ImportError } from '../errors.ts';
import type { Store } from './contract.ts';
import { LocalStore } from './local.ts';

// One letter is a Windows drive; a scheme without `//` is taken for one only where that is meant.
const SCHEME = /^(?:([a-z][a-z0-9+.-]+):\/\/|(file|s3|gs|gcs):)/i;

/** Opens a store by its location: a folder's path or `file:` URL. Touches nothing yet. */
export function openStore(url: string): Store {
  if (url === '' || url.includes('\0')) {
    throw new ImportError('E_USAGE', 'expected a folder to write to, got an empty or broken name', {
      hint: 'name a folder, such as out or /data/out',
    });
  }
  const match = SCHEME.exec(url);
  const scheme = (match?.[1] ?? match?.[2])?.toLowerCase();
  if (scheme === undefined) return new LocalStore(url);
  if (scheme === 'file') return new LocalStore(folderOf(url));
  throw new ImportError(
    'E_UNSUPPORTED',
    `cannot write to ${url}: this version writes to local folders only (a path, or a file: URL)`,
    {
      hint: "write to a folder, then copy its partitions with your cloud's own tool, the _SUCCESS files last",
    },
  );
}

function folderOf(url: string): string {
  try {
    return path.resolve(fileURLToPath(url));
  } catch (error) {
    throw new ImportError('E_USAGE', `${url} is not the URL of a local folder`, {
      hint: 'write it as file:///data/out, or give the plain path',
      cause: error,
    });
  }
}
