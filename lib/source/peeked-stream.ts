/** A stream of which the first chunks were read ahead. */
export interface PeekedStream {
  /** The chunks that were read. */
  chunks: readonly Uint8Array[];
  /** Whether the chunks are the whole stream. */
  isWhole: boolean;
  /** The error that ended the reading, if one did. */
  failure: { error: unknown } | undefined;
  rest: AsyncIterator<Uint8Array>;
}

/**
 * Reads chunks until they have `bytes` bytes or the stream ends. An error is kept, and thrown after the bytes that
 * came before it.
 */
export async function peekStream(
  input: AsyncIterable<Uint8Array>,
  bytes: number,
): Promise<PeekedStream> {
  const rest = input[Symbol.asyncIterator]();
  const chunks: Uint8Array[] = [];
  let isWhole = false;
  let failure: PeekedStream['failure'];
  try {
    for (let read = 0; read < bytes && !isWhole; ) {
      const next = await rest.next();
      if (next.done) isWhole = true;
      else {
        chunks.push(next.value);
        read += next.value.length;
      }
    }
  } catch (error) {
    failure = { error };
  }
  return { chunks, isWhole, failure, rest };
}

/** Returns the bytes that were read; nearly always they are one chunk, which is not copied. */
export function peekedBytes({ chunks }: PeekedStream): Uint8Array {
  return chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks);
}

/** Yields the whole stream from its first byte. */
export async function* wholeStream({
  chunks,
  failure,
  rest,
}: PeekedStream): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    yield* chunks;
    if (failure) throw failure.error;
    for (let next = await rest.next(); !next.done; next = await rest.next()) yield next.value;
  } finally {
    await rest.return?.();
  }
}
