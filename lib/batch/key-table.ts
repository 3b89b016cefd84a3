import type { FieldName, Kernel } from './kernel.ts';

/** A table with this many keys is replaced at the next batch, so that endless keys do not grow memory. */
const MANY_KEYS = 4096;
/** The keys that validation asks for. Every table starts with them, so that their ids are their indices. */
export const WELL_KNOWN_KEYS = ['id', 'device_id', 'osname', 'appversion'] as const;

/** The fields of `Keys` that are arrays of u32, with an element for each key. */
const ARRAYS = ['start', 'len', 'units', 'lower', 'seenRow', 'seenAt'] as const;
type KeyArray = (typeof ARRAYS)[number];

/** Number of tables made so far. */
let generations = 0;

/**
 * Interned map keys: each name, without escapes, has a small integer as its id, and knows the id of its
 * lower-cased form. The kernel sees the table as a `Keys` struct (lib/kernel/layout.ts).
 *
 * Names are lower-cased once, by `String.prototype.toLowerCase`: Unicode's rules without a locale.
 */
export class KeyTable {
  readonly kernel: Kernel;
  /** Address of the struct. */
  readonly address: number;
  /** Number of the table. Columns that remember ids tell tables apart by it: batches of several parsers may meet. */
  readonly generation: number = generations++;
  readonly names: string[] = [];
  readonly #ids = new Map<string, number>();
  readonly #arrays = new Map<KeyArray, number>();
  readonly #pools: number[] = [];
  #cap = 256;
  #poolPos = 0;
  #poolEnd = 0;
  /** Number of users: the batches with its keys, and its owner. */
  #users = 1;

  constructor(kernel: Kernel) {
    this.kernel = kernel;
    this.address = kernel.arena.alloc(kernel.sizeOf('Keys'));
    for (const field of ARRAYS) this.#place(field, this.#cap * 4);
    this.#field('stamp', 0);
    this.#clearSeen(0);
    for (const name of WELL_KNOWN_KEYS) this.intern(name);
  }

  /** Whether the table should be replaced by a new one. */
  get isFull(): boolean {
    return this.names.length >= MANY_KEYS;
  }

  /** The id of a name; a new name gets one. */
  intern(name: string): number {
    const known = this.#ids.get(name);
    if (known !== undefined) return known;
    const lowered = name.toLowerCase();
    const lower = lowered === name ? -1 : this.intern(lowered);
    const id = this.names.length;
    this.names.push(name);
    this.#ids.set(name, id);
    if (id === this.#cap) this.#grow();
    const bytes = Buffer.from(name, 'utf8');
    const address = this.#poolAlloc(bytes.length);
    this.kernel.u8.set(bytes, address);
    this.#put('start', id, address);
    this.#put('len', id, bytes.length);
    this.#put('units', id, name.length);
    this.#put('lower', id, lower < 0 ? id : lower);
    this.#field('count', this.names.length);
    return id;
  }

  /** Adds a user of the table, who must call `release`. */
  retain(): this {
    this.#users++;
    return this;
  }

  /** Ends one use of the table. After the last one its memory is freed. */
  release(): void {
    if (--this.#users > 0) return;
    for (const block of [...this.#pools, ...this.#arrays.values(), this.address]) {
      this.kernel.arena.free(block);
    }
  }

  #field(name: FieldName<'Keys'>, value: number): void {
    this.kernel.u32[(this.address + this.kernel.offset('Keys', name)) >>> 2] = value;
  }

  #put(field: KeyArray, id: number, value: number): void {
    this.kernel.u32[((this.#arrays.get(field) as number) >>> 2) + id] = value;
  }

  #place(field: KeyArray, bytes: number): void {
    const address = this.kernel.arena.alloc(bytes);
    this.#arrays.set(field, address);
    this.#field(field, address);
  }

  #grow(): void {
    for (const [field, old] of [...this.#arrays]) {
      this.#place(field, this.#cap * 8);
      const address = this.#arrays.get(field) as number;
      this.kernel.u8.copyWithin(address, old, old + this.#cap * 4);
      this.kernel.arena.free(old);
    }
    this.#clearSeen(this.#cap);
    this.#cap *= 2;
  }

  #clearSeen(from: number): void {
    const start = (this.#arrays.get('seenRow') as number) >>> 2;
    this.kernel.u32.fill(0, start + from, start + Math.max(this.#cap, 2 * from));
  }

  #poolAlloc(bytes: number): number {
    const room = bytes + this.kernel.constant('PADDING');
    if (this.#poolPos + room > this.#poolEnd) {
      const size = Math.max(65536, room);
      this.#poolPos = this.kernel.arena.alloc(size);
      this.#poolEnd = this.#poolPos + size;
      this.#pools.push(this.#poolPos);
    }
    const address = this.#poolPos;
    this.#poolPos += bytes;
    return address;
  }
}
