import { BATCH_TEXT, EventBatch } from '../batch/event-batch.ts';
import type { Kernel } from '../batch/kernel.ts';
import type { KeyTable } from '../batch/key-table.ts';
import { StructArray, setFields } from '../batch/struct.ts';
import { SpillFile } from './spill-file.ts';

/** Bytes of a buffer at first, and those at which it goes to the file: about 60 rows. */
const FIRST_BUFFER = 4 << 10;
const FULL_BUFFER = 32 << 10;
/** Places in the file are of this size; what is longer takes several, one behind the other. */
const SLOT = FULL_BUFFER;
/** Slots of the table of days at first. */
const FIRST_TABLE = 1024;
/** Tables of names that buffered rows may need: input that invents endless keys must not keep them all. */
const MANY_TABLES = 16;

const FAILURE = {
  code: 'E_DAYS_SPILL',
  what: 'rows of many days',
  hint: 'Nothing was committed. Name another folder in the environment as TMPDIR.',
} as const;

/** Rows in the file: whole ones, whose keys are ids of one table. */
interface Extent {
  /** Number of its first slot. */
  slot: number;
  bytes: number;
  keys: KeyTable;
}

/** What a day has here. */
class DayRows {
  /** Address of its buffer, 0 where there is none. */
  address = 0;
  /** Rows that were written, oldest first. */
  readonly extents: Extent[] = [];
  /** Bytes of these. */
  written = 0;
}

/**
 * Rows of many days that wait until they make a row group, each day's packed one behind the other: a small
 * buffer in memory, and what went from there to a temporary file. With hundreds of days mixed, every event
 * would else touch another day's columns and dictionaries, and memory would end most row groups early.
 */
export class DayBuffers {
  readonly #kernel: Kernel;
  /** Bytes that all buffers may take. */
  readonly #memory: number;
  readonly #file: SpillFile;
  readonly #address: number;
  readonly #structs: StructArray;
  /** By index of their structs. */
  readonly #rows: DayRows[] = [];
  /** Day → index. */
  readonly #days = new Map<number, number>();
  /** Tables whose ids rows in the file or in buffers have → how many extents; the current one has one more. */
  readonly #tables = new Map<KeyTable, number>();
  #keys: KeyTable | undefined;
  #table = 0;
  #tableSize = 0;
  /** Bytes of all buffers. */
  #used = 0;
  #batch: EventBatch | undefined;
  /** Slots of the file: how many there are, and which of them are free. */
  #slots = 0;
  readonly #free: number[] = [];

  /**
   * @param options.memory bytes that buffers may take
   * @param options.withJson whether rows have their identifiers as JSON
   */
  constructor(
    kernel: Kernel,
    {
      memory,
      withJson,
      file = new SpillFile(FAILURE),
    }: { memory: number; withJson: boolean; file?: SpillFile },
  ) {
    this.#kernel = kernel;
    this.#memory = memory;
    this.#file = file;
    this.#structs = new StructArray(kernel, 'DayBuffer', 64);
    this.#address = kernel.arena.alloc(kernel.constant('DayBuffers_SIZE'));
    this.#set({ buffers: this.#structs.address, withJson: withJson ? 1 : 0 });
    this.#makeTable(FIRST_TABLE);
  }

