import { Readable } from 'node:stream';

/** Parts on their way to lib-storage, which asks for one when a request of its own has ended. */
export class PartStream extends Readable {
  #wake: () => void = () => {};
  #asked: Promise<void>;

  constructor() {
    super({ objectMode: true, highWaterMark: 1 });
    // What it is destroyed with is told by others.
    this.on('error', () => {});
    this.#asked = this.#ask();
  }

  /** Resolves when the next part is asked for. */
  ready(): Promise<void> {
    return this.#asked;
  }

  /** One part, in pieces: lib-storage joins them. */
  give(pieces: readonly Uint8Array[]): void {
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
