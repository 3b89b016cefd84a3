import { adoptChunk } from '../../source/chunks.ts';

/** Stored bytes that the main thread reads ahead for a source whose thread has not taken them (2 MiB). */
export const PIECES_AHEAD = 2;

/** The stored bytes of a source as a worker gets them, piece by piece. */
export class StoredBytes {
  readonly #onTaken: () => void;
  readonly #pieces: Uint8Array[] = [];
  /** The only piece of a small source. Its memory goes back when the source is processed. */
  #only: Uint8Array<ArrayBuffer> | undefined;
  #isEmpty = true;
  #isEnded = false;
  #wake: () => void = () => {};

  /** @param onTaken called with each piece that is taken, so that the next one may come */
  constructor(onTaken: () => void) {
    this.#onTaken = onTaken;
  }

  /** The memory that can be reused once the source is processed. */
  get used(): Uint8Array<ArrayBuffer>[] {
    return this.#only === undefined ? [] : [this.#only];
  }

  push(piece: Uint8Array<ArrayBuffer>, isLast: boolean): void {
    if (isLast && this.#isEmpty) this.#only = piece;
    this.#isEmpty = false;
    this.#isEnded = isLast;
    this.#pieces.push(piece);
    this.#wake();
  }

  /** Yields the pieces; each belongs to the caller. */
  async *read(): AsyncGenerator<Uint8Array, void, undefined> {
    for (;;) {
      const piece = this.#pieces.shift();
      if (piece !== undefined) {
        if (!this.#isEnded) this.#onTaken();
        yield this.#only === undefined ? adoptChunk(piece) : piece;
      } else if (this.#isEnded) {
        return;
      } else {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      }
    }
  }
}
