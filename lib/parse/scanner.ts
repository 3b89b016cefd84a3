import { type EventBatch, SCALAR_COLUMNS } from '../batch/event-batch.ts';
import type { Kernel } from '../batch/kernel.ts';
import { KeyTable } from '../batch/key-table.ts';
import { StructArray, setFields } from '../batch/struct.ts';
import type { MappingPlan, SlotTarget } from './plan.ts';

/** Slots of the hash table of member names at first; it doubles at half full. */
const FIRST_TABLE = 1024;
/** Fields that no column uses are counted under at most this many names. */
const MOST_IGNORED = 100;

/** A member name in its context, as TypeScript knows it; the kernel has the rest. */
interface ScanKey {
  /** Name without escapes, with its context's prefix; it may have halves of surrogate pairs. */
  name: string;
  context: number;
  start: number;
  length: number;
}

/**
 * The kernel's scanner with one compiled mapping: lays both out in linear memory and answers the kernel
 * when it meets a member name for the first time.
 *
 * Names live as long as their KeyTable. When that is full, the next batch begins with a new table and
 * without any name, so that input which invents endless keys does not grow memory.
 */
export class Scanner {
  readonly #kernel: Kernel;
  readonly #plan: MappingPlan;
  readonly #address: number;
  readonly #blocks: number[] = [];
  readonly #nodes: StructArray;
  readonly #structs: StructArray;
  readonly #keyTargets: StructArray;
  readonly #ignored = new Map<string, number>();
  #keys: KeyTable;
  #generation = 0;
  #scanKeys: (ScanKey | undefined)[] = [];
  /** Node → put before its members' names. Nodes past those of the plan are insides of flattened values. */
  #prefixes: string[] = [];
  #table = 0;
  #tableSize = 0;
  #namePool = 0;
  #namePoolEnd = 0;
  #namePools: number[] = [];

