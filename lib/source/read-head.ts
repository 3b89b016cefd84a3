import { close, constants, open, read } from 'node:fs';
import { promisify } from 'node:util';
import { inputError } from './input-error.ts';

// Without a FileHandle, which takes twice the processor time: there may be thousands of files.
const openDescriptor = promisify(open);
const readDescriptor = promisify(read);
const closeDescriptor = promisify(close);

/** Reads the first `size` bytes of a file, or all bytes of a shorter one. @throws ImportError E_INPUT_NOT_FOUND, E_INPUT_READ */
export async function readHead(path: string, size: number): Promise<Buffer> {
  try {
    const descriptor = await openDescriptor(path, constants.O_RDONLY);
    try {
      const { buffer, bytesRead } = await readDescriptor(
        descriptor,
        Buffer.alloc(size),
        0,
        size,
        0,
      );
      return buffer.subarray(0, bytesRead);
    } finally {
      // Everything that is needed was read.
      await closeDescriptor(descriptor).catch(() => {});
    }
  } catch (error) {
    throw inputError(error, path);
  }
}
