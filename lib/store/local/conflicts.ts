import { ImportError } from '../../errors.ts';
import { errnoOf } from './errors.ts';

/** Returns what tells whether a staged file is gone because another run of the same day took over. */
export function lossOfStaged(file: string): (error: unknown) => Promise<ImportError | undefined> {
  return async (error) => (errnoOf(error) === 'ENOENT' ? changed(file, error) : undefined);
}

/** The error of a file that is not what it was when it was listed or written. */
export function changed(file: string, cause?: unknown): ImportError {
  return new ImportError(
    'E_STORE_CONFLICT',
    `${file} was changed or removed: another run wrote it`,
    {
      hint: 'let only one run at a time write a day; run again when the other one has ended',
      cause,
    },
  );
}

/** The error of a name that another run has taken. */
export function conflict(file: string, cause: unknown): ImportError {
  return new ImportError('E_STORE_CONFLICT', `${file} exists already: another run wrote it`, {
    hint: 'let only one run at a time write a day',
    cause,
  });
}
