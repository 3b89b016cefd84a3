import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { ImportError } from '../errors.ts';
import { acquireChunk } from './chunks.ts';
import { inputError } from './input-error.ts';
import { type FileRecord, InputFile } from './input-file.ts';

/**
 * Reads a small file at once, in a thread that has nothing else to do. Asynchronous calls would take ten times as
 * long, most of it for the threads that make them.
 *
 * @throws ImportError E_INPUT_NOT_FOUND, E_INPUT_READ, E_INPUT_CHANGED
 */
export function readSmallFile(record: FileRecord): Uint8Array {
  const file = InputFile.of(record);
  try {
    const descriptor = openSync(file.name, constants.O_RDONLY);
    try {
      const bytes = readFrom(descriptor, file);
      file.assertSame(fstatSync(descriptor, { bigint: true }));
      file.assertWhole(bytes.length);
      return bytes;
    } finally {
      closeQuietly(descriptor);
    }
  } catch (error) {
    throw error instanceof ImportError ? error : inputError(error, file.name);
  }
}

function readFrom(descriptor: number, file: InputFile): Uint8Array {
  const chunk = acquireChunk();
  let done = 0;
  for (;;) {
    const length = file.left(done, chunk.length - done);
    const read = length === 0 ? 0 : readSync(descriptor, chunk, done, length, null);
    if (read === 0) return chunk.subarray(0, done);
    done += read;
  }
}

/** All bytes were read, or another error is the reason: that of closing does not count. */
function closeQuietly(descriptor: number): void {
  try {
    closeSync(descriptor);
  } catch {}
}
