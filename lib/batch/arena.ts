import { ImportError } from '../errors.ts';

const PAGE = 65536;
/**
 * Pages that memory grows by at least, where it can. Each growth makes V8 count the whole memory as new
 * garbage-to-be and collect everything: growing block by block took a third of a run, by 64 MiB 6 %.
 * Untouched pages cost nothing.
 */
const GROW_PAGES = (256 << 20) / PAGE;
const MOST_PAGES = 65536;
/** Smallest block: 64 bytes. */
const SMALLEST_CLASS = 6;
/** Blocks are split from, and merged into, blocks of this size: 1 MiB. Larger ones are on their own. */
const REGION_CLASS = 20;
const GUARD = 0x5afe_c0de;
const GUARD_BYTES = 16;

/**
 * A buddy allocator over linear memory (Knuth, TAOCP 1, 2.5): blocks are powers of two; a free block is
 * split for a smaller one, and merged with its other half when both are free. So what hundreds of small
 * columns outgrow becomes large blocks again.
 *
 * In the debug build every block ends with guard words, checked when it is freed and by `checkGuards()`.
 */
export class Arena {
  readonly #memory: WebAssembly.Memory;
  readonly #guards: boolean;
  /** Class → addresses of free blocks. */
  readonly #free: Set<number>[] = Array.from({ length: 33 }, () => new Set());
  /** Address of a live block → its class. */
  readonly #live = new Map<number, number>();
  #top: number;
  #used = 0;

  constructor(memory: WebAssembly.Memory, base: number, guards: boolean) {
    this.#memory = memory;
    this.#guards = guards;
    // Aligned, so that the address of a block's other half is its own with one bit changed.
    this.#top = Math.ceil(base / 2 ** REGION_CLASS) * 2 ** REGION_CLASS;
  }

  /** Bytes in live blocks. */
  get used(): number {
    return this.#used;
  }

  /** A block of at least `bytes` bytes, aligned to 64; its contents are whatever was there before. */
  alloc(bytes: number): number {
    const need = bytes + (this.#guards ? GUARD_BYTES : 0);
    const cls = Math.max(SMALLEST_CLASS, 32 - Math.clz32(Math.max(1, need - 1)));
    const address = this.#take(cls);
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
    this.#give(address, cls);
  }

  /** Throws if anything was written behind a live block. Does nothing in the release build. */
  checkGuards(): void {
    if (this.#guards) for (const [address, cls] of this.#live) this.#check(address, cls);
  }

  #take(cls: number): number {
    let from = cls;
    while (from < REGION_CLASS && this.#free[from]?.size === 0) from++;
    const found = this.#free[from]?.values().next().value;
    if (found === undefined) return this.#split(this.#bump(2 ** from), from, cls);
    this.#free[from]?.delete(found);
    return this.#split(found, from, cls);
  }

  /** The first part, of class `cls`, of a block of class `from`; its other parts become free. */
  #split(address: number, from: number, cls: number): number {
    for (let half = from - 1; half >= cls; half--) this.#free[half]?.add(address + 2 ** half);
    return address;
  }

  #give(address: number, cls: number): void {
    let at = address;
    let merged = cls;
    while (merged < REGION_CLASS) {
      const other = at % 2 ** (merged + 1) === 0 ? at + 2 ** merged : at - 2 ** merged;
      if (this.#free[merged]?.delete(other) !== true) break;
      at = Math.min(at, other);
      merged++;
    }
    this.#free[merged]?.add(at);
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

  /** New memory; every block of it is a region or larger, so that alignment is kept. */
  #bump(bytes: number): number {
    const address = this.#top;
    const missing = address + bytes - this.#memory.buffer.byteLength;
    if (missing > 0) {
      const pages = Math.ceil(missing / PAGE);
      const left = MOST_PAGES - this.#memory.buffer.byteLength / PAGE;
      try {
        this.#memory.grow(Math.max(pages, Math.min(GROW_PAGES, left)));
      } catch {
        this.#growLeast(pages);
      }
    }
    this.#top += bytes;
    return address;
  }

  /** No more than is needed, where more is not to be had. */
  #growLeast(pages: number): void {
    try {
      this.#memory.grow(pages);
    } catch (cause) {
      throw new ImportError('E_INTERNAL', 'linear memory is exhausted (4 GiB)', { cause });
    }
  }
}
