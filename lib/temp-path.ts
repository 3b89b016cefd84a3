import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** A name in the folder for temporary files (TMPDIR) that nobody can foresee; `wx+` makes the file. */
export function tempPath(): string {
  return path.join(tmpdir(), `hackle-import-${randomBytes(8).toString('hex')}.tmp`);
}
