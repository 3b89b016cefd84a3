// Temporary files of a run, in the system's temporary folder (TMPDIR), readable only by this user. They have no name,
// so that a killed run leaves none. Where an open file cannot be unlinked (Windows), it has a name until `close`. An
// error of closing does not count, because nothing reads the file after that.
import { randomBytes } from 'node:crypto';
import { closeSync, openSync, unlinkSync } from 'node:fs';
import { type FileHandle, open, unlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** An open temporary file. */
export interface TempFile {
  file: FileHandle;
  /** Closes the file, with which it is deleted. */
  close: () => Promise<void>;
}

/** Creates a temporary file for reading and writing. */
export async function openTempFile(): Promise<TempFile> {
  const name = tempPath();
  const file = await open(name, 'wx+', 0o600);
  const isNameless = await unlink(name).then(
    () => true,
    () => false,
  );
  const close = async (): Promise<void> => {
    await file.close().catch(() => {});
    if (!isNameless) await unlink(name);
  };
  return { file, close };
}

/** Creates a temporary file for synchronous reading and writing. */
export function openTempFileSync(): { fd: number; close: () => void } {
  const name = tempPath();
  const fd = openSync(name, 'wx+', 0o600);
  const isNameless = tryUnlink(name);
  const close = (): void => {
    try {
      closeSync(fd);
    } catch {}
    if (!isNameless) unlinkSync(name);
  };
  return { fd, close };
}

/** Removes a file's name; returns false where that is not possible. */
function tryUnlink(name: string): boolean {
  try {
    unlinkSync(name);
    return true;
  } catch {
    return false;
  }
}

/** Returns a name that cannot be guessed; opening with `wx+` fails if it exists. */
function tempPath(): string {
  return path.join(tmpdir(), `hackle-import-${randomBytes(8).toString('hex')}.tmp`);
}
