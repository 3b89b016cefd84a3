import { stat } from 'node:fs/promises';
import { isAbsolute } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ImportError } from '../errors.ts';
import { shownUrl } from '../store/bucket-url.ts';
import { filesInFolder } from './folder.ts';
import { inputError } from './input-error.ts';
import { shellWord } from './shell-word.ts';

/** Returns the scheme of a URL in lower case; an empty string for a path. */
export function schemeOf(input: string): string {
  return /^([a-z][a-z0-9+.-]+):\/\//i.exec(input)?.[1]?.toLowerCase() ?? '';
}

/**
 * Returns the paths that an input names: a name that exists is that file, whatever characters it has, or the files in
 * that folder; any other may be a pattern.
 */
export async function pathsOf(input: string): Promise<string[]> {
  const scheme = schemeOf(input);
  if (scheme !== '') {
    const path = pathOfUrl(input, scheme);
    return pathsAt(path).catch((error: unknown) => {
      throw error instanceof ImportError ? error : inputError(error, path);
    });
  }
  if (input === '')
    throw new ImportError('E_INPUT_NOT_FOUND', 'expected the name of a file, got an empty one');
  try {
    return await pathsAt(input);
  } catch (error) {
    if (error instanceof ImportError) throw error;
    const { isDynamicPattern } = await import('tinyglobby');
    if (!isDynamicPattern(input)) throw inputError(error, input);
  }
  const { glob } = await import('tinyglobby');
  const pattern = process.platform === 'win32' ? input.replaceAll('\\', '/') : input;
  const paths = await glob(pattern, {
    absolute: isAbsolute(input),
    expandDirectories: false,
    onlyFiles: true,
  });
  if (paths.length === 0) {
    throw new ImportError('E_INPUT_NOT_FOUND', `${input}: no file matches this pattern`, {
      hint: `Patterns are looked up from ${process.cwd()}.`,
      position: { source: input },
    });
  }
  // By code units, so that the order is the same on every machine, whatever its locale.
  return paths.sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
}

/** A file, or the files in a folder. @throws the system's error if there is neither */
async function pathsAt(path: string): Promise<string[]> {
  return (await stat(path)).isDirectory() ? filesInFolder(path) : [path];
}

/** Commands that fetch a URL, for messages. */
const FETCH: Readonly<Record<string, string>> = {
  http: 'curl -fsS URL',
  https: 'curl -fsS URL',
};

/** Returns the path that a `file:` URL names. @throws ImportError for any other URL */
function pathOfUrl(input: string, scheme: string): string {
  if (scheme === 'file') {
    try {
      return fileURLToPath(input);
    } catch (error) {
      throw new ImportError(
        'E_INPUT_NOT_FOUND',
        `${input}: expected a file: URL, got one that names no file here`,
        {
          cause: error,
        },
      );
    }
  }
  const command = Object.hasOwn(FETCH, scheme) ? FETCH[scheme] : undefined;
  const shown = shownUrl(input);
  const fetch = shown === input ? command?.replace('URL', () => shellWord(input)) : command;
  throw new ImportError(
    'E_UNSUPPORTED',
    `${shown}: inputs are read from files, standard input and buckets, not from ${scheme}://`,
    {
      hint:
        fetch === undefined
          ? 'Fetch it first.'
          : `Read it through a pipe: ${fetch} | hackle-import - …`,
    },
  );
}
