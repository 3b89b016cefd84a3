import { constants, open as openCallback, read as readCallback, type Stats } from 'node:fs';
import { open as openFile, stat } from 'node:fs/promises';
import { Socket } from 'node:net';
import { finished, type Readable } from 'node:stream';
import { promisify } from 'node:util';
import { ImportError } from '../errors.ts';
import { ChunkAssembler } from './chunk-assembler.ts';
import { acquireChunk, bytesOf, releaseChunk } from './chunks.ts';
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
      // Not as a file: a blocking read could not be interrupted.
      yield* readPipe(await openDescriptor(path, constants.O_RDONLY), signal);
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

/** Standard input; `stats` tell what it is: from `< file` it is read like a file. */
export async function* readStdin(
  stats: Stats | undefined,
  name: string,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    if (stats?.isFile()) {
      yield* readAhead(
        async (buffer) => (await readDescriptor(0, buffer, 0, buffer.length, null)).bytesRead,
        signal,
      );
    } else if ((stats?.isFIFO() || stats?.isSocket()) && !isBegun(process.stdin)) {
      yield* readPipe(0, signal);
    } else {
      yield* readStream(process.stdin, name, signal);
    }
  } catch (error) {
    throw readError(error, name, signal);
  }
}

/** Whether somebody has read of a stream, which may hold the bytes that come next. */
function isBegun({ readableDidRead, readableLength, readableFlowing }: Readable): boolean {
  return readableDidRead || readableLength > 0 || readableFlowing !== null;
}

/**
 * The bytes of a pipe or socket, read straight into large chunks; the descriptor is closed at the end. A stream
 * would make a buffer of 64 KiB for each read: 4 GiB through a pipe took 10.2 seconds with that, and take 7.8.
 */
async function* readPipe(
  fd: number,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array, void, undefined> {
  const assembler = new ChunkAssembler();
  const socket = new Socket({
    fd,
    readable: true,
    writable: false,
    onread: { buffer: () => assembler.room, callback: (bytes) => assembler.filled(bytes) },
  });
  yield* gathered(socket, assembler, signal);
}

/**
 * The bytes of a stream, which is destroyed when the iteration ends: those of a byte stream in large chunks,
 * those of an object stream (or of the web's kind) in the chunks that its maker chose.
 */
export async function* readStream(
  stream: Readable,
  name: string,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    if (stream.readableObjectMode !== false) {
      yield* chunksOf(stream, name, signal);
    } else {
      const assembler = new ChunkAssembler();
      stream.on('data', (piece: string | Uint8Array) => {
        if (!assembler.add(bytesOf(piece, name))) stream.pause();
      });
      yield* gathered(stream, assembler, signal);
    }
  } catch (error) {
    throw readError(error, name, signal);
  }
}

/** What is gathered from a stream that has begun to put it there, or does when it flows. */
async function* gathered(
  stream: Readable,
  assembler: ChunkAssembler,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array, void, undefined> {
  const flow = (): void => void stream.resume();
  const stop = stopping(stream, signal);
  finished(stream, { writable: false }, (error) => assembler.end(error));
  try {
    flow();
    yield* assembler.chunks(flow, signal);
  } finally {
    stop();
    stream.destroy();
  }
}

/** Destroys a stream with a signal: a read that waits for the other side ends only so. Gives what ends this. */
function stopping(stream: Readable, signal: AbortSignal): () => void {
  const stop = (): void => {
    stream.destroy(
      signal.reason instanceof Error ? signal.reason : new Error(String(signal.reason)),
    );
  };
  if (signal.aborted) stop();
  signal.addEventListener('abort', stop, { once: true });
  return () => signal.removeEventListener('abort', stop);
}

async function* chunksOf(
  stream: Readable,
  name: string,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array, void, undefined> {
  const stop = stopping(stream, signal);
  try {
    for await (const chunk of stream as AsyncIterable<unknown>) {
      yield bytesOf(chunk, name);
      signal.throwIfAborted();
    }
    signal.throwIfAborted();
  } finally {
    stop();
  }
}

/** While a chunk is worked on, the next one is read. Each has memory of its own, because it belongs to the caller. */
export async function* readAhead(
  readInto: ReadInto,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array, void, undefined> {
  const read = async (): Promise<Uint8Array> => {
    const buffer = acquireChunk();
    const bytes = buffer.subarray(0, await readInto(buffer));
    if (bytes.length === 0) releaseChunk(buffer);
    return bytes;
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

/** An error while reading as an ImportError, or the reason of the signal that caused it. */
export function readError(error: unknown, name: string, signal: AbortSignal): unknown {
  if (signal.aborted) return signal.reason;
  if (error instanceof ImportError) return error;
  return inputError(error, name);
}
