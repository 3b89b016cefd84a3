import { ImportError } from '../errors.ts';

const PAGE = 65536;
/**
 * Memory grows by at least this many pages, if it can. At each growth V8 counts the whole memory as newly
 * allocated and collects garbage: growing block by block took a third of a run, growing by 64 MiB took 6 %.
 * Pages that are never touched cost nothing.
 */
const GROW_PAGES = (256 << 20) / PAGE;
const MOST_PAGES = 65536;
/** Class of the smallest block: 64 bytes. */
const SMALLEST_CLASS = 6;
/** Class of the blocks that are split, and into which blocks are merged: 1 MiB. Larger blocks are never split. */
const REGION_CLASS = 20;
const GUARD = 0x5afe_c0de;
const GUARD_BYTES = 16;

/** Every block begins at a multiple of this many bytes. */
const UNIT = 2 ** SMALLEST_CLASS;
/** Flag in `#blocks`: the block is free. */
const FREE = 0x80;

/**
 * A buddy allocator over linear memory (Knuth, TAOCP 1, 2.5). Blocks are powers of two. A free block is split
 * when a smaller one is needed, and merged with its other half when both are free, so that the blocks that
 * hundreds of small columns outgrow become large blocks again.
 *
 * In the debug build every block ends with guard words, which are checked when it is freed and by `checkGuards()`.
 */
export class Arena {
  readonly #memory: WebAssembly.Memory;
  readonly #guards: boolean;
  readonly #onGrowth: () => void;
  /** For each unit of memory, the class of the block that begins there, and FREE if it is free; 0: none begins there. */
  #blocks = new Uint8Array();
  /** Class → addresses of free blocks. Some of them may no longer be free, or be of another class. */
  readonly #free: number[][] = Array.from({ length: 33 }, () => []);
  /** Class → number of blocks that really are free. */
  readonly #frees = new Uint32Array(33);
  readonly #base: number;
  #top: number;
  #used = 0;

  /** @param onGrowth called after memory grew, which detaches every view of it */
  constructor(
    memory: WebAssembly.Memory,
    base: number,
    { guards = false, onGrowth = () => {} }: { guards?: boolean; onGrowth?: () => void } = {},
  ) {
    this.#memory = memory;
    this.#guards = guards;
    this.#onGrowth = onGrowth;
    // Aligned, so that the addresses of the two halves of a block differ in one bit.
    this.#base = Math.ceil(base / 2 ** REGION_CLASS) * 2 ** REGION_CLASS;
    this.#top = this.#base;
  }

  /** Bytes in live blocks. */
  get used(): number {
    return this.#used;
  }

  /** Allocates a block of at least `bytes` bytes, aligned to 64. Its contents are undefined. */
  alloc(bytes: number): number {
    const need = bytes + (this.#guards ? GUARD_BYTES : 0);
    const cls = Math.max(SMALLEST_CLASS, 32 - Math.clz32(Math.max(1, need - 1)));
    const address = this.#take(cls);
    this.#blocks[address / UNIT] = cls;
    this.#used += sizeOf(cls);
    if (this.#guards) this.#guardWords(address, cls).fill(GUARD);
    return address;
  }

  /** The bytes that a block can hold, which may be more than were asked for. */
  capacity(address: number): number {
    return sizeOf(this.#classOf(address)) - (this.#guards ? GUARD_BYTES : 0);
  }

  /** Frees a block. @throws ImportError E_INTERNAL if there is none at the address */
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
      this.#blocks[other / UNIT] = 0; // #pop and #swept skip its entry in the list
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
        throw new ImportError(
          'E_INTERNAL',
          `guard word after the block at ${address} was overwritten`,
        );
    }
  }

  /** Takes new memory. Such a block is a region or larger, so that blocks stay aligned. */
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

  /** Grows by no more than is needed, after growing by more has failed. */
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
