import type { Kernel } from './kernel.ts';
import { KeyTable } from './key-table.ts';

/** Tables that are remembered: batches of a few parsers may take turns. */
const MOST_TABLES = 4;

/** An array in linear memory: the id that each key of another table has here. */
interface Ids {
  address: number;
  capacity: number;
  count: number;
}

/** One table for keys of others, which come and go: what outlives its batch has keys of this one. */
export class KeyIds {
  readonly table: KeyTable;
  readonly #kernel: Kernel;
  /** By the other tables' generation, oldest first. */
  readonly #ids = new Map<number, Ids>();

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
    this.table = new KeyTable(kernel);
  }

  /** Address of a u32[]: a key's id in a table → its id here. Good until the next call. */
  of({ generation, names }: KeyTable): number {
    const ids = this.#ids.get(generation) ?? this.#add(generation);
    if (ids.capacity < names.length) this.#grow(ids, 2 * names.length);
    for (; ids.count < names.length; ids.count++) {
      const id = this.table.intern(names[ids.count] as string);
      this.#kernel.u32[(ids.address >>> 2) + ids.count] = id;
    }
    return ids.address;
  }

  /** Frees the memory. */
  free(): void {
    for (const { address } of this.#ids.values()) this.#kernel.arena.free(address);
    this.#ids.clear();
    this.table.release();
  }

  #add(generation: number): Ids {
    const [oldest] = this.#ids;
    if (oldest !== undefined && this.#ids.size === MOST_TABLES) {
      this.#kernel.arena.free(oldest[1].address);
      this.#ids.delete(oldest[0]);
    }
    const ids = { address: this.#kernel.arena.alloc(0), capacity: 0, count: 0 };
    this.#ids.set(generation, ids);
    return ids;
  }

  #grow(ids: Ids, capacity: number): void {
    const { arena } = this.#kernel;
    const address = arena.alloc(capacity * 4);
    this.#kernel.u8.copyWithin(address, ids.address, ids.address + ids.count * 4);
    arena.free(ids.address);
    ids.address = address;
    ids.capacity = capacity;
  }
}
