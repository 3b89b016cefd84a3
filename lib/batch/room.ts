import type { Kernel } from './kernel.ts';

/** A block of linear memory that is used again and again, and grows with what has to fit. */
export class Room {
  readonly #kernel: Kernel;
  #address = 0;
  #capacity = 0;

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
  }

  /** Address of the block; valid until it grows. */
  get address(): number {
    return this.#address;
  }

  /** Makes room for bytes, and for loads past their end. @param kept bytes at the beginning that stay */
  fit(bytes: number, kept: number = 0): number {
    const { arena } = this.#kernel;
    const padded = bytes + this.#kernel.constant('PADDING');
    if (padded > this.#capacity) {
      const old = this.#address;
      this.#address = arena.alloc(padded);
      this.#capacity = arena.capacity(this.#address);
      if (kept > 0) this.#kernel.u8.copyWithin(this.#address, old, old + kept);
      if (old !== 0) arena.free(old);
    }
    return this.#address;
  }
}
