// What lies in an output folder, and whether a reader could be misled by it.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { readFooter } from './read-parquet.ts';

/** Path → SHA-256 of every file under a folder, hidden ones too. */
export function filesIn(folder: string): Record<string, string> {
  return Object.fromEntries(
    namesIn(folder).map((name) => [
      name,
      createHash('sha256')
        .update(readFileSync(join(folder, name)))
        .digest('hex'),
    ]),
  );
}

/** Paths of all files under a folder, in which a run may be renaming them. */
export function namesIn(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .sort();
}

/** Files with a part's final name that are not whole; their footer must be there and be readable. */
export function brokenParts(folder: string): string[] {
  return namesIn(folder).filter((name) => {
    if (!name.endsWith('.parquet')) return false;
    const file = join(folder, name);
    try {
      return statSync(file).size === 0 || readFooter(file).row_groups.length === 0;
    } catch {
      return true;
    }
  });
}

/** What is left of a run that failed: nothing a reader would trust, nothing half-written. */
export interface Remains {
  success: string[];
  broken: string[];
  /** Hidden names and what is staged, where a run keeps what it has not finished. */
  unfinished: string[];
}

export function remainsIn(folder: string): Remains {
  const all = existsSync(folder)
    ? readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort()
    : [];
  return {
    success: all.filter((name) => name.endsWith('_SUCCESS')),
    broken: brokenParts(folder),
    unfinished: all.filter((name) => /(^|[\\/])\.|^_hackle/.test(name)),
  };
}

/** What a failed run into a new folder must leave. */
export const NOTHING: Remains = { success: [], broken: [], unfinished: [] };
