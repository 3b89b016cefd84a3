/** What was read of an iteration, how that failed, and the rest. */
export interface PeekedStream {
  chunks: readonly Uint8Array[];
  /** Whether nothing follows. */
  isWhole: boolean;
  failure: { error: unknown } | undefined;
  rest: AsyncIterator<Uint8Array>;
}

/** Reads chunks until there are so many bytes, or no more. What fails has its turn behind the bytes that came before. */
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

/** The bytes of a beginning; nearly always one chunk, which need not be copied. */
export function peekedBytes({ chunks }: PeekedStream): Uint8Array {
  return chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks);
}

/** All of it, from the first byte on. */
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
