import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { ImportError } from '../errors.ts';
import { parseBucketUrl, shownUrl } from './bucket-url.ts';
import type { Store } from './contract.ts';
import { LazyStore } from './lazy.ts';
import { LocalStore } from './local/store.ts';
import type { StoreOptions } from './options.ts';

// One letter is a Windows drive; a scheme without `//` is taken for one only where that is meant.
const SCHEME = /^(?:([a-z][a-z0-9+.-]+):\/\/|(file|s3|gs|gcs):)/i;

/** What writes to a scheme's URLs; loaded when it is first used. */
const STORES: Readonly<Record<string, (url: string, options: StoreOptions) => Promise<Store>>> = {
  s3: async (url, options) => (await import('./s3/store.ts')).openS3Store(url, options),
  gs: openGcs,
  // As the vendor's page writes it.
  gcs: openGcs,
};

async function openGcs(url: string, options: StoreOptions): Promise<Store> {
  return (await import('./gcs/store.ts')).openGcsStore(url, options);
}

/**
 * Opens a store by its location: a folder's path, a `file:` URL or `s3://bucket/prefix`. Touches
 * nothing yet.
 *
 * @throws ImportError E_USAGE, E_UNSUPPORTED
 */
export function openStore(url: string, options: StoreOptions = {}): Store {
  if (url === '' || url.includes('\0')) {
    throw new ImportError('E_USAGE', 'expected a folder to write to, got an empty or broken name', {
      hint: 'name a folder, such as out or /data/out, or s3://bucket/prefix',
    });
  }
  const match = SCHEME.exec(url);
  const scheme = (match?.[1] ?? match?.[2])?.toLowerCase();
  if (scheme === undefined) return new LocalStore(url);
  if (scheme === 'file') return new LocalStore(folderOf(url));
  const open = Object.hasOwn(STORES, scheme) ? STORES[scheme] : undefined;
  if (open === undefined) {
    const known = Object.keys(STORES).map((name) => `${name}://`);
    throw new ImportError(
      'E_UNSUPPORTED',
      `cannot write to ${shownUrl(url)}: expected a folder, a file: URL or ${known.join(', ')}`,
      {
        hint: "write to a folder, then copy its partitions with your cloud's own tool, the _SUCCESS files last",
      },
    );
  }
  const location = parseBucketUrl(url);
  return new LazyStore(location.url, () => open(location.url, options));
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
