import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { inputError } from './input-error.ts';

/** Opens a file for reading. @throws ImportError E_INPUT_NOT_FOUND, E_INPUT_READ */
export async function openInput(path: string): Promise<FileHandle> {
  try {
    return await open(path, constants.O_RDONLY);
  } catch (error) {
    throw inputError(error, path);
  }
}

/** Closes a file that was opened for reading. An error says nothing of the bytes that were read, so none is thrown. */
export async function closeInput(file: FileHandle): Promise<void> {
  await file.close().catch(() => {});
}
