import type * as promises from 'node:fs/promises';
import path from 'node:path';
import { errnoOf } from './errors.ts';

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
  let handle: promises.FileHandle;
  try {
    handle = await fs.open(folder, 'r');
  } catch (error) {
    if (process.platform === 'win32') return;
    throw error;
  }
  try {
    await handle.sync();
  } catch (error) {
    const code = errnoOf(error);
    const unsupported = code === 'EINVAL' || code === 'ENOTSUP' || code === 'EOPNOTSUPP';
    if (!unsupported && process.platform !== 'win32') throw error;
  } finally {
    await handle.close();
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

/** Creates a folder and its parents. Resolves with the topmost folder that was missing. */
export async function makeFolders(fs: FileSystem, folder: string): Promise<string | undefined> {
  try {
    return await fs.mkdir(folder, { recursive: true });
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw error;
  }
  // On a read-only file system Node reports ENOENT here; creating a single folder reports the true reason.
  const missing = await topmostMissing(fs, folder);
  await fs.mkdir(missing);
  await fs.mkdir(folder, { recursive: true });
  return missing;
}

async function topmostMissing(fs: FileSystem, folder: string): Promise<string> {
  const parent = path.dirname(folder);
  try {
    await fs.stat(parent);
    return folder;
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT' || parent === folder) throw error;
    return topmostMissing(fs, parent);
  }
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

/** Deletes a file, which may already be gone. */
export async function unlinkIfThere(fs: FileSystem, file: string): Promise<void> {
  try {
    await fs.unlink(file);
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw error;
  }
}