  constructor(kernel: Kernel, plan: MappingPlan, options: { maxLine: number }) {
    this.#kernel = kernel;
    this.#plan = plan;
    this.#address = this.#block(kernel.constant('Scanner_SIZE'));
    kernel.u8.fill(0, this.#address, this.#address + kernel.constant('Scanner_SIZE'));
    this.#nodes = new StructArray(kernel, 'Node', Math.max(16, plan.nodes.length));
    this.#structs = new StructArray(kernel, 'ScanKey', 256);
    this.#keyTargets = new StructArray(kernel, 'Target', Math.max(1, plan.keys.length));
    this.#keys = new KeyTable(kernel, this.#generation);
    const slotBytes = (plan.slots + 1) * kernel.constant('Slot_SIZE');
    const slots = this.#block(slotBytes);
    kernel.u8.fill(0, slots, slots + slotBytes);
    const { deriveSlots: derive } = plan;
    this.#set({
      slots,
      scalars: this.#scalarTargets(),
      derive: derive === undefined ? 0 : derive === 'raw' ? 1 : 2,
      deriveSlots: this.#numbers(Array.isArray(derive) ? derive : []),
      deriveSlotCount: Array.isArray(derive) ? derive.length : 0,
      flatten: plan.flatten,
      maxLine: options.maxLine,
    });
    for (const target of plan.keys) {
      this.#keyTargets.push({ map: target.map, ...this.#targetFields(target) });
    }
    this.#forgetNames();
  }

  /** Table of the names in the batches scanned from now on. */
  get keys(): KeyTable {
    return this.#keys;
  }

  /** Line number that the next line gets. */
  set line(line: number) {
    this.#set({ line: line >>> 0 });
  }
  get line(): number {
    return this.#kernel.u32[
      (this.#address + this.#kernel.constant('Scanner_line')) >>> 2
    ] as number;
  }

  /** Top-level fields that nothing used, with how often they came. */
  get ignored(): Map<string, number> {
    this.#countIgnored();
    return this.#ignored;
  }

  /** To be called before a batch is filled: replaces a full table of names. */
  prepare(): void {
    if (!this.#keys.isFull && this.#scanKeys.length < 4 * 4096) return;
    this.#countIgnored();
    this.#keys.release();
    this.#keys = new KeyTable(this.#kernel, ++this.#generation);
    this.#forgetNames();
  }

  /**
   * Scans the lines of [from, end) into the batch; every line ends with a line feed, the last one's may
   * stand at `end`. Returns where it stopped, which is before `end` when the batch is full.
   */
  scan(batch: EventBatch, from: number, end: number, origin: number): number {
    this.#kernel.imports = this;
    return this.#kernel.fn.scan?.(this.#address, batch.address, from, end, origin) >>> 0;
  }

  /** Called by the kernel. */
  newKey(context: number, address: number, length: number): number {
    const kernel = this.#kernel;
    const raw = kernel.text(address, length);
    const name = raw.includes('\\') ? (JSON.parse(`"${raw}"`) as string) : raw;
    const node = this.#plan.nodes[context]?.children.get(name) ?? -1;
    const illFormed = (this.#prefixes[context] ?? '') + name;
    const full = illFormed.toWellFormed();
    const surrogates = illFormed.match(/\p{Surrogate}/gu)?.length ?? 0;
    if ((this.#structs.length + 1) * 2 > this.#tableSize) this.#growTable();
    const start = this.#nameAlloc(length);
    kernel.u8.copyWithin(start, address, address + length);
    const index = this.#structs.push({
      start,
      len: length,
      context,
      name: this.#keys.intern(full),
      surrogates,
      node,
      inside: -1,
    });
    this.#set({ keys: this.#structs.address });
    this.#scanKeys[index] = { name: illFormed, context, start, length };
    this.#insert(index);
    return index;
  }

  /** Called by the kernel. */
  newInside(key: number, maps: number): number {
    const inside = this.#nodes.push({ slot: -1, maps });
    this.#prefixes[inside] = `${this.#scanKeys[key]?.name}.`;
    this.#structs.set(key, { inside });
    this.#set({ nodes: this.#nodes.address });
    return inside;
  }

  /** Frees the memory. */
  destroy(): void {
    this.#keys.release();
    for (const array of [this.#nodes, this.#structs, this.#keyTargets]) array.free();
    for (const block of [...this.#blocks, ...this.#namePools, this.#table]) {
      this.#kernel.arena.free(block);
    }
  }

  #forgetNames(): void {
    const { arena } = this.#kernel;
    for (const pool of this.#namePools.splice(0)) arena.free(pool);
    this.#namePool = this.#namePoolEnd = 0;
    this.#scanKeys = [undefined];
    this.#structs.length = 0;
    this.#structs.push({}); // 0 stands for none
    this.#nodes.length = 0;
    for (const node of this.#plan.nodes) {
      this.#nodes.push({
        slot: node.slot,
        entryMaps: node.entryMaps,
        maps: node.maps,
        isContext: node.children.size > 0 || node.maps !== 0 ? 1 : 0,
        mustBeObject: node.prefix === '' ? 1 : 0,
      });
    }
    this.#prefixes = this.#plan.nodes.map((node) => node.prefix);
    // Keys that the mapping names are no member names: they stand in no context, and not in the table.
    this.#plan.keys.forEach(({ key: name }, index) => {
      const key = this.#structs.push({
        name: this.#keys.intern(name.toWellFormed()),
        node: -1,
        inside: -1,
      });
      this.#scanKeys[key] = { name, context: -1, start: 0, length: 0 };
      this.#keyTargets.set(index, { key });
    });
    this.#makeTable(FIRST_TABLE);
    this.#set({
      nodes: this.#nodes.address,
      keys: this.#structs.address,
      keyTargets: this.#keyTargets.address,
      keyTargetCount: this.#plan.keys.length,
    });
  }

  #countIgnored(): void {
    for (let index = 1; index < this.#structs.length; index++) {
      const key = this.#scanKeys[index];
      const count = this.#structs.get(index, 'count');
      if (key?.context !== 0 || count === 0) continue;
      this.#structs.set(index, { count: 0 });
      const name = key.name.toWellFormed();
      if (this.#ignored.has(name) || this.#ignored.size < MOST_IGNORED) {
        this.#ignored.set(name, (this.#ignored.get(name) ?? 0) + count);
      }
    }
  }

  #makeTable(size: number): void {
    if (this.#table !== 0) this.#kernel.arena.free(this.#table);
    this.#table = this.#kernel.arena.alloc(size * 4);
    this.#tableSize = size;
    this.#kernel.u32.fill(0, this.#table >>> 2, (this.#table >>> 2) + size);
    this.#set({ table: this.#table, tableMask: size - 1 });
  }

  #growTable(): void {
    this.#makeTable(this.#tableSize * 2);
    for (let index = 1 + this.#plan.keys.length; index < this.#structs.length; index++) {
      this.#insert(index);
    }
  }

  #insert(index: number): void {
    const { start, length, context } = this.#scanKeys[index] as ScanKey;
    const { fn, u32 } = this.#kernel;
    const mask = this.#tableSize - 1;
    let at = (fn.hashText?.(start, length, context) & mask) >>> 0;
    while (u32[(this.#table >>> 2) + at] !== 0) at = (at + 1) & mask;
    u32[(this.#table >>> 2) + at] = index;
  }

  #nameAlloc(bytes: number): number {
    const room = bytes + this.#kernel.constant('PADDING');
    if (this.#namePool + room > this.#namePoolEnd) {
      const size = Math.max(32768, room);
      this.#namePool = this.#kernel.arena.alloc(size);
      this.#namePoolEnd = this.#namePool + size;
      this.#namePools.push(this.#namePool);
    }
    const address = this.#namePool;
    this.#namePool += bytes;
    return address;
  }

  #scalarTargets(): number {
    const size = this.#kernel.constant('Target_SIZE');
    const address = this.#block(SCALAR_COLUMNS.length * size);
    this.#plan.scalars.forEach((target, column) => {
      setFields(this.#kernel, 'Target', address + column * size, this.#targetFields(target));
    });
    return address;
  }

  #targetFields(target: SlotTarget): Record<string, number> {
    const bytes = Buffer.from(target.constant ?? '', 'utf8');
    // An empty constant counts as none: no column or key may be fed an empty text on purpose.
    const constant = bytes.length === 0 ? 0 : this.#block(bytes.length + 16);
    if (constant !== 0) this.#kernel.u8.set(bytes, constant);
    return {
      slots: this.#numbers(target.slots),
      slotCount: target.slots.length,
      constant,
      constantLen: bytes.length,
    };
  }

  #numbers(values: readonly number[]): number {
    const address = this.#block(values.length * 4);
    this.#kernel.u32.set(values, address >>> 2);
    return address;
  }

  #set(fields: Record<string, number>): void {
    setFields(this.#kernel, 'Scanner', this.#address, fields);
  }

  #block(bytes: number): number {
    const address = this.#kernel.arena.alloc(bytes);
    this.#blocks.push(address);
    return address;
  }
}
