/** What was read of an iteration, how that failed, and the rest. */
export interface Beginning {
  chunks: readonly Uint8Array[];
  /** Whether nothing follows. */
  isWhole: boolean;
  failure: { error: unknown } | undefined;
  rest: AsyncIterator<Uint8Array>;
}

/** Reads chunks until there are so many bytes, or no more. What fails has its turn behind the bytes that came before. */
export async function readBeginning(
  input: AsyncIterable<Uint8Array>,
  bytes: number,
): Promise<Beginning> {
  const rest = input[Symbol.asyncIterator]();
  const chunks: Uint8Array[] = [];
  let isWhole = false;
  let failure: Beginning['failure'];
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
export function bytesOfBeginning({ chunks }: Beginning): Uint8Array {
  return chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks);
}

/** All of it, from the first byte on. */
export async function* wholeOf({
  chunks,
  failure,
  rest,
}: Beginning): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    yield* chunks;
    if (failure) throw failure.error;
    for (let next = await rest.next(); !next.done; next = await rest.next()) yield next.value;
  } finally {
    await rest.return?.();
  }
}

/** Bytes that are read before their turn, at least: all of a small input. */
const MOST = 8 << 20;

/** An input that may be read before its turn. */
export class Ahead {
  #begun: Promise<Beginning> | undefined;

  /** Begins to read it, once. */
  begin(open: () => AsyncIterable<Uint8Array>): void {
    this.#begun ??= readBeginning(open(), MOST);
  }

  /** Closes what was begun, taken or not. */
  async close(): Promise<void> {
    await (await this.#begun)?.rest.return?.();
  }

  /** The input: what was begun, or else what `open` gives. */
  async *orElse(
    open: () => AsyncIterable<Uint8Array>,
  ): AsyncGenerator<Uint8Array, void, undefined> {
    const begun = await this.#begun;
    yield* begun ? wholeOf(begun) : open();
  }
}
