import type { EventBatch } from '../batch/event-batch.ts';
import type { ConstantName, Kernel } from '../batch/kernel.ts';
import { KeyTable } from '../batch/key-table.ts';
import { type Fields, StructArray, setFields } from '../batch/struct.ts';
import type { MappingPlan, PairsTarget, PlanNode } from '../mapping/plan.ts';
import type { ConditionUse } from './block.ts';
import { NAME_END, NameTable } from './name-table.ts';
import { PlanLayout } from './plan-layout.ts';

/** Context of the keys that the mapping names: they are members of no object. */
const NO_CONTEXT = -1;
/** After this many member names, the next batch begins with none, as it does when the KeyTable is full. */
const MANY_SCAN_KEYS = 4 * 4096;
/** Row stamps restart at 0 beyond this one, so that the 32-bit counter never wraps to a stamp still in use. */
const MANY_STAMPS = 2 ** 31;
/** Ignored fields are counted under at most this many names. */
const MOST_IGNORED = 100;

/** What TypeScript remembers of a member name; the kernel's ScanKey holds the rest. */
interface ScanKey {
  /** The name, unescaped and with the prefix of its context. May contain lone surrogates. */
  name: string;
  /** Node of the plan whose member it is, or `NO_CONTEXT`. */
  context: number;
}

/**
 * The kernel's scanner with one compiled mapping. When the kernel meets a member name for the first time, it
 * asks this class for the name's ScanKey.
 *
 * Names live as long as their KeyTable. When that is full, the next batch begins with a new table and no
 * names, so that input with endless distinct keys does not grow memory.
 */
export class Scanner {
  readonly #kernel: Kernel;
  readonly #plan: MappingPlan;
  readonly #address: number;
  readonly #layout: PlanLayout;
  readonly #nodes: StructArray<'Node'>;
  readonly #structs: StructArray<'ScanKey'>;
  readonly #names: NameTable;
  /** By node whose members are the keys of pairs: the pairs. */
  readonly #pairNames: ReadonlyMap<number, PairsTarget>;
  readonly #ignored = new Map<string, number>();
  #keys: KeyTable;
  #scanKeys: (ScanKey | undefined)[] = [];
  /** By node: what precedes the names of its members. Nodes after the plan's own are insides of flattened values. */
  #prefixes: string[] = [];

