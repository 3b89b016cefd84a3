/** Bytes in pieces, the last of which are still needed when the others go. */
export class Pieces {
  /** Bytes in all pieces. */
  size = 0;
  #pieces: Uint8Array[] = [];

  push(piece: Uint8Array): void {
    this.#pieces.push(piece);
    this.size += piece.length;
  }

  /** Takes all bytes but the last ones, a copy of which stays. */
  take(left: number): Uint8Array[] {
    const taken = this.#pieces;
    const rest: Uint8Array[] = [];
    for (let missing = left; missing > 0; ) {
      const last = taken.pop() as Uint8Array;
      const stays = Math.min(missing, last.length);
      rest.unshift(last.subarray(last.length - stays));
      if (stays < last.length) taken.push(last.subarray(0, last.length - stays));
      missing -= stays;
    }
    this.#pieces = left === 0 ? [] : [Uint8Array.from(Buffer.concat(rest))];
    this.size = left;
    return taken;
  }
}
