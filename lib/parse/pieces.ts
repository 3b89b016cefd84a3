/** A queue of bytes in pieces, for a cutter that keeps the last bytes when it hands on the others. */
export class Pieces {
  /** Bytes in all pieces. */
  size = 0;
  #pieces: Uint8Array[] = [];

  push(piece: Uint8Array): void {
    this.#pieces.push(piece);
    this.size += piece.length;
  }

  /** Removes all bytes but the last `kept`, of which the queue keeps a copy; returns the removed bytes. */
  takeAllBut(kept: number): Uint8Array[] {
    const taken = this.#pieces;
    const rest: Uint8Array[] = [];
    for (let missing = kept; missing > 0; ) {
      const last = taken.pop() as Uint8Array;
      const part = Math.min(missing, last.length);
      rest.unshift(last.subarray(last.length - part));
      if (part < last.length) taken.push(last.subarray(0, last.length - part));
      missing -= part;
    }
    this.#pieces = kept === 0 ? [] : [Uint8Array.from(Buffer.concat(rest))];
    this.size = kept;
    return taken;
  }
}
