import type { EventBatch } from '../batch/event-batch.ts';
import type { Kernel } from '../batch/kernel.ts';
import { KeyTable } from '../batch/key-table.ts';
import { type Fields, StructArray, setFields } from '../batch/struct.ts';
import type { MappingPlan, PairsTarget, PlanNode } from '../mapping/plan.ts';
import { PlanLayout } from './plan-layout.ts';

/** Slots of the hash table of member names at first; it doubles at half full. */
const FIRST_TABLE = 1024;
/** What follows a name in the source, which the scanner compares with it. */
const NAME_END = Buffer.from('":');
/** Of keys that are no member names. */
const NO_CONTEXT = -1;
/** Stamps of rows and of elements in them begin anew past this one, long before they would be the same. */
const MANY_STAMPS = 2 ** 31;
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
 * The kernel's scanner with one compiled mapping: answers the kernel when it meets a member name for the
 * first time.
 *
 * Names live as long as their KeyTable. When that is full, the next batch begins with a new table and
 * without any name, so that input which invents endless keys does not grow memory.
 */
export class Scanner {
  readonly #kernel: Kernel;
  readonly #plan: MappingPlan;
  readonly #address: number;
  readonly #layout: PlanLayout;
  readonly #nodes: StructArray<'Node'>;
  readonly #structs: StructArray<'ScanKey'>;
  /** Node whose names are the keys of pairs → which of them are wanted. */
  readonly #pairNames: ReadonlyMap<number, PairsTarget>;
  readonly #ignored = new Map<string, number>();
  #keys: KeyTable;
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
    this.#layout = new PlanLayout(kernel, plan);
    this.#address = kernel.arena.alloc(kernel.sizeOf('Scanner'));
    kernel.u8.fill(0, this.#address, this.#address + kernel.sizeOf('Scanner'));
    this.#nodes = new StructArray(kernel, 'Node', Math.max(16, plan.nodes.length));
    this.#structs = new StructArray(kernel, 'ScanKey', 256);
    this.#pairNames = new Map(plan.pairs.map((pairs) => [pairs.names, pairs]));
    this.#keys = new KeyTable(kernel);
    this.#set({ ...this.#layout.fields, maxLine: options.maxLine });
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
      (this.#address + this.#kernel.offset('Scanner', 'line')) >>> 2
    ] as number;
  }

  /** Top-level fields that nothing used, with how often they came. */
  get ignored(): Map<string, number> {
    this.#countIgnored();
    return this.#ignored;
  }

