import type * as promises from 'node:fs/promises';
import path from 'node:path';
import { ImportError } from '../../errors.ts';
import { errnoOf } from './errors.ts';
import { withFile } from './with-file.ts';

/** The part of `node:fs/promises` that the local store uses; tests count its calls and make them fail. */
export type FileSystem = Pick<
  typeof promises,
  'link' | 'mkdir' | 'open' | 'readdir' | 'rename' | 'rm' | 'rmdir' | 'stat' | 'unlink'
>;

/**
 * Makes creations, renames and deletions in a folder survive a power cut. Windows and some file systems cannot do
 * this for folders; there it does nothing.
 */
export async function syncFolder(fs: FileSystem, folder: string): Promise<void> {
  try {
    await withFile(fs, folder, 'r', (handle) => handle.sync());
  } catch (error) {
    const code = errnoOf(error);
    const unsupported = code === 'EINVAL' || code === 'ENOTSUP' || code === 'EOPNOTSUPP';
    if (!unsupported && process.platform !== 'win32') throw error;
  }
}

/** Creates a folder and its parents, durably. */
export async function makeFolder(fs: FileSystem, folder: string): Promise<void> {
  const first = await makeFolders(fs, folder);
  if (first === undefined) return;
  const top = path.dirname(path.resolve(first));
  let at = path.resolve(folder);
  while (at !== top && at !== path.dirname(at)) {
    at = path.dirname(at);
    await syncFolder(fs, at);
  }
}

/** How often a folder is made again that another run has removed because it was empty. */
const MOST_ATTEMPTS = 5;

/** Makes a folder and takes a step in it; both again if another run has removed the empty folder in between. */
export async function withFolder<R>(
  make: () => Promise<unknown>,
  step: () => Promise<R>,
): Promise<R> {
  for (let attempt = 1; ; attempt++) {
    try {
      await make();
      return await step();
    } catch (error) {
      if (errnoOf(error) !== 'ENOENT' || attempt === MOST_ATTEMPTS) throw error;
    }
  }
}

/**
 * Creates a folder and its parents, one by one: where no folder can be made, as below /proc, Node's own recursive way
 * tries for ever. Resolves with the topmost folder that was missing.
 *
 * @throws ImportError E_STORE_WRITE
 */
export async function makeFolders(fs: FileSystem, folder: string): Promise<string | undefined> {
  if (await madeLast(fs, folder)) return folder;
  let top: string | undefined;
  for (let attempt = 1; ; attempt++) {
    const missing = await missingFolders(fs, folder);
    if (top === undefined || (missing[0] ?? top).length < top.length) top = missing[0];
    try {
      for (const each of missing) await makeOne(fs, each);
      return top;
    } catch (error) {
      // Another run may remove a folder as soon as it is empty.
      if (errnoOf(error) !== undefined || attempt === MOST_ATTEMPTS) throw error;
    }
  }
}

/** Creates a folder if just that one is missing, which is one call of the system; resolves with whether it was. */
export function madeLast(fs: FileSystem, folder: string): Promise<boolean> {
  return fs.mkdir(folder).then(
    () => true,
    () => false,
  );
}

/** Returns the folders of a path that are missing, the topmost first. */
async function missingFolders(fs: FileSystem, folder: string): Promise<string[]> {
  const missing: string[] = [];
  for (let at = folder; ; at = path.dirname(at)) {
    try {
      await fs.stat(at);
      return missing;
    } catch (error) {
      if (errnoOf(error) !== 'ENOENT' || at === path.dirname(at)) throw error;
      missing.unshift(at);
    }
  }
}

async function makeOne(fs: FileSystem, folder: string): Promise<void> {
  try {
    await fs.mkdir(folder);
  } catch (error) {
    const code = errnoOf(error);
    if (code === 'ENOENT') {
      throw cannotMake(folder, 'this file system takes no new folders', error);
    }
    if (code !== 'EEXIST') throw error;
    // Another run may have made it in the meantime.
    const found = await fs.stat(folder).catch(() => undefined);
    if (found === undefined) {
      throw cannotMake(folder, 'it is a symbolic link to something that does not exist', error);
    }
    if (!found.isDirectory()) throw error;
  }
}

function cannotMake(folder: string, why: string, cause: unknown): ImportError {
  return new ImportError('E_STORE_WRITE', `cannot make the folder ${folder}: ${why}`, {
    hint: 'choose another folder',
    cause,
  });
}

/** Removes a folder and its parents below `root`, as far as they are empty. */
export async function removeEmptyFolders(
  fs: FileSystem,
  folder: string,
  root: string,
): Promise<void> {
  if (!folder.startsWith(path.join(root, path.sep))) return;
  try {
    await fs.rmdir(folder);
  } catch (error) {
    if (errnoOf(error) === undefined) throw error;
    return; // An empty folder that cannot be removed, such as a mounted one, does no harm.
  }
  await removeEmptyFolders(fs, path.dirname(folder), root);
}

/** Removes the empty folders in a folder, and the folder itself if it is empty then. */
export async function removeIfEmpty(fs: FileSystem, folder: string): Promise<void> {
  const names = await fs.readdir(folder).catch(() => undefined);
  if (names === undefined) return;
  for (const each of [...names.map((name) => path.join(folder, name)), folder]) {
    await fs.rmdir(each).catch(() => {});
  }
}

/** Deletes a file, which may already be gone. */
export async function unlinkIfThere(fs: FileSystem, file: string): Promise<void> {
  try {
    await fs.unlink(file);
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw error;
  }
}
