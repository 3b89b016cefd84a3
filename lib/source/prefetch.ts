import { type PeekedStream, peekStream, wholeStream } from './peeked-stream.ts';

/** Stored bytes of an input that may be read before its turn: one request of a bucket. */
export const SMALL_INPUT: number = 8 << 20;

/** An input that may be read before its turn. */
export class Prefetch {
  #begun: Promise<PeekedStream> | undefined;

  /** Begins to read it, once. */
  begin(open: () => AsyncIterable<Uint8Array>): void {
    this.#begun ??= peekStream(open(), SMALL_INPUT);
  }

  /** Closes what was begun and not taken. */
  async close(): Promise<void> {
    await (await this.#begun)?.rest.return?.();
  }

  /** The input: what was begun, or else what `open` gives. */
  async *orElse(
    open: () => AsyncIterable<Uint8Array>,
  ): AsyncGenerator<Uint8Array, void, undefined> {
    const begun = await this.#begun;
    // Inputs live as long as the run: thousands of them must not keep their bytes.
    this.#begun = undefined;
    yield* begun ? wholeStream(begun) : open();
  }
}
