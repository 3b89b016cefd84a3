import { type ByteStream, isWebStream } from './byte-stream.ts';
import { ChunkAssembler } from './chunk-assembler.ts';
import { PieceBytes } from './piece-bytes.ts';

/**
 * Reads an async iterable or a web stream in large chunks. It is asked for its next piece while the chunks
 * before are worked on, and waits while several are ready. It is closed when the iteration ends; nothing
 * waits for that, since a generator that waits for its next piece closes only then.
 */
export async function* readPieces(
  stream: ByteStream,
  name: string,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array, void, undefined> {
  signal.throwIfAborted();
  const assembler = new ChunkAssembler();
  const pieces = iteratorOf(stream);
  let isOver = false;
  let goOn = (): void => {};
  const end = (failure?: Error): void => {
    if (!isOver) assembler.end(failure);
    isOver = true;
  };
  const gather = async (): Promise<void> => {
    const bytes = new PieceBytes(name);
    for (let next = await pieces.next(); !isOver && !next.done; next = await pieces.next()) {
      // The piece is copied before the next one is asked for: its maker may use its memory again.
      if (assembler.add(bytes.next(next.value))) continue;
      await new Promise<void>((resolve) => {
        goOn = resolve;
      });
    }
    if (!isOver) assembler.add(bytes.end());
  };
  const stop = (): void => end(asError(signal.reason));
  signal.addEventListener('abort', stop, { once: true });
  gather().then(
    () => end(),
    (error: unknown) => end(asError(error)),
  );
  try {
    yield* assembler.chunks(() => goOn(), signal);
  } finally {
    signal.removeEventListener('abort', stop);
    isOver = true;
    close(pieces);
  }
}

/** The pieces of a stream. A web stream's own iterator could not be closed while it waits for a piece. */
function iteratorOf(stream: ByteStream): AsyncIterator<unknown> {
  if (!isWebStream(stream)) return stream[Symbol.asyncIterator]();
  const reader = stream.getReader();
  return {
    next: () => reader.read() as Promise<IteratorResult<unknown>>,
    return: async () => {
      await reader.cancel();
      return { done: true, value: undefined };
    },
  };
}

function close(pieces: AsyncIterator<unknown>): void {
  // An error while closing changes nothing: all that was wanted was read.
  Promise.resolve(pieces.return?.()).catch(() => {});
}

/** An iterable may throw anything, also `undefined`, which would look like its end. */
function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
