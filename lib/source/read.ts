import { constants, open as openCallback, read as readCallback } from 'node:fs';
import { open as openFile, stat } from 'node:fs/promises';
import { Socket } from 'node:net';
import type { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { ImportError } from '../errors.ts';
import { bytesOf, takeChunk } from './chunks.ts';
import { inputError } from './input-error.ts';

const readDescriptor = promisify(readCallback);
const openDescriptor = promisify(openCallback);

/** Reads into a buffer, gives how much; 0 at the end. */
type ReadInto = (buffer: Buffer) => Promise<number>;

/** The stored bytes of a path: a regular file, or a FIFO such as `<(command)`. */
export async function* readPath(
  path: string,
  name: string,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    if ((await stat(path)).isFIFO()) {
      yield* readStream(await openFifo(path), name, signal);
      return;
    }
    const handle = await openFile(path, constants.O_RDONLY);
    try {
      yield* readAhead(
        async (buffer) => (await handle.read(buffer, 0, buffer.length, null)).bytesRead,
        signal,
      );
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw readError(error, name, signal);
  }
}

/** Standard input; from `< file` it is read like a file, in large chunks. */
export async function* readStdin(
  isFile: boolean,
  name: string,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array, void, undefined> {
  if (!isFile) {
    yield* readStream(process.stdin, name, signal);
    return;
  }
  try {
    yield* readAhead(
      async (buffer) => (await readDescriptor(0, buffer, 0, buffer.length, null)).bytesRead,
      signal,
    );
  } catch (error) {
    throw readError(error, name, signal);
  }
}

/** The bytes of a stream, which is destroyed when the iteration ends. */
export async function* readStream(
  stream: Readable,
  name: string,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array, void, undefined> {
  // A read that waits for the other side ends only with the stream.
  const stop = (): void => {
    stream.destroy(
      signal.reason instanceof Error ? signal.reason : new Error(String(signal.reason)),
    );
  };
  if (signal.aborted) stop();
  signal.addEventListener('abort', stop, { once: true });
  try {
    for await (const chunk of stream as AsyncIterable<unknown>) {
      yield bytesOf(chunk, name);
      signal.throwIfAborted();
    }
    signal.throwIfAborted();
  } catch (error) {
    throw readError(error, name, signal);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

/** While a chunk is worked on, the next one is read. Each has memory of its own, because it belongs to the caller. */
export async function* readAhead(
  readInto: ReadInto,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array, void, undefined> {
  const read = async (): Promise<Uint8Array> => {
    const buffer = takeChunk();
    return buffer.subarray(0, await readInto(buffer));
  };
  signal.throwIfAborted();
  let next = read();
  try {
    for (;;) {
      const chunk = await next;
      signal.throwIfAborted();
      if (chunk.length === 0) return;
      next = read();
      // Its error is thrown when it is awaited; until then it must not count as unhandled.
      next.catch(() => {});
      yield chunk;
    }
  } finally {
    await next.catch(() => {});
  }
}

/** A FIFO is read as a socket is: a blocking read could not be interrupted. */
async function openFifo(path: string): Promise<Socket> {
  const fd = await openDescriptor(path, constants.O_RDONLY);
  return new Socket({ fd, readable: true, writable: false });
}

/** An error while reading as an ImportError, or the reason of the signal that caused it. */
export function readError(error: unknown, name: string, signal: AbortSignal): unknown {
  if (signal.aborted) return signal.reason;
  if (error instanceof ImportError) return error;
  return inputError(error, name);
}
