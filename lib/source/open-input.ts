import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { inputError } from './input-error.ts';

/** Opens a file to read it. @throws ImportError where that cannot be done */
export async function openInput(path: string): Promise<FileHandle> {
  try {
    return await open(path, constants.O_RDONLY);
  } catch (error) {
    throw inputError(error, path);
  }
}
