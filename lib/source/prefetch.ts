import { type PeekedStream, peekedBytes, peekStream, wholeStream } from './peeked-stream.ts';

/** Most stored bytes of an input that is read before its turn: one request to a bucket. */
export const SMALL_INPUT: number = 8 << 20;

/** Reads an input before its turn. */
export class Prefetch {
  #begun: Promise<PeekedStream> | undefined;

  /** Begins to read the input; only the first call does. */
  begin(open: () => AsyncIterable<Uint8Array>): void {
    this.#begun ??= peekStream(open(), SMALL_INPUT);
  }

  /** Reads the first bytes of the input, unless it was begun; resolves with those that are read. */
  async head(open: () => AsyncIterable<Uint8Array>, bytes: number): Promise<Uint8Array> {
    this.#begun ??= peekStream(open(), bytes);
    return peekedBytes(await this.#begun).subarray(0, bytes);
  }

  /** Closes the input if it was begun and not consumed. */
  async close(): Promise<void> {
    await (await this.#begun)?.rest.return?.();
  }

  /** Yields the input that was begun; if none was, the one that `open` returns. */
  async *orElse(
    open: () => AsyncIterable<Uint8Array>,
  ): AsyncGenerator<Uint8Array, void, undefined> {
    const begun = await this.#begun;
    // Inputs live as long as the run, and thousands of them must not keep their bytes.
    this.#begun = undefined;
    yield* begun ? wholeStream(begun) : open();
  }
}
