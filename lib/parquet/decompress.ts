import type { Kernel } from '../batch/kernel.ts';
import { Room } from '../batch/room.ts';
import { UNPACK } from './unpack.ts';

/** Decompresses pages into linear memory. */
export class Decompressor {
  readonly #kernel: Kernel;
  readonly #source: Room;

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
    this.#source = new Room(kernel);
  }

  /**
   * Writes `size` decompressed bytes to an address, which has room for them and DECODE_SLACK more; returns whether that is
   * what the bytes give. Undefined: this codec is not read here.
   */
  decompress(codec: string, bytes: Uint8Array, to: number, size: number): boolean | undefined {
    const { u8, fn } = this.#kernel;
    switch (codec) {
      case 'UNCOMPRESSED':
        if (bytes.length !== size) return false;
        u8.set(bytes, to);
        return true;
      case 'SNAPPY': {
        const from = this.#source.fit(bytes.length);
        this.#kernel.u8.set(bytes, from);
        return fn.snappyDecompress(from, from + bytes.length, to, size) === 1;
      }
      default: {
        const unpack = UNPACK[codec];
        return (
          unpack &&
          this.#copy(() => unpack(bytes, { maxOutputLength: Math.max(1, size) }), to, size)
        );
      }
    }
  }

  #copy(unpack: () => Buffer, to: number, size: number): boolean {
    try {
      const bytes = unpack();
      if (bytes.length !== size) return false;
      this.#kernel.u8.set(bytes, to);
      return true;
    } catch {
      return false;
    }
  }
}
