import { Readable } from 'node:stream';

/** Hands parts to lib-storage, which asks for one when a request of its own has ended. */
export class PartStream extends Readable {
  #wake: () => void = () => {};
  #asked: Promise<void>;

  constructor() {
    super({ objectMode: true, highWaterMark: 1 });
    // The writer reports the error with which it destroys this stream.
    this.on('error', () => {});
    this.#asked = this.#ask();
  }

  /** Resolves when lib-storage asks for the next part. */
  ready(): Promise<void> {
    return this.#asked;
  }

  /** Hands over one part in pieces, which lib-storage joins. */
  add(pieces: readonly Uint8Array[]): void {
    this.#asked = this.#ask();
    for (const piece of pieces) this.push(piece);
  }

  override _read(): void {
    this.#wake();
  }

  #ask(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }
}
