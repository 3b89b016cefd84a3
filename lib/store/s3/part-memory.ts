import type { UploadPartCommandInput } from '@aws-sdk/client-s3';
import { releaseBytes, releaseMemory } from '../../large-buffers.ts';

/**
 * Releases the memory of parts as soon as it is free; as garbage, several parts of 8 MiB each would wait for the
 * collector. When lib-storage asks for a part, it joins the part's pieces and the rest of the part before into
 * new memory. Then the pieces are free, and so is the memory of the part before, once that part was uploaded.
 */
export class PartMemory {
  readonly #pieces = new Map<number, readonly Uint8Array[]>();
  readonly #joined = new Map<number, ArrayBufferLike>();
  readonly #uploaded = new Set<number>();
  #last = 0;

  /** Notes the pieces that become a part. */
  add(part: number, pieces: readonly Uint8Array[]): void {
    // A single piece at the start of the object is not joined with anything: it is sent as it is.
    if (part > 1 || pieces.length > 1) this.#pieces.set(part, pieces);
  }

  /** Notes that the upload of a part begins. Returns the part's number. */
  begin({ PartNumber = 0, Body }: UploadPartCommandInput): number {
    this.#pieces.get(PartNumber)?.forEach(releaseBytes);
    this.#pieces.delete(PartNumber);
    if (Body instanceof Uint8Array) this.#joined.set(PartNumber, Body.buffer);
    this.#last = Math.max(this.#last, PartNumber);
    this.#release();
    return PartNumber;
  }

  /** Notes that a part was uploaded. */
  end(part: number): void {
    if (this.#joined.has(part)) this.#uploaded.add(part);
    this.#release();
  }

  #release(): void {
    for (const part of this.#uploaded) {
      if (part >= this.#last) continue;
      const memory = this.#joined.get(part) as ArrayBufferLike;
      this.#joined.delete(part);
      this.#uploaded.delete(part);
      // The last part may consist of the rest of another part alone, in the same memory.
      if (![...this.#joined.values()].includes(memory)) releaseMemory(memory);
    }
  }
}
