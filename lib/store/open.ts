import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { ImportError } from '../errors.ts';
import { parseBucketUrl, shownUrl } from './bucket-url.ts';
import { CLOUDS, cloudByScheme } from './clouds.ts';
import type { Store } from './contract.ts';
import { LazyStore } from './lazy.ts';
import { LocalStore } from './local/store.ts';
import type { StoreOptions } from './options.ts';

/**
 * Opens a store by its location: a folder's path, a `file:` URL or a bucket's URL such as `s3://bucket/prefix`.
 * Nothing is read, written or requested yet.
 *
 * @throws ImportError E_USAGE, E_UNSUPPORTED
 */
export function openStore(url: string, options: StoreOptions = {}): Store {
  if (url === '' || url.includes('\0')) {
    throw new ImportError('E_USAGE', 'expected a folder to write to, got an empty or broken name', {
      hint: 'name a folder, such as out or /data/out, or s3://bucket/prefix',
    });
  }
  assertNoDay(url);
  const scheme = schemeOf(url);
  if (scheme === undefined) return new LocalStore(url);
  if (scheme === 'file') return new LocalStore(folderOf(url));
  const cloud = cloudByScheme(scheme);
  if (cloud === undefined) {
    const known = CLOUDS.flatMap((each) => [each.scheme, ...each.aliases]);
    throw new ImportError(
      'E_UNSUPPORTED',
      `cannot write to ${shownUrl(url)}: expected a folder, a file: URL or ${known.map((name) => `${name}://`).join(', ')}`,
      {
        hint: "write to a folder, then copy its partitions with your cloud's own tool, the _SUCCESS files last",
      },
    );
  }
  const location = parseBucketUrl(url);
  return new LazyStore(location.url, () => cloud.openStore(location.url, options));
}

/**
 * Returns the scheme of a URL in lower case; undefined for a path. Without `//` only a known scheme counts, and a
 * single letter never does: it is a Windows drive.
 */
function schemeOf(url: string): string | undefined {
  const [, name = '', slashes] = /^([a-z][a-z0-9+.-]+):(\/\/)?/i.exec(url) ?? [];
  const scheme = name.toLowerCase();
  const isUrl = slashes !== undefined || scheme === 'file' || cloudByScheme(scheme) !== undefined;
  return isUrl ? scheme : undefined;
}

/** Returns the day whose folder a path or URL names, and what is before it; undefined if it names no such folder. */
export function dayFolder(url: string): { root: string | undefined; day: string } | undefined {
  const [, root, day] = /^(?:(.*)[/\\])?dt=(\d{4}-\d\d-\d\d)[/\\]*$/s.exec(url) ?? [];
  return day === undefined ? undefined : { root, day };
}

/** Refuses the folder of a day, which other programs' pages call the partition path. @throws ImportError E_USAGE */
function assertNoDay(url: string): void {
  const folder = dayFolder(url);
  if (folder === undefined) return;
  throw new ImportError(
    'E_USAGE',
    `expected the folder or prefix that has the days, got that of one day: ${shownUrl(url)}`,
    { hint: `dt=${folder.day} is made below it: write to ${shownUrl(folder.root ?? '.')}` },
  );
}

function folderOf(url: string): string {
  // Of `file:out`, the URL of a folder at the root, most people mean ./out.
  if (!/^file:\//i.test(url)) {
    throw new ImportError('E_USAGE', `expected a file: URL with a whole path, got ${url}`, {
      hint: `write the plain path, ${url.slice('file:'.length)}, or file:///data/out`,
    });
  }
  try {
    return path.resolve(fileURLToPath(url));
  } catch (error) {
    throw new ImportError('E_USAGE', `${url} is not the URL of a local folder`, {
      hint: 'write it as file:///data/out, or give the plain path',
      cause: error,
    });
  }
}
