import type { UploadPartCommandInput } from '@aws-sdk/client-s3';
import { releaseBytes, releaseMemory } from '../../large-buffers.ts';

/**
 * Gives back the memory of parts as soon as it is free: as garbage, some of 8 MiB each would wait for the
 * collector. lib-storage joins a part's pieces, and what it has left of the part before, when it asks for
 * the part; then the pieces are free, and the memory of the part before, if that has arrived.
 */
export class PartMemory {
  readonly #pieces = new Map<number, readonly Uint8Array[]>();
  readonly #joined = new Map<number, ArrayBufferLike>();
  readonly #arrived = new Set<number>();
  #last = 0;

  /** Pieces that become a part. */
  give(part: number, pieces: readonly Uint8Array[]): void {
    // A single piece that begins the object is not joined with anything: it is sent itself.
    if (part > 1 || pieces.length > 1) this.#pieces.set(part, pieces);
  }

  /** A part is on its way. Returns its number. */
  begin({ PartNumber = 0, Body }: UploadPartCommandInput): number {
    this.#pieces.get(PartNumber)?.forEach(releaseBytes);
    this.#pieces.delete(PartNumber);
    if (Body instanceof Uint8Array) this.#joined.set(PartNumber, Body.buffer);
    this.#last = Math.max(this.#last, PartNumber);
    this.#release();
    return PartNumber;
  }

  /** A part has arrived. */
  end(part: number): void {
    if (this.#joined.has(part)) this.#arrived.add(part);
    this.#release();
  }

  #release(): void {
    for (const part of this.#arrived) {
      if (part >= this.#last) continue;
      const memory = this.#joined.get(part) as ArrayBufferLike;
      this.#joined.delete(part);
      this.#arrived.delete(part);
      // What is left of a part alone is the last one, in the same memory.
      if (![...this.#joined.values()].includes(memory)) releaseMemory(memory);
    }
  }
}
