import type { Kernel } from '../batch/kernel.ts';
import type { Fields } from '../batch/struct.ts';

/** Slots of the hash table at first. The table doubles when it is half full. */
const FIRST_SIZE = 1024;
/** Bytes of memory that names share; a longer name gets memory of its own. */
const POOL_SIZE = 32768;
/** What follows a name in the source. It is stored with the name, because the scanner compares both at once. */
export const NAME_END: Buffer = Buffer.from('":');

/** A member name in linear memory. */
interface StoredName {
  /** Index of its ScanKey. */
  key: number;
  /** Node of the plan whose member it is. */
  context: number;
  /** Address of its raw bytes, escapes included. */
  start: number;
  /** Bytes, without `NAME_END`. */
  length: number;
}

/**
 * The member names that a scanner has met, in linear memory: their bytes, and a hash table from a name and its
 * context to the index of its ScanKey. TypeScript adds names; only the kernel looks them up
 * (lib/kernel/keys.ts).
 */
export class NameTable {
  readonly #kernel: Kernel;
  readonly #pools: number[] = [];
  #poolPos = 0;
  #poolEnd = 0;
  #names: StoredName[] = [];
  /** Address of u32[size]: open addressing, 0 is a free slot. */
  #slots = 0;
  #size = 0;

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
  }

  /** The fields of the kernel's Scanner that describe the table. Adding a name may change them. */
  get fields(): Fields<'Scanner'> {
    return { table: this.#slots, tableMask: this.#size - 1 };
  }

  /** Removes all names. */
  clear(): void {
    for (const pool of this.#pools.splice(0)) this.#kernel.arena.free(pool);
    this.#poolPos = this.#poolEnd = 0;
    this.#names = [];
    this.#resize(FIRST_SIZE);
  }

  /** Copies the raw bytes of a name, and `NAME_END`, to where they stay until `clear`; returns the address. */
  store(address: number, length: number): number {
    const start = this.#allocate(length + NAME_END.length);
    // Read only now: an allocation may grow memory, which replaces its views.
    const { u8 } = this.#kernel;
    u8.copyWithin(start, address, address + length);
    u8.set(NAME_END, start + length);
    return start;
  }

  /** Adds a stored name to the hash table. */
  add(name: StoredName): void {
    this.#names.push(name);
    if (this.#names.length * 2 > this.#size) {
      this.#resize(this.#size * 2);
      for (const each of this.#names) this.#insert(each);
    } else this.#insert(name);
  }

  /** Frees the memory. */
  free(): void {
    for (const block of [...this.#pools, this.#slots]) this.#kernel.arena.free(block);
  }

  #resize(size: number): void {
    const { arena } = this.#kernel;
    if (this.#slots !== 0) arena.free(this.#slots);
    this.#slots = arena.alloc(size * 4);
    this.#size = size;
    this.#kernel.u32.fill(0, this.#slots >>> 2, (this.#slots >>> 2) + size);
  }

  #insert({ key, context, start, length }: StoredName): void {
    const { fn, u32 } = this.#kernel;
    const mask = this.#size - 1;
    let at = (fn.hashText(start, length, context) & mask) >>> 0;
    while (u32[(this.#slots >>> 2) + at] !== 0) at = (at + 1) & mask;
    u32[(this.#slots >>> 2) + at] = key;
  }

  #allocate(bytes: number): number {
    const padded = bytes + this.#kernel.constant('PADDING');
    if (this.#poolPos + padded > this.#poolEnd) {
      const size = Math.max(POOL_SIZE, padded);
      this.#poolPos = this.#kernel.arena.alloc(size);
      this.#poolEnd = this.#poolPos + size;
      this.#pools.push(this.#poolPos);
    }
    const address = this.#poolPos;
    this.#poolPos += bytes;
    return address;
  }
}
