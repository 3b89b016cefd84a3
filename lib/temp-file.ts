// Temporary files of a run, in the folder for them (TMPDIR), readable for this user alone. They have no name, so
// that a killed run leaves none behind; where an open file cannot be unlinked (Windows), it has one until `close`.
import { randomBytes } from 'node:crypto';
import { closeSync, openSync, unlinkSync } from 'node:fs';
import { type FileHandle, open, unlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

export interface TempFile {
  file: FileHandle;
  close: () => Promise<void>;
}

export async function openTempFile(): Promise<TempFile> {
  const name = tempPath();
  const file = await open(name, 'wx+', 0o600);
  const isNameless = await unlink(name).then(
    () => true,
    () => false,
  );
  const close = async (): Promise<void> => {
    await file.close();
    if (!isNameless) await unlink(name);
  };
  return { file, close };
}

/** The same for who works synchronously. */
export function openTempFileSync(): { fd: number; close: () => void } {
  const name = tempPath();
  const fd = openSync(name, 'wx+', 0o600);
  const isNameless = unlinked(name);
  const close = (): void => {
    closeSync(fd);
    if (!isNameless) unlinkSync(name);
  };
  return { fd, close };
}

function unlinked(name: string): boolean {
  try {
    unlinkSync(name);
    return true;
  } catch {
    return false;
  }
}

/** A name that nobody can foresee; `wx+` makes the file. */
function tempPath(): string {
  return path.join(tmpdir(), `hackle-import-${randomBytes(8).toString('hex')}.tmp`);
}
