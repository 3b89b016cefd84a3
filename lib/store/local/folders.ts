import { ImportError } from '../../errors.ts';
import { errnoOf, explain } from './errors.ts';
import type { FileSystem } from './files.ts';

/** Lists the names of the folders in a folder that begin with `prefix`, and of links. @throws ImportError */
export async function foldersIn(fs: FileSystem, root: string, prefix: string): Promise<string[]> {
  try {
    const entries = await fs.readdir(root, { withFileTypes: true });
    return entries
      .filter((entry) => entry.isDirectory() || entry.isSymbolicLink())
      .map(({ name }) => name)
      .filter((name) => name.startsWith(prefix));
  } catch (cause) {
    if (errnoOf(cause) !== 'ENOENT') throw explain(cause, 'list', root);
    throw new ImportError('E_INPUT_NOT_FOUND', `${root}: there is no such folder`, { cause });
  }
}
