import { statSync } from 'node:fs';
import { dirname } from 'node:path';
import { ImportError } from '../../errors.ts';

/** What a system error means to a person, and what to do; by `errno` name. */
const EXPLANATIONS: Readonly<Record<string, readonly [meaning: string, hint: string]>> = {
  EACCES: ['no permission', 'give this user write permission there, or choose another folder'],
  EPERM: ['not permitted', 'give this user write permission there, or choose another folder'],
  EROFS: ['the file system is read-only', 'choose another folder, or mount it writable'],
  ENOSPC: [
    'the disk is full',
    'free some space, then run again: a new run repairs what this one left',
  ],
  EDQUOT: [
    'the disk quota is used up',
    'free some space, then run again: a new run repairs what this one left',
  ],
  ENOTDIR: [
    'a part of this path is a file, not a folder',
    'choose another folder, or move the file away',
  ],
  EEXIST: ['a file is where a folder should be', 'choose another folder, or move the file away'],
  EISDIR: ['a folder is where a file should be', 'move that folder away, then run again'],
  EMFILE: ['too many open files in this process', 'raise the limit (`ulimit -n`), then run again'],
  ENFILE: ['too many open files on this machine', 'close other programs, then run again'],
  EIO: ['the device reports an error', 'check the disk and the system log before running again'],
  ENAMETOOLONG: ['the path is too long', 'choose a folder with a shorter path'],
  EXDEV: [
    'it is on another file system than the folder that the run writes to',
    'write to a folder whose days are on one file system',
  ],
  ELOOP: ['its symbolic links form a circle', 'choose another folder'],
};

/** What a system answers where a permission is missing. */
const REFUSED: ReadonlySet<string> = new Set(['EACCES', 'EPERM']);

/** Returns the `errno` name of a system error; undefined for any other error. */
export function errnoOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error) || !('syscall' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

/**
 * Turns a system error into one that says what failed, where, and what to do about it. Any other error is a bug or
 * already explained, and is returned as it is.
 */
export function explain(error: unknown, action: string, path: string): unknown {
  const code = errnoOf(error);
  if (code === undefined) return error;
  const [known, advice] = EXPLANATIONS[code] ?? [(error as Error).message, undefined];
  const isLook = action === 'list' || action === 'read';
  const hint = isLook && REFUSED.has(code) ? 'give this user read permission there' : advice;
  const file = code === 'ENOTDIR' ? fileOn(path) : undefined;
  const meaning = file === undefined ? known : `${file} is a file, not a folder`;
  return new ImportError('E_STORE_WRITE', `cannot ${action} ${path}: ${meaning} (${code})`, {
    ...(hint === undefined ? {} : { hint }),
    cause: error,
  });
}

/** Returns the part of a path that exists and is no folder; undefined where there is none. */
function fileOn(path: string): string | undefined {
  for (let at = path; at !== dirname(at); at = dirname(at)) {
    try {
      return statSync(at).isDirectory() ? undefined : at;
    } catch {
      // A path through a file, or one that is missing.
    }
  }
  return undefined;
}
