import { releaseBytes } from '../large-buffers.ts';
import type { SpoolSpace } from './spool-space.ts';

/** Bytes of one writer until there are enough for a part; in memory while there is some left. */
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

  /** The bytes belong to the spool from now on; of a part of others it makes a copy. */
  async add(bytes: Uint8Array): Promise<void> {
    // A view would keep the whole of a large row group in memory.
    const own = bytes.length < bytes.buffer.byteLength ? Buffer.from(bytes) : bytes;
    this.#chunks.push(own);
    this.#inMemory += own.length;
    this.#space.used += own.length;
    if (this.#space.used > this.#space.memory) await this.#spill();
  }

  /** All there is, which the spool then has no more. */
  async take(): Promise<Uint8Array[]> {
    const chunks = [...this.#chunks];
    if (this.#slot !== undefined) {
      const disk = Buffer.allocUnsafeSlow(this.#onDisk);
      await this.#space.read(this.#slot, disk);
      chunks.unshift(disk);
    }
    this.clear();
    return chunks;
  }

  clear(): void {
    this.#space.used -= this.#inMemory;
    this.#chunks = [];
    this.#inMemory = 0;
    if (this.#slot !== undefined) this.#space.freeSlot(this.#slot);
    this.#slot = undefined;
    this.#onDisk = 0;
  }

  async #spill(): Promise<void> {
    this.#slot ??= this.#space.takeSlot();
    await this.#space.write(this.#slot, this.#onDisk, this.#chunks);
    this.#onDisk += this.#inMemory;
    this.#space.used -= this.#inMemory;
    this.#chunks.forEach(releaseBytes);
    this.#chunks = [];
    this.#inMemory = 0;
  }
}
