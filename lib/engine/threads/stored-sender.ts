import { asChunk } from '../../source/chunks.ts';
import { PIECES_AHEAD } from './stored-bytes.ts';

/** Sends the stored bytes of a source to a thread, a few pieces ahead of those that it has taken. */
export class StoredSender {
  readonly #send: (piece: Uint8Array<ArrayBuffer>, isLast: boolean) => void;
  #room = PIECES_AHEAD;
  #wake: () => void = () => {};

  constructor(send: (piece: Uint8Array<ArrayBuffer>, isLast: boolean) => void) {
    this.#send = send;
  }

  /** Notes that the thread has taken a piece. */
  taken(): void {
    this.#room++;
    this.#wake();
  }

  /** Sends all bytes. Rejects with the error of reading them. */
  async send(stored: AsyncIterable<Uint8Array>): Promise<void> {
    // Each piece waits for the next one, because the last one is marked: most sources have only one.
    let waiting: Uint8Array<ArrayBuffer> | undefined;
    for await (const chunk of stored) {
      if (waiting !== undefined) await this.#sendPiece(waiting);
      waiting = asChunk(chunk);
    }
    this.#send(waiting ?? new Uint8Array(0), true);
  }

  async #sendPiece(piece: Uint8Array<ArrayBuffer>): Promise<void> {
    while (this.#room === 0) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    this.#room--;
    this.#send(piece, false);
  }
}
