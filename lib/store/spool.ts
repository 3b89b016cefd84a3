import { releaseBytes } from '../large-buffers.ts';
import type { SpoolSpace } from './spool-space.ts';

/** The bytes of one writer until they are enough for a part; in memory while some is left, else in the file. */
export class Spool {
  readonly #space: SpoolSpace;
  #chunks: Uint8Array[] = [];
  #inMemory = 0;
  #slot: number | undefined;
  #onDisk = 0;

  constructor(space: SpoolSpace) {
    this.#space = space;
  }

  get size(): number {
    return this.#onDisk + this.#inMemory;
  }

  /** Adds bytes, which belong to the spool from now on. Bytes that are part of a larger buffer are copied. */
  async add(bytes: Uint8Array): Promise<void> {
    // A view would keep the whole large row group in memory.
    const own = bytes.length < bytes.buffer.byteLength ? Buffer.from(bytes) : bytes;
    this.#chunks.push(own);
    this.#inMemory += own.length;
    this.#space.used += own.length;
    if (this.#space.used > this.#space.memory) await this.#spill();
  }

  /** Removes and returns all bytes. */
  async drain(): Promise<Uint8Array[]> {
    const chunks = [...this.#chunks];
    if (this.#slot !== undefined) {
      const disk = Buffer.allocUnsafeSlow(this.#onDisk);
      await this.#space.read(this.#slot, disk);
      chunks.unshift(disk);
    }
    this.clear();
    return chunks;
  }

  /** Discards all bytes. */
  clear(): void {
    this.#space.used -= this.#inMemory;
    this.#chunks = [];
    this.#inMemory = 0;
    if (this.#slot !== undefined) this.#space.releaseSlot(this.#slot);
    this.#slot = undefined;
    this.#onDisk = 0;
  }

  async #spill(): Promise<void> {
    this.#slot ??= this.#space.acquireSlot();
    await this.#space.write(this.#slot, this.#onDisk, this.#chunks);
    this.#onDisk += this.#inMemory;
    this.#space.used -= this.#inMemory;
    this.#chunks.forEach(releaseBytes);
    this.#chunks = [];
    this.#inMemory = 0;
  }
}
