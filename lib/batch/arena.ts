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

/** Every block begins at a multiple of this. */
const UNIT = 2 ** SMALLEST_CLASS;
/** In `#blocks`: the block is free. */
const FREE = 0x80;

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
  readonly #onGrowth: () => void;
  /** For each unit of memory the class of the block that begins there, with FREE or without; 0: none does. */
  #blocks = new Uint8Array();
  /** Class → addresses of free blocks; and of some that are no longer, or are of another class. */
  readonly #free: number[][] = Array.from({ length: 33 }, () => []);
  /** Class → how many of them are free. */
  readonly #frees = new Uint32Array(33);
  readonly #base: number;
  #top: number;
  #used = 0;

  /** @param onGrowth called when memory has grown, and every view of it was taken away */
  constructor(
    memory: WebAssembly.Memory,
    base: number,
    { guards = false, onGrowth = () => {} }: { guards?: boolean; onGrowth?: () => void } = {},
  ) {
    this.#memory = memory;
    this.#guards = guards;
    this.#onGrowth = onGrowth;
    // Aligned, so that the address of a block's other half is its own with one bit changed.
    this.#base = Math.ceil(base / 2 ** REGION_CLASS) * 2 ** REGION_CLASS;
    this.#top = this.#base;
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
    this.#blocks[address / UNIT] = cls;
    this.#used += sizeOf(cls);
    if (this.#guards) this.#guardWords(address, cls).fill(GUARD);
    return address;
  }

  /** The bytes that a block may really hold. */
  capacity(address: number): number {
    return sizeOf(this.#classOf(address)) - (this.#guards ? GUARD_BYTES : 0);
  }

  free(address: number): void {
    const cls = this.#classOf(address);
    if (this.#guards) this.#check(address, cls);
    this.#blocks[address / UNIT] = 0;
    this.#used -= sizeOf(cls);
    this.#give(address, cls);
  }

  /**
   * Throws if anything was written past the end of a live block. Does nothing in the release build.
   *
   * Blocks, live and free, cover the memory without gaps, so this walks from block to block. Looking at
   * every unit took a millisecond and more a call: nine tenths of the time of the parsers' tests.
   */
  checkGuards(): void {
    if (!this.#guards) return;
    let address = this.#base;
    while (address < this.#top) {
      const entry = this.#blocks[address / UNIT] as number;
      if (entry < FREE) this.#check(address, entry);
      address += sizeOf(entry & ~FREE);
    }
  }

  #take(cls: number): number {
    let from = cls;
    while (from < REGION_CLASS && this.#frees[from] === 0) from++;
    let address = this.#pop(from);
    address ??= this.#bump(sizeOf(from));
    while (from > cls) {
      from--;
      this.#push(address + sizeOf(from), from);
    }
    return address;
  }

  #give(address: number, cls: number): void {
    let at = address;
    let merged = cls;
    while (merged < REGION_CLASS) {
      const size = sizeOf(merged);
      const other = at % (2 * size) === 0 ? at + size : at - size;
      if (this.#blocks[other / UNIT] !== (merged | FREE)) break;
      this.#blocks[other / UNIT] = 0; // its entry in the list is passed over
      (this.#frees[merged] as number)--;
      at = Math.min(at, other);
      merged++;
    }
    this.#push(at, merged);
  }

  #push(address: number, cls: number): void {
    this.#blocks[address / UNIT] = cls | FREE;
    const count = ++(this.#frees[cls] as number);
    const list = this.#free[cls] as number[];
    list.push(address);
    if (list.length > 2 * count + 64) this.#free[cls] = this.#swept(list, cls);
  }

  #pop(cls: number): number | undefined {
    const list = this.#free[cls] as number[];
    while (list.length > 0) {
      const address = list.pop() as number;
      if (this.#blocks[address / UNIT] !== (cls | FREE)) continue;
      (this.#frees[cls] as number)--;
      return address;
    }
    return undefined;
  }

  #swept(list: readonly number[], cls: number): number[] {
    return [...new Set(list)].filter((address) => this.#blocks[address / UNIT] === (cls | FREE));
  }

  #classOf(address: number): number {
    const cls = this.#blocks[address / UNIT] ?? 0;
    if (cls === 0 || cls >= FREE)
      throw new ImportError('E_INTERNAL', `no live block at ${address}`);
    return cls;
  }

  #guardWords(address: number, cls: number): Uint32Array {
    const end = address + sizeOf(cls);
    return new Uint32Array(this.#memory.buffer, end - GUARD_BYTES, GUARD_BYTES / 4);
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
    if (missing > 0) this.#grow(Math.ceil(missing / PAGE));
    this.#top += bytes;
    const units = this.#memory.buffer.byteLength / UNIT;
    if (units > this.#blocks.length) {
      const blocks = new Uint8Array(units);
      blocks.set(this.#blocks);
      this.#blocks = blocks;
    }
    return address;
  }

  #grow(pages: number): void {
    const left = MOST_PAGES - this.#memory.buffer.byteLength / PAGE;
    try {
      this.#memory.grow(Math.max(pages, Math.min(GROW_PAGES, left)));
    } catch {
      this.#growLeast(pages);
    }
    this.#onGrowth();
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

function sizeOf(cls: number): number {
  return cls < 31 ? 1 << cls : 2 ** cls;
}
