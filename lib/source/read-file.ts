import { constants, fstat, read as readCallback } from 'node:fs';
import { open } from 'node:fs/promises';
import { promisify } from 'node:util';
import type { InputFile } from './input-file.ts';
import { closeInput } from './open-input.ts';
import { readAhead, readError } from './read.ts';

const readDescriptor = promisify(readCallback);
const statDescriptor = promisify(fstat);

/** Yields the bytes of a regular file. @throws ImportError E_INPUT_CHANGED at the end, if the file has changed */
export async function* readFile(
  file: InputFile,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    const handle = await open(file.name, constants.O_RDONLY);
    try {
      yield* readOpenFile(file, handle.fd, true, signal);
    } finally {
      await closeInput(handle);
    }
  } catch (error) {
    throw readError(error, file.name, signal);
  }
}

/**
 * Yields the bytes of the regular file that is standard input. Another program may have read its first bytes, so
 * their number is not known beforehand.
 *
 * @throws ImportError E_INPUT_CHANGED at the end, if the file has changed
 */
export async function* readStdinFile(
  file: InputFile,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    yield* readOpenFile(file, 0, false, signal);
  } catch (error) {
    throw readError(error, file.name, signal);
  }
}

async function* readOpenFile(
  file: InputFile,
  descriptor: number,
  fromStart: boolean,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array, void, undefined> {
  let done = 0;
  yield* readAhead(async (buffer) => {
    const length = file.left(done, buffer.length);
    if (length === 0) return 0;
    const { bytesRead } = await readDescriptor(descriptor, buffer, 0, length, null);
    done += bytesRead;
    return bytesRead;
  }, signal);
  await file.assertUnchanged(() => statDescriptor(descriptor, { bigint: true }));
  if (fromStart) file.assertWhole(done);
}
