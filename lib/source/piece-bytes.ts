import { bytesOf } from './chunks.ts';

/**
 * Turns the pieces of a stream into bytes. A text may be cut between the two halves of a character such as
 * an emoji (a surrogate pair): its first half waits for the next piece.
 */
export class PieceBytes {
  readonly #name: string;
  #half = '';

  /** @param name of the stream, for messages */
  constructor(name: string) {
    this.#name = name;
  }

  /** Returns the bytes of the next piece. @throws ImportError E_INPUT_FORMAT */
  next(piece: unknown): Uint8Array {
    if (typeof piece !== 'string') {
      const bytes = bytesOf(piece, this.#name);
      const half = this.end();
      return half.length === 0 ? bytes : Buffer.concat([half, bytes]);
    }
    const text = this.#half + piece;
    const isCut = /[\ud800-\udbff]$/.test(text);
    this.#half = isCut ? text.slice(-1) : '';
    return Buffer.from(isCut ? text.slice(0, -1) : text);
  }

  /** Returns what is left at the end: nothing, or U+FFFD for half a character. */
  end(): Uint8Array {
    const rest = Buffer.from(this.#half);
    this.#half = '';
    return rest;
  }
}
