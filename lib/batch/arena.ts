import { ImportError } from '../errors.ts';

const PAGE = 65536;
/** Memory grows by at least this many pages: growing is slow, and untouched pages cost nothing. */
const GROWTH = 256;
/** Smallest block; a whole SIMD load and a guard word fit many times. */
const SMALLEST_CLASS = 6;
const GUARD = 0x5afe_c0de;
const GUARD_BYTES = 16;

/**
 * Allocates blocks of linear memory in power-of-two classes with one free list each. Blocks are few and
 * large (buffers of batches and columns), so speed hardly matters; that memory is found again does.
 *
 * In the debug build every block ends with guard words, checked when it is freed and by `checkGuards()`.
 */
export class Arena {
  readonly #memory: WebAssembly.Memory;
  readonly #guards: boolean;
  readonly #free: number[][] = [];
  /** Address of a live block → its class. */
  readonly #live = new Map<number, number>();
  #top: number;
  #used = 0;

  constructor(memory: WebAssembly.Memory, base: number, guards: boolean) {
    this.#memory = memory;
    this.#guards = guards;
    this.#top = (base + 63) & ~63;
  }

  /** Bytes in live blocks. */
  get used(): number {
    return this.#used;
  }

  /** A block of at least `bytes` bytes, aligned to 64; its contents are whatever was there before. */
  alloc(bytes: number): number {
    const need = bytes + (this.#guards ? GUARD_BYTES : 0);
    const cls = Math.max(SMALLEST_CLASS, 32 - Math.clz32(Math.max(1, need - 1)));
    const address = this.#free[cls]?.pop() ?? this.#bump(2 ** cls);
    this.#live.set(address, cls);
    this.#used += 2 ** cls;
    if (this.#guards) this.#guardWords(address, cls).fill(GUARD);
    return address;
  }

  /** The bytes that a block may really hold. */
  capacity(address: number): number {
    return 2 ** this.#classOf(address) - (this.#guards ? GUARD_BYTES : 0);
  }

  free(address: number): void {
    const cls = this.#classOf(address);
    if (this.#guards) this.#check(address, cls);
    this.#live.delete(address);
    this.#used -= 2 ** cls;
    this.#free[cls] ??= [];
    this.#free[cls].push(address);
  }

  /** Throws if anything was written behind a live block. Does nothing in the release build. */
  checkGuards(): void {
    if (this.#guards) for (const [address, cls] of this.#live) this.#check(address, cls);
  }

  #classOf(address: number): number {
    const cls = this.#live.get(address);
    if (cls === undefined) throw new ImportError('E_INTERNAL', `no live block at ${address}`);
    return cls;
  }

  #guardWords(address: number, cls: number): Uint32Array {
    return new Uint32Array(this.#memory.buffer, address + 2 ** cls - GUARD_BYTES, GUARD_BYTES / 4);
  }

  #check(address: number, cls: number): void {
    for (const word of this.#guardWords(address, cls)) {
      if (word !== GUARD)
        throw new ImportError('E_INTERNAL', `guard word behind ${address} was overwritten`);
    }
  }

  #grow(pages: number): void {
    try {
      this.#memory.grow(Math.max(pages, GROWTH));
    } catch {
      try {
        this.#memory.grow(pages);
      } catch (cause) {
        throw new ImportError('E_INTERNAL', 'linear memory is exhausted (4 GiB)', { cause });
      }
    }
  }

  #bump(bytes: number): number {
    const address = this.#top;
    const missing = address + bytes - this.#memory.buffer.byteLength;
    if (missing > 0) {
      this.#grow(Math.ceil(missing / PAGE));
    }
    this.#top += bytes;
    return address;
  }
}
