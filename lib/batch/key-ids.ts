import type { Kernel } from './kernel.ts';
import { KeyTable } from './key-table.ts';

/** Most tables that are remembered: batches of a few parsers may take turns. */
const MOST_TABLES = 4;

/** An array in linear memory with the id that each key of another table has in this one. */
interface Ids {
  address: number;
  capacity: number;
  count: number;
}

/** A table with the keys of other tables, which come and go: rows that outlive their batch have keys of this one. */
export class KeyIds {
  readonly table: KeyTable;
  readonly #kernel: Kernel;
  /** Generation of another table → ids of its keys, oldest first. */
  readonly #ids = new Map<number, Ids>();

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
    this.table = new KeyTable(kernel);
  }

  /** Address of a u32[]: id of a key in another table → its id in this one. Valid until the next call. */
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