  constructor(kernel: Kernel, plan: MappingPlan, options: { maxLine: number }) {
    this.#kernel = kernel;
    this.#plan = plan;
    this.#layout = new PlanLayout(kernel, plan);
    this.#address = kernel.arena.alloc(kernel.sizeOf('Scanner'));
    kernel.u8.fill(0, this.#address, this.#address + kernel.sizeOf('Scanner'));
    this.#nodes = new StructArray(kernel, 'Node', Math.max(16, plan.nodes.length));
    this.#structs = new StructArray(kernel, 'ScanKey', 256);
    this.#names = new NameTable(kernel);
    this.#pairNames = new Map(plan.pairs.map((pairs) => [pairs.names, pairs]));
    this.#keys = new KeyTable(kernel);
    this.#set({ ...this.#layout.fields, maxLine: options.maxLine });
    this.#forgetNames();
  }

  /** The table that holds the map keys of the batches scanned from now on. */
  get keys(): KeyTable {
    return this.#keys;
  }

  /** Line number of the next line. */
  set line(line: number) {
    this.#set({ line: line >>> 0 });
  }
  get line(): number {
    return this.#kernel.u32[
      (this.#address + this.#kernel.offset('Scanner', 'line')) >>> 2
    ] as number;
  }

  /** Top-level fields that no column uses, with the number of their occurrences. At most 100 names. */
  get ignored(): Map<string, number> {
    this.#countIgnored();
    return this.#ignored;
  }

  /** What the events had that the mapping asks for. */
  get conditions(): readonly ConditionUse[] {
    return this.#layout.conditions;
  }

  /** Replaces the table of keys if it is full. Call this before a batch is filled. */
  prepare(): void {
    this.#renewStamps();
    if (!this.#keys.isFull && this.#scanKeys.length < MANY_SCAN_KEYS) return;
    this.#countIgnored();
    this.#keys.release();
    this.#keys = new KeyTable(this.#kernel);
    this.#forgetNames();
  }

  /**
   * Scans the lines of [from, end) into the batch. Every line ends with a line feed; that of the last line may
   * be at `end`. Returns the address where scanning stopped, which is before `end` if the batch is full.
   *
   * @param origin byte offset in the source of address 0
   */
  scan(batch: EventBatch, from: number, end: number, origin: number): number {
    this.#kernel.imports = this;
    return this.#kernel.fn.scan(this.#address, batch.address, from, end, origin) >>> 0;
  }

  /**
   * Scans CSV records, which are the whole text of the batch. Returns the address where scanning stopped.
   *
   * @param csv address of a `Csv` struct
   * @param origin byte offset in the source of address 0
   */
  scanCsv(batch: EventBatch, csv: number, origin: number): number {
    this.#kernel.imports = this;
    const [from, end] = [batch.get('text'), batch.get('textEnd')];
    return this.#kernel.fn.scanCsv(this.#address, batch.address, csv, from, end, origin) >>> 0;
  }

  /** The ScanKey index of a member name in the object at a node. Valid until `keys` changes. */
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

  /** Called by the kernel with a member name that it meets for the first time; returns the index of its ScanKey. */
  newKey(context: number, address: number, length: number): number {
    const kernel = this.#kernel;
    const raw = kernel.text(address, length);
    const pairs = this.#pairNames.get(context);
    // The key of a pair is a value, which the kernel has already unescaped.
    const isSource = pairs === undefined && raw.includes('\\');
    const name = isSource ? (JSON.parse(`"${raw}"`) as string) : raw;
    const isUnwanted = pairs?.only !== undefined && !pairs.only.includes(name);
    const node = isUnwanted ? 0 : (this.#plan.nodes[context]?.children.get(name) ?? -1);
    const illFormed = (this.#prefixes[context] ?? '') + name;
    const full = illFormed.toWellFormed();
    const surrogates = illFormed.match(/\p{Surrogate}/gu)?.length ?? 0;
    const start = this.#names.store(address, length);
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
    this.#scanKeys[index] = { name: illFormed, context };
    this.#names.add({ key: index, context, start, length });
    this.#set({ keys: this.#structs.address, ...this.#names.fields });
    return index;
  }

  /**
   * Called by the kernel with a key whose nested value it flattens for the first time; returns the index of the
   * node for the inside of that value.
   */
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
    for (const each of [this.#nodes, this.#structs, this.#names]) each.free();
    this.#kernel.arena.free(this.#address);
  }

  #forgetNames(): void {
    this.#names.clear();
    this.#scanKeys = [undefined];
    this.#structs.length = 0;
    this.#structs.push({}); // index 0 means none
    this.#nodes.length = 0;
    for (const node of this.#plan.nodes) {
      this.#nodes.push({
        slot: node.slot,
        entryMaps: node.entryMaps,
        maps: node.maps,
        isContext: isContext(node) ? 1 : 0,
        others: this.#kernel.constant(others(node)),
        isText: node.isText ? 1 : 0,
        isSpecial: node.isText || node.element !== undefined || this.#plan.unions ? 1 : 0,
        element: node.element ?? 0,
        pairs: (node.pairs[0] ?? -1) + 1,
        lifts: (node.lifts[0] ?? -1) + 1,
      });
    }
    this.#prefixes = this.#plan.nodes.map((node) => node.prefix);
    // Keys that the mapping names are not member names: they have no context and are not in the NameTable.
    const named = (name: string): number => {
      const key = this.#structs.push({
        name: this.#keys.intern(name.toWellFormed()),
        node: -1,
        inside: -1,
      });
      this.#scanKeys[key] = { name, context: NO_CONTEXT };
      return key;
    };
    const { keys, defaults, keptKey } = this.#plan;
    keys.forEach(({ key }, index) => {
      this.#layout.keyTargets.set(index, { key: named(key) });
    });
    defaults.forEach(({ key }, index) => {
      this.#layout.defaults.set(index, { key: named(key) });
    });
    this.#set({
      ...this.#names.fields,
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

  #set(fields: Fields<'Scanner'>): void {
    setFields(this.#kernel, 'Scanner', this.#address, fields);
  }
}

/** What becomes of a value at a node of an object that is neither an object nor null. */
function others({ prefix, hasOtherwise }: PlanNode): ConstantName {
  if (hasOtherwise) return 'OTHERS_SLOT';
  return prefix === '' ? 'OTHERS_REJECT' : 'OTHERS_ENTRY';
}

/** Whether the scanner looks inside an object at this node. In CSV: whether a cell may hold JSON. */
function isContext({ children, maps, element }: PlanNode): boolean {
  return children.size > 0 || maps !== 0 || element !== undefined;
}

/** Returns 1 + the slot of a node that only captures a value, and 0 for any other node. */
function captured(node: PlanNode | undefined): number {
  if (node === undefined || node.slot < 0) return 0;
  return node.entryMaps !== 0 || node.isText || isContext(node) ? 0 : node.slot + 1;
}
