import type { FieldName, Kernel } from '../batch/kernel.ts';
import { type Fields, getField, setFields } from '../batch/struct.ts';
import { ImportError } from '../errors.ts';

/**
 * The fields of the kernel's Column that are blocks: bytes of an element, the field with the number of elements,
 * and bytes of the first block. Blocks begin small, because hundreds of days have a dozen columns each.
 */
const BLOCKS = {
  plain: { size: 1, cap: 'plainCap', first: 128 },
  indices: { size: 4, cap: 'indexCap', first: 128 },
  dictionary: { size: 1, cap: 'dictionaryCap', first: 256 },
  entries: { size: 4, cap: 'entryCap', first: 64 },
  table: { size: 16, cap: 'tableMask', first: 128 },
} as const;
type Block = keyof typeof BLOCKS;

/** The linear memory of a leaf column: the kernel's struct and its blocks, which grow. */
export class LeafMemory {
  /** Address of the struct. */
  readonly address: number;
  readonly #kernel: Kernel;
  readonly #blocks = new Map<Block | 'statistics', number>();
  #bytes = 0;

  constructor(kernel: Kernel, hasDictionary: boolean) {
    this.#kernel = kernel;
    this.address = kernel.arena.alloc(kernel.sizeOf('Column'));
    kernel.u8.fill(0, this.address, this.address + kernel.sizeOf('Column'));
    const room = kernel.constant('STATISTICS_BYTES') + kernel.constant('SLACK');
    const statistics = kernel.arena.alloc(2 * room);
    this.#blocks.set('statistics', statistics);
    this.#bytes += kernel.arena.capacity(statistics);
    this.set({ min: statistics, max: statistics + room });
    this.#place('plain', BLOCKS.plain.first);
    if (!hasDictionary) return;
    for (const block of ['indices', 'dictionary', 'entries', 'table'] as const) {
      this.#place(block, BLOCKS[block].first);
    }
  }

  /** Bytes of all blocks. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Reads a field of the struct. */
  get(field: FieldName<'Column'>): number {
    return getField(this.#kernel, 'Column', this.address, field);
  }

  set(fields: Fields<'Column'>): void {
    setFields(this.#kernel, 'Column', this.address, fields);
  }

  free(): void {
    for (const block of [...this.#blocks.values(), this.address]) this.#kernel.arena.free(block);
    this.#blocks.clear();
  }

  /** Doubles a block. */
  grow(block: 'plain' | 'indices' | 'dictionary'): void {
    this.#place(block, 2 * this.#kernel.arena.capacity(this.#blocks.get(block) as number));
  }

  /** Makes room for more entries of the dictionary. */
  growDictionary(): void {
    if (this.get('entryCount') < this.get('entryCap')) {
      this.grow('dictionary');
      return;
    }
    this.#place('entries', 2 * BLOCKS.entries.size * this.get('entryCap'));
    this.#growTable();
  }

  #growTable(): void {
    const { arena, fn } = this.#kernel;
    const old = this.#blocks.get('table') as number;
    this.#blocks.delete('table'); // filled anew, not copied
    this.#bytes -= arena.capacity(old);
    arena.free(old);
    this.#place('table', 2 * BLOCKS.table.size * (this.get('tableMask') + 1));
    fn.fillTable(this.address);
  }

  /** Replaces a block by one of this many bytes, which gets its contents. */
  #place(block: Block, bytes: number): void {
    const { arena } = this.#kernel;
    if (bytes >= 2 ** 31) throw new ImportError('E_INTERNAL', 'a column passed 2 GiB');
    const address = arena.alloc(bytes);
    const old = this.#blocks.get(block);
    if (old !== undefined) {
      this.#kernel.u8.copyWithin(address, old, old + Math.min(arena.capacity(old), bytes));
      this.#bytes -= arena.capacity(old);
      arena.free(old);
    }
    this.#blocks.set(block, address);
    this.#bytes += arena.capacity(address);
    const { cap } = BLOCKS[block];
    this.set({ [block]: address, [cap]: this.#elements(block, address, bytes) });
  }

  /** The size of a block as the kernel has it. */
  #elements(block: Block, address: number, bytes: number): number {
    const { size } = BLOCKS[block];
    // The number of buckets, of four places each, is a power of two. There are twice as many places as entries.
    if (block === 'table') return bytes / size - 1;
    if (block === 'entries') return bytes / size;
    const room = this.#kernel.arena.capacity(address) - this.#kernel.constant('SLACK');
    return Math.floor(room / size);
  }
}