  /** To be called before a batch is filled: replaces a full table of names. */
  prepare(): void {
    this.#renewStamps();
    if (!this.#keys.isFull && this.#scanKeys.length < 4 * 4096) return;
    this.#countIgnored();
    this.#keys.release();
    this.#keys = new KeyTable(this.#kernel);
    this.#forgetNames();
  }

  /**
   * Scans the lines of [from, end) into the batch; every line ends with a line feed, the last one's may
   * stand at `end`. Returns where it stopped, which is before `end` when the batch is full.
   */
  scan(batch: EventBatch, from: number, end: number, origin: number): number {
    this.#kernel.imports = this;
    return this.#kernel.fn.scan(this.#address, batch.address, from, end, origin) >>> 0;
  }

  /** Scans records of CSV, which are the batch's whole text; `csv` is the address of a `Csv` struct. */
  scanCsv(batch: EventBatch, csv: number, origin: number): number {
    this.#kernel.imports = this;
    const [from, end] = [batch.get('text'), batch.get('textEnd')];
    return this.#kernel.fn.scanCsv(this.#address, batch.address, csv, from, end, origin) >>> 0;
  }

  /** The key of a member name in the object at a node, for as long as `keys` is the same. */
  keyOf(context: number, name: string): number {
    const raw = Buffer.from(JSON.stringify(name).slice(1, -1));
    const { arena, fn } = this.#kernel;
    const address = arena.alloc(raw.length + this.#kernel.constant('PADDING'));
    this.#kernel.u8.set(raw, address);
    this.#kernel.imports = this;
    const key = fn.keyOf(this.#address, context, address, raw.length) >>> 0;
    arena.free(address);
    return key;
  }

  /** Called by the kernel. */
  newKey(context: number, address: number, length: number): number {
    const kernel = this.#kernel;
    const raw = kernel.text(address, length);
    const pairs = this.#pairNames.get(context);
    // The key of a pair is a value, whose escapes the kernel has undone.
    const isSource = pairs === undefined && raw.includes('\\');
    const name = isSource ? (JSON.parse(`"${raw}"`) as string) : raw;
    const isUnwanted = pairs?.only !== undefined && !pairs.only.includes(name);
    const node = isUnwanted ? 0 : (this.#plan.nodes[context]?.children.get(name) ?? -1);
    const illFormed = (this.#prefixes[context] ?? '') + name;
    const full = illFormed.toWellFormed();
    const surrogates = illFormed.match(/\p{Surrogate}/gu)?.length ?? 0;
    if ((this.#structs.length + 1) * 2 > this.#tableSize) this.#growTable();
    const start = this.#nameAlloc(length + NAME_END.length);
    kernel.u8.copyWithin(start, address, address + length);
    kernel.u8.set(NAME_END, start + length);
    const index = this.#structs.push({
      start,
      len: length,
      beyond: (0xffff << Math.min(length + NAME_END.length, 16)) & 0xffff,
      context,
      name: this.#keys.intern(full),
      slot: captured(this.#plan.nodes[node]),
      isEntry: node < 0 && surrogates === 0 ? 1 : 0,
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
    this.#layout.free();
    for (const array of [this.#nodes, this.#structs]) array.free();
    for (const block of [this.#address, ...this.#namePools, this.#table]) {
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
        isContext: isContext(node) ? 1 : 0,
        mustBeObject: node.prefix === '' ? 1 : 0,
        isText: node.isText ? 1 : 0,
        element: node.element ?? 0,
        pairs: (node.pairs[0] ?? -1) + 1,
      });
    }
    this.#prefixes = this.#plan.nodes.map((node) => node.prefix);
    // Keys that the mapping names are no member names: they stand in no context, and not in the table.
    const named = (name: string): number => {
      const key = this.#structs.push({
        name: this.#keys.intern(name.toWellFormed()),
        node: -1,
        inside: -1,
      });
      this.#scanKeys[key] = { name, context: NO_CONTEXT, start: 0, length: 0 };
      return key;
    };
    const { keys, defaults, keptKey } = this.#plan;
    keys.forEach(({ key }, index) => {
      this.#layout.keyTargets.set(index, { key: named(key) });
    });
    defaults.forEach(({ key }, index) => {
      this.#layout.defaults.set(index, { key: named(key) });
    });
    this.#makeTable(FIRST_TABLE);
    this.#set({
      keptKey: keptKey === undefined ? 0 : named(keptKey),
      names: this.#keys.address,
      nodes: this.#nodes.address,
      keys: this.#structs.address,
    });
  }

  #renewStamps(): void {
    const { u32 } = this.#kernel;
    const row = (this.#address + this.#kernel.offset('Scanner', 'row')) >>> 2;
    if ((u32[row] as number) < MANY_STAMPS) return;
    u32[row] = 0;
    for (let index = 0; index < this.#nodes.length; index++) {
      this.#nodes.set(index, { seenRow: 0 });
    }
    this.#layout.clearSlots();
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
    for (let index = 1; index < this.#structs.length; index++) {
      if (this.#scanKeys[index]?.context !== NO_CONTEXT) this.#insert(index);
    }
  }

  #insert(index: number): void {
    const { start, length, context } = this.#scanKeys[index] as ScanKey;
    const { fn, u32 } = this.#kernel;
    const mask = this.#tableSize - 1;
    let at = (fn.hashText(start, length, context) & mask) >>> 0;
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

  #set(fields: Fields<'Scanner'>): void {
    setFields(this.#kernel, 'Scanner', this.#address, fields);
  }
}

/** Whether the scanner looks into an object here; of CSV, whether a cell may hold JSON. */
function isContext({ children, maps, element }: PlanNode): boolean {
  return children.size > 0 || maps !== 0 || element !== undefined;
}

/** 1 + the slot of a node that does nothing but capture a value, else 0. */
function captured(node: PlanNode | undefined): number {
  if (node === undefined || node.slot < 0) return 0;
  return node.entryMaps !== 0 || node.isText || isContext(node) ? 0 : node.slot + 1;
}
