type Part = 'magic' | 'skip size' | 'descriptor' | 'header' | 'block header' | 'block' | 'end';

const FRAME = 0xfd2fb528;
const SKIPPABLE = 0x184d2a50;
const DICTIONARY_ID_SIZE = [0, 1, 2, 4] as const;
const CONTENT_SIZE_SIZE = [0, 2, 4, 8] as const;
const RLE = 1;
const RESERVED = 3;

/**
 * Finds where zstd frames end (RFC 8878, 3.1), without decompressing. If a write to Node's decoder has more bytes
 * after the end of a frame, the decoder stops there without an error: the rest of `cat a.zst b.zst`, or of the
 * output of pzstd, would be lost silently.
 */
export class ZstdFrames {
  #part: Part = 'magic';
  #left = 4; // bytes until the part ends
  #value = 0; // its first bytes, little-endian
  #weight = 1;
  #checksum = false;
  #last = false;

  /** Whether the last byte seen ended a frame, or no byte was seen. */
  get complete(): boolean {
    return this.#part === 'magic' && this.#left === 4;
  }

  /**
   * Reads on in `bytes` from `start`. Returns the offset after the current frame, or the length if the frame
   * continues; -1 if this is not zstd.
   */
  advance(bytes: Uint8Array, start: number): number {
    let at = start;
    while (at < bytes.length) {
      if (this.#part === 'block' || this.#part === 'header' || this.#part === 'end') {
        const skipped = Math.min(this.#left, bytes.length - at);
        this.#left -= skipped;
        at += skipped;
      } else {
        this.#value += (bytes[at] ?? 0) * this.#weight;
        this.#weight *= 256;
        this.#left--;
        at++;
      }
      // A part may be empty, such as a block without bytes or a missing checksum.
      while (this.#left === 0) {
        const ended = this.#part === 'end';
        if (!this.#next()) return -1;
        if (ended) return at;
      }
    }
    return at;
  }

  /** Begins the next part; returns false if the part that was read is not valid. */
  #next(): boolean {
    const value = this.#value;
    switch (this.#part) {
      case 'magic':
        if (value === FRAME) return this.#begin('descriptor', 1);
        return value - (value % 16) === SKIPPABLE && this.#begin('skip size', 4);
      case 'skip size':
        return this.#begin('end', value);
      case 'descriptor': {
        const single = (value & 0x20) !== 0;
        this.#checksum = (value & 0x04) !== 0;
        const contentSize = CONTENT_SIZE_SIZE[(value >> 6) as 0 | 1 | 2 | 3] || (single ? 1 : 0);
        const window = single ? 0 : 1;
        return this.#begin(
          'header',
          window + DICTIONARY_ID_SIZE[(value & 3) as 0 | 1 | 2 | 3] + contentSize,
        );
      }
      case 'header':
        return this.#begin('block header', 3);
      case 'block header': {
        const kind = (value >> 1) & 3;
        this.#last = (value & 1) !== 0;
        return kind !== RESERVED && this.#begin('block', kind === RLE ? 1 : value >> 3);
      }
      case 'block':
        return this.#last
          ? this.#begin('end', this.#checksum ? 4 : 0)
          : this.#begin('block header', 3);
      case 'end':
        return this.#begin('magic', 4);
    }
  }

  #begin(part: Part, length: number): true {
    this.#part = part;
    this.#left = length;
    this.#value = 0;
    this.#weight = 1;
    return true;
  }
}
