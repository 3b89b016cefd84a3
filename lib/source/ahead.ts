import { type Beginning, readBeginning, wholeOf } from './beginning.ts';

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
