import type { SpillFile } from './spill-file.ts';

/** A place in the file. */
export interface Extent {
  /** Number of the first slot. */
  slot: number;
  bytes: number;
}

/**
 * A temporary file of extents, whose places are reused. A place is one slot of a fixed size, or several in a
 * row for longer extents.
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

  /** Whether a write has failed. */
  get hasFailed(): boolean {
    return this.#file.hasFailed;
  }

  /** Writes an extent. @throws ImportError with the code of the file's purpose */
  write(memory: Uint8Array, address: number, bytes: number): Extent {
    const extent = { slot: this.#take(Math.ceil(bytes / this.#slotBytes)), bytes };
    this.#file.write(memory, address, bytes, extent.slot * this.#slotBytes);
    return extent;
  }

  /** Reads an extent and frees its place. @throws ImportError with the code of the file's purpose */
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
