import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ImportError } from '../errors.ts';

/** Endings of the files in a folder that are inputs. */
const ENDINGS = ['ndjson', 'jsonl', 'json', 'csv', 'tsv', 'log', 'gz', 'zst', 'br', 'zip'] as const;
const INPUT = new RegExp(`\\.(?:${ENDINGS.join('|')})$`, 'i');

/**
 * Returns the files in a folder and in the folders inside it whose endings are known, sorted by name. Names that begin
 * with a dot or an underscore are left out: they belong to programs, such as `_SUCCESS` and `.DS_Store`.
 *
 * @throws ImportError E_INPUT_READ if there is none
 */
export async function filesInFolder(folder: string): Promise<string[]> {
  const files = (await namesIn(folder, '')).filter((name) => INPUT.test(name));
  if (files.length === 0) {
    throw new ImportError(
      'E_INPUT_READ',
      `${folder}: expected a file, got a folder without any file that ends with .${ENDINGS.join(', .')}`,
      {
        hint: `Name other files with a pattern, in quotes: '${folder.replace(/[\\/]+$/, '')}/*.ndjson.1'`,
        position: { source: folder },
      },
    );
  }
  // By code units, so that the order is the same on every machine, whatever its locale.
  return files.sort((a, b) => (a < b ? -1 : a > b ? 1 : 0)).map((name) => join(folder, name));
}

/** The paths of files inside a folder, relative to it. Links to folders are not followed: they may lead in a circle. */
async function namesIn(folder: string, inside: string): Promise<string[]> {
  const entries = await readdir(join(folder, inside), { withFileTypes: true });
  const names = entries
    .filter(({ name }) => !/^[._]/.test(name))
    .map(async (entry) => {
      const name = inside === '' ? entry.name : `${inside}/${entry.name}`;
      if (entry.isDirectory()) return namesIn(folder, name);
      const isFile = entry.isFile() || (entry.isSymbolicLink() && (await isFileAt(folder, name)));
      return isFile ? [name] : [];
    });
  return (await Promise.all(names)).flat();
}

async function isFileAt(folder: string, name: string): Promise<boolean> {
  const found = await stat(join(folder, name)).catch(() => undefined);
  return found?.isFile() === true;
}