  /** Days that have rows here. */
  get days(): number[] {
    return [...this.#days.keys()].filter((day) => this.has(day));
  }

  /** Whether there are rows of a day. */
  has(day: number): boolean {
    return this.bytesOf(day) > 0;
  }

  /** Whether rows here need more tables of names than should be kept. */
  get isCluttered(): boolean {
    return this.#tables.size > MANY_TABLES;
  }

  /** Bytes of a day's rows. */
  bytesOf(day: number): number {
    const index = this.#days.get(day);
    if (index === undefined) return 0;
    return (this.#rows[index] as DayRows).written + this.#pending(index);
  }

  /**
   * Takes rows `batch.order[first … end)`; returns where it stopped. That is before `end` where the file cannot
   * be written: then what is here can still be taken, but no more added.
   *
   * @param onWritten called with each day of which rows went to the file
   */
  add(batch: EventBatch, first: number, end: number, onWritten: (day: number) => void): number {
    const { fn } = this.#kernel;
    let at = first;
    try {
      if (batch.keys !== this.#keys) this.#useKeys(batch.keys);
      for (;;) {
        at = fn.bufferRows?.(batch.address, this.#address, at, end);
        if (at >= end) return at;
        const day: number = fn.getNeededDay?.();
        const found: number = fn.getNeededBuffer?.() >>> 0;
        const index = found === 0 ? this.#newDay(day) : found - 1;
        if (this.#makeRoom(index, fn.getNeededBytes?.() >>> 0)) onWritten(day);
      }
    } catch (error) {
      if (this.#file.hasFailed) return at;
      throw error;
    }
  }

  /**
   * Gives a day's rows in their order, as batches that are valid until the next one. What was given is here no
   * more; who has enough leaves the rest.
   *
   * @throws ImportError E_DAYS_SPILL
   */
  *take(day: number): Generator<EventBatch> {
    const index = this.#days.get(day);
    if (index === undefined) return;
    const rows = this.#rows[index] as DayRows;
    while (rows.extents.length > 0) {
      const { batch, keys, extents } = this.#read(rows);
      try {
        yield batch;
      } finally {
        for (let extent = 0; extent < extents; extent++) this.#drop(keys);
      }
    }
    const bytes = this.#pending(index);
    if (bytes > 0) {
      this.#structs.set(index, { pos: rows.address });
      yield this.#unpacked(this.#batchFor(0), rows.address, bytes, this.#keys as KeyTable);
    }
  }

  /** Gives all memory back, and closes the file, which is gone then. */
  close(): void {
    this.#file.close();
    const { arena } = this.#kernel;
    for (const { address } of this.#rows) if (address !== 0) arena.free(address);
    for (const block of [this.#table, this.#address]) arena.free(block);
    this.#structs.free();
    this.#batch?.destroy();
    for (const keys of this.#tables.keys()) keys.release();
    this.#tables.clear();
  }

  #newDay(day: number): number {
    const index = this.#structs.push({ day });
    this.#set({ buffers: this.#structs.address });
    this.#rows.push(new DayRows());
    this.#days.set(day, index);
    if (2 * this.#rows.length > this.#tableSize) this.#makeTable(2 * this.#tableSize);
    else this.#kernel.fn.addBuffer?.(this.#address, index + 1);
    return index;
  }

  /** Makes room in a buffer; says whether its rows went to the file. @throws ImportError E_DAYS_SPILL */
  #makeRoom(index: number, bytes: number): boolean {
    const rows = this.#rows[index] as DayRows;
    const pending = this.#pending(index);
    const had = rows.address === 0 ? 0 : this.#kernel.arena.capacity(rows.address);
    const isFull = pending > 0 && pending + bytes > FULL_BUFFER;
    if (isFull) this.#write(index);
    else if (this.#used - had + Math.max(2 * had, FIRST_BUFFER) > this.#memory) this.#writeAll();
    const left = this.#pending(index);
    const need = left + bytes;
    if (had < need || rows.address === 0)
      this.#resize(index, Math.max(need, Math.min(2 * had, FULL_BUFFER), FIRST_BUFFER));
    return isFull;
  }

  /** Gives a buffer so many bytes; its rows stay. */
  #resize(index: number, bytes: number): void {
    const { arena } = this.#kernel;
    const rows = this.#rows[index] as DayRows;
    const old = rows.address;
    const pending = this.#pending(index);
    const address = arena.alloc(bytes);
    this.#used += arena.capacity(address);
    rows.address = address;
    if (old !== 0) {
      this.#kernel.u8.copyWithin(address, old, old + pending);
      this.#used -= arena.capacity(old);
      arena.free(old);
    }
    this.#structs.set(index, { pos: address + pending, end: address + arena.capacity(address) });
  }

  /** Writes a buffer's rows to the file. @throws ImportError E_DAYS_SPILL */
  #write(index: number): void {
    const bytes = this.#pending(index);
    if (bytes === 0) return;
    const rows = this.#rows[index] as DayRows;
    const keys = this.#keys as KeyTable;
    const slot = this.#takeSlots(Math.ceil(bytes / SLOT));
    this.#file.write(this.#kernel.u8, rows.address, bytes, slot * SLOT);
    rows.extents.push({ slot, bytes, keys });
    rows.written += bytes;
    this.#tables.set(keys, (this.#tables.get(keys) ?? 0) + 1);
    this.#structs.set(index, { pos: rows.address });
  }

  /** Writes all rows to the file, and gives the buffers' memory back. */
  #writeAll(): void {
    this.#rows.forEach((rows, index) => {
      if (rows.address === 0) return;
      this.#write(index);
      this.#used -= this.#kernel.arena.capacity(rows.address);
      this.#kernel.arena.free(rows.address);
      rows.address = 0;
      this.#structs.set(index, { pos: 0, end: 0 });
    });
  }

  /** From now on rows have keys of another table. */
  #useKeys(keys: KeyTable): void {
    if (this.#keys !== undefined) {
      this.#rows.forEach((_, index) => {
        this.#write(index);
      });
      this.#drop(this.#keys);
    }
    this.#keys = keys;
    const extents = this.#tables.get(keys);
    if (extents === undefined) keys.retain();
    this.#tables.set(keys, (extents ?? 0) + 1);
  }

  /** A table is needed once less. */
  #drop(keys: KeyTable): void {
    const left = (this.#tables.get(keys) as number) - 1;
    this.#tables.set(keys, left);
    if (left > 0) return;
    this.#tables.delete(keys);
    keys.release();
  }

  /** Reads the day's oldest rows, as many as a batch holds. Their table has to be dropped for each extent. */
  #read(rows: DayRows): { batch: EventBatch; keys: KeyTable; extents: number } {
    const { extents } = rows;
    const { bytes: first, keys } = extents[0] as Extent;
    const batch = this.#batchFor(first);
    const text = batch.get('text');
    const read: Extent[] = [];
    let bytes = 0;
    for (const extent of extents) {
      if (extent.keys !== keys || bytes + extent.bytes > batch.textCap) break;
      this.#file.read(this.#kernel.u8, text + bytes, extent.bytes, extent.slot * SLOT);
      bytes += extent.bytes;
      read.push(extent);
    }
    extents.splice(0, read.length);
    rows.written -= bytes;
    for (const extent of read) {
      for (let slot = 0; slot * SLOT < extent.bytes; slot++) this.#free.push(extent.slot + slot);
    }
    return { batch: this.#unpacked(batch, text, bytes, keys), keys, extents: read.length };
  }

  #unpacked(batch: EventBatch, from: number, bytes: number, keys: KeyTable): EventBatch {
    batch.keys = keys;
    this.#kernel.fn.unpackRows?.(batch.address, from, from + bytes);
    return batch;
  }

  /** The batch that packed rows become, with room for so many bytes of them. */
  #batchFor(bytes: number): EventBatch {
    if (this.#batch === undefined || this.#batch.textCap < bytes) {
      this.#batch?.destroy();
      const keys = this.#keys as KeyTable;
      this.#batch = new EventBatch(
        this.#kernel,
        keys,
        bytes > BATCH_TEXT ? { textCap: bytes } : {},
      );
    }
    return this.#batch;
  }

  #takeSlots(count: number): number {
    const free = count === 1 ? this.#free.pop() : undefined;
    if (free !== undefined) return free;
    this.#slots += count;
    return this.#slots - count;
  }

  /** Bytes of rows in a day's buffer. */
  #pending(index: number): number {
    const { address } = this.#rows[index] as DayRows;
    return address === 0 ? 0 : this.#structs.get(index, 'pos') - address;
  }

  #makeTable(size: number): void {
    const { arena, fn } = this.#kernel;
    if (this.#table !== 0) arena.free(this.#table);
    this.#table = arena.alloc(size * 4);
    this.#tableSize = size;
    this.#kernel.u32.fill(0, this.#table >>> 2, (this.#table >>> 2) + size);
    this.#set({ table: this.#table, tableMask: size - 1 });
    this.#rows.forEach((_, index) => {
      fn.addBuffer?.(this.#address, index + 1);
    });
  }

  #set(fields: Record<string, number>): void {
    setFields(this.#kernel, 'DayBuffers', this.#address, fields);
  }
}
