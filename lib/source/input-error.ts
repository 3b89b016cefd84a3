import { ImportError } from '../errors.ts';

/** Turns a system error about an input into one for a person. */
export function inputError(error: unknown, name: string): ImportError {
  const { code, message } = error as NodeJS.ErrnoException;
  const options = { position: { source: name }, cause: error };
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return new ImportError('E_INPUT_NOT_FOUND', `${name}: there is no such file`, {
        ...options,
        hint: `Paths are looked up from ${process.cwd()}.`,
      });
    case 'EACCES':
    case 'EPERM':
      return new ImportError('E_INPUT_READ', `${name}: no permission to read it`, {
        ...options,
        hint: 'Run as a user who may read it, or change its permissions.',
      });
    case 'EISDIR':
      return directoryError(name);
    default:
      return new ImportError('E_INPUT_READ', `${name}: reading failed: ${message}`, options);
  }
}

/** Returns the error for an input that is a folder. */
export function directoryError(name: string): ImportError {
  return new ImportError('E_INPUT_READ', `${name}: expected a file, got a folder`, {
    hint: `Name its files with a pattern, in quotes: '${name.replace(/[\\/]+$/, '')}/*.ndjson'`,
    position: { source: name },
  });
}

/** Returns the error for a file that changed while the run read it. @param change what happened to it, as a sentence */
export function changedError(
  name: string,
  change: string,
  { offset, hint = '' }: { offset?: number; hint?: string } = {},
): ImportError {
  return new ImportError(
    'E_INPUT_CHANGED',
    `${name}: the file changed while the run read it: ${change}`,
    {
      hint: `Nothing was committed. Wait until the program that writes the file has finished, then run again.${hint}`,
      position: { source: name, ...(offset !== undefined && { offset }) },
    },
  );
}
