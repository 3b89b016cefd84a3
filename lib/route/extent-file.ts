import type { SpillFile } from './spill-file.ts';

/** Bytes in one piece of the file. */
export interface Extent {
  /** Number of its first slot. */
  slot: number;
  bytes: number;
}

/**
 * A temporary file of extents, whose places are used again. A place is a slot of one size, or several one
 * behind the other for what is longer.
 */
export class ExtentFile {
  readonly #slotBytes: number;
  readonly #file: SpillFile;
  #slots = 0;
  readonly #free: number[] = [];

  constructor(slotBytes: number, file: SpillFile) {
    this.#slotBytes = slotBytes;
    this.#file = file;
  }

  /** Whether it could not be written once. */
  get hasFailed(): boolean {
    return this.#file.hasFailed;
  }

  /** @throws ImportError of the file's purpose */
  write(memory: Uint8Array, address: number, bytes: number): Extent {
    const extent = { slot: this.#take(Math.ceil(bytes / this.#slotBytes)), bytes };
    this.#file.write(memory, address, bytes, extent.slot * this.#slotBytes);
    return extent;
  }

  /** Reads an extent; its place is free then. @throws ImportError of the file's purpose */
  take(memory: Uint8Array, address: number, { slot, bytes }: Extent): void {
    this.#file.read(memory, address, bytes, slot * this.#slotBytes);
    const slots = Math.ceil(bytes / this.#slotBytes);
    for (let each = slot; each < slot + slots; each++) this.#free.push(each);
  }

  close(): void {
    this.#file.close();
  }

  #take(count: number): number {
    const free = count === 1 ? this.#free.pop() : undefined;
    if (free !== undefined) return free;
    this.#slots += count;
    return this.#slots - count;
  }
}
