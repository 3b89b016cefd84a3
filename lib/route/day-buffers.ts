import { BATCH_TEXT, EventBatch } from '../batch/event-batch.ts';
import type { Kernel } from '../batch/kernel.ts';
import { KeyIds } from '../batch/key-ids.ts';
import { type Fields, StructArray, setFields } from '../batch/struct.ts';
import { type Extent, ExtentFile } from './extent-file.ts';
import { SpillFile } from './spill-file.ts';

/** First size of a buffer in bytes, and the size at which its rows go to the file: about 80 rows. */
const FIRST_BUFFER = 4 << 10;
const FULL_BUFFER = 32 << 10;
/** First number of slots in the table of days, which doubles when it is half full. */
const FIRST_TABLE = 1024;
/** Most names in buffered rows: input that invents endless names must not grow memory. */
const MANY_NAMES = 32_768;

const PURPOSE = {
  code: 'E_DAYS_SPILL',
  what: 'rows of many days',
  hint: 'Nothing was committed. Name another folder in the environment as TMPDIR.',
} as const;

/** The buffered rows of a day. */
class DayRows {
  /** Address of the buffer; 0: it has none. */
  address = 0;
  /** Rows in the file, oldest first. Each extent has whole rows. */
  readonly extents: Extent[] = [];
  /** Bytes of the rows in the file. */
  written = 0;
}

export interface DayBuffersOptions {
  /** Bytes that all buffers may take. */
  memory: number;
  /** Whether rows have their identifiers as JSON, too. */
  withJson: boolean;
  file?: SpillFile;
}

/**
 * Rows of many days that wait until they make a row group. Each day has a small buffer of packed rows in memory,
 * from where they go to a temporary file. Without this, with hundreds of days mixed, every event would touch
 * another day's columns and dictionaries, and the lack of memory would end most row groups early.
 */
export class DayBuffers {
  readonly #kernel: Kernel;
  /** Most bytes of all buffers. */
  readonly #most: number;
  readonly #file: ExtentFile;
  /** Address of the kernel's struct. */
  readonly #address: number;
  readonly #structs: StructArray<'DayBuffer'>;
  /** Index of a day's struct → its rows. */
  readonly #rows: DayRows[] = [];
  /** Day → index of its struct. */
  readonly #indices = new Map<number, number>();
  /** The keys of packed rows. */
  #keys: KeyIds;
  #table = 0;
  #tableSize = 0;
  /** Bytes of all buffers. */
  #used = 0;
  #batch: EventBatch | undefined;

  constructor(kernel: Kernel, options: DayBuffersOptions) {
    const { memory, withJson, file = new SpillFile(PURPOSE) } = options;
    this.#kernel = kernel;
    this.#most = memory;
    this.#file = new ExtentFile(FULL_BUFFER, file);
    this.#keys = new KeyIds(kernel);
    this.#structs = new StructArray(kernel, 'DayBuffer', 64);
    this.#address = kernel.arena.alloc(kernel.sizeOf('DayBuffers'));
    this.#set({ buffers: this.#structs.address, withJson: withJson ? 1 : 0 });
    this.#makeTable(FIRST_TABLE);
  }

  /** Bytes of all buffers. */
  get memory(): number {
    return this.#used;
  }

  /** Days that have rows here. */
  get days(): number[] {
    return [...this.#indices.keys()].filter((day) => this.has(day));
  }

  /** Whether there are rows of a day. */
  has(day: number): boolean {
    return this.bytesOf(day) > 0;
  }

  /** Bytes of a day's rows. */
  bytesOf(day: number): number {
    const index = this.#indices.get(day);
    if (index === undefined) return 0;
    return (this.#rows[index] as DayRows).written + this.#pending(index);
  }

  /** Whether rows have so many names that all days should be taken, and the names forgotten. */
  get hasManyNames(): boolean {
    return this.#keys.table.names.length > MANY_NAMES;
  }

  /** Forgets the names of keys. There must be no rows. */
  forgetNames(): void {
    this.#keys.free();
    this.#keys = new KeyIds(this.#kernel);
  }

  /**
   * Adds rows `batch.order[first … end)`; returns where it stopped, which is before `end` if the file cannot be
   * written. Then the rows that are here can still be taken, but none added.
   *
   * @param onWritten called with each day whose rows went to the file
   */
  add(batch: EventBatch, first: number, end: number, onWritten: (day: number) => void): number {
    const { fn } = this.#kernel;
    this.#set({ keyIds: this.#keys.of(batch.keys) });
    for (let at = first; ; ) {
      at = fn.bufferRows(batch.address, this.#address, at, end);
      if (at >= end) return at;
      const day = fn.getNeededDay();
      const found = fn.getNeededBuffer() >>> 0;
      const index = found === 0 ? this.#newDay(day) : found - 1;
      try {
        if (this.#makeRoom(index, fn.getNeededBytes() >>> 0)) onWritten(day);
      } catch (error) {
        if (this.#file.hasFailed) return at;
        throw error;
      }
    }
  }

  /**
   * Yields a day's rows in their order, and removes them, as batches that are valid until the next one. The
   * caller may stop early: rows that were not yielded stay.
   *
   * @throws ImportError E_DAYS_SPILL
   */
  *take(day: number): Generator<EventBatch> {
    const index = this.#indices.get(day);
    if (index === undefined) return;
    const rows = this.#rows[index] as DayRows;
    while (rows.extents.length > 0) yield this.#read(rows);
    const bytes = this.#pending(index);
    if (bytes === 0) return;
    this.#empty(index);
    yield this.#unpacked(this.#batchFor(0), rows.address, bytes);
  }

  /** Frees all memory, and closes the file, which deletes it. */
  close(): void {
    this.#file.close();
    const { arena } = this.#kernel;
    for (const { address } of this.#rows) if (address !== 0) arena.free(address);
    for (const block of [this.#table, this.#address]) arena.free(block);
    this.#structs.free();
    this.#batch?.destroy();
    this.#keys.free();
  }

  #newDay(day: number): number {
    const index = this.#structs.push({ day });
    this.#set({ buffers: this.#structs.address });
    this.#rows.push(new DayRows());
    this.#indices.set(day, index);
    if (2 * this.#rows.length > this.#tableSize) this.#makeTable(2 * this.#tableSize);
    else this.#kernel.fn.addBuffer(this.#address, index + 1);
    return index;
  }

  /**
   * Makes room for a row in a day's buffer; returns whether the rows in the buffer went to the file.
   *
   * @throws ImportError E_DAYS_SPILL
   */
  #makeRoom(index: number, bytes: number): boolean {
    const rows = this.#rows[index] as DayRows;
    const had = rows.address === 0 ? 0 : this.#structs.get(index, 'end') - rows.address;
    const isFull = this.#pending(index) > 0 && this.#pending(index) + bytes > FULL_BUFFER;
    if (isFull) this.#write(index);
    else if (this.#used + Math.max(had, FIRST_BUFFER) > this.#most) this.#writeAll();
    const need = this.#pending(index) + bytes;
    if (rows.address !== 0 && need <= had) return isFull;
    this.#resize(index, Math.max(need, Math.min(2 * had, FULL_BUFFER), FIRST_BUFFER));
    return isFull;
  }

  /** Changes the size of a buffer; its rows stay. */
  #resize(index: number, bytes: number): void {
    const { arena } = this.#kernel;
    const rows = this.#rows[index] as DayRows;
    const pending = this.#pending(index);
    const address = arena.alloc(bytes);
    if (rows.address !== 0) {
      this.#kernel.u8.copyWithin(address, rows.address, rows.address + pending);
      this.#drop(rows);
    }
    rows.address = address;
    this.#used += arena.capacity(address);
    const room = Math.min(arena.capacity(address), Math.max(bytes, FULL_BUFFER));
    this.#structs.set(index, { pos: address + pending, end: address + room });
  }

  /** Empties a buffer. One that was made for a single large row takes no more rows than others from now on. */
  #empty(index: number): void {
    const { address } = this.#rows[index] as DayRows;
    const end = Math.min(this.#structs.get(index, 'end'), address + FULL_BUFFER);
    this.#structs.set(index, { pos: address, end });
  }

  /** Frees a buffer. */
  #drop(rows: DayRows): void {
    this.#used -= this.#kernel.arena.capacity(rows.address);
    this.#kernel.arena.free(rows.address);
    rows.address = 0;
  }

  /** Writes a buffer's rows to the file and empties it. @throws ImportError E_DAYS_SPILL */
  #write(index: number): void {
    const bytes = this.#pending(index);
    if (bytes === 0) return;
    const rows = this.#rows[index] as DayRows;
    rows.extents.push(this.#file.write(this.#kernel.u8, rows.address, bytes));
    rows.written += bytes;
    this.#empty(index);
  }

  /** Writes all rows to the file and frees their buffers. @throws ImportError E_DAYS_SPILL */
  #writeAll(): void {
    this.#rows.forEach((rows, index) => {
      if (rows.address === 0) return;
      this.#write(index);
      this.#drop(rows);
      this.#structs.set(index, { pos: 0, end: 0 });
    });
  }

  /**
   * Reads the day's oldest rows, as many as a batch holds. A batch that was made for a large row takes no more
   * small rows than others: BATCH_TEXT bounds their number.
   */
  #read(rows: DayRows): EventBatch {
    const most = Math.max((rows.extents[0] as Extent).bytes, BATCH_TEXT);
    const batch = this.#batchFor(most);
    const text = batch.get('text');
    let bytes = 0;
    let count = 0;
    for (const extent of rows.extents) {
      if (bytes + extent.bytes > most) break;
      this.#file.take(this.#kernel.u8, text + bytes, extent);
      bytes += extent.bytes;
      count++;
    }
    rows.extents.splice(0, count);
    rows.written -= bytes;
    return this.#unpacked(batch, text, bytes);
  }

  #unpacked(batch: EventBatch, from: number, bytes: number): EventBatch {
    batch.keys = this.#keys.table;
    this.#kernel.fn.unpackRows(batch.address, from, from + bytes);
    return batch;
  }

  /** The batch for packed rows, with room for this many bytes of them. */
  #batchFor(bytes: number): EventBatch {
    if (this.#batch === undefined || this.#batch.textCap < bytes) {
      this.#batch?.destroy();
      const textCap = Math.max(bytes, BATCH_TEXT);
      this.#batch = new EventBatch(this.#kernel, this.#keys.table, { textCap });
    }
    return this.#batch;
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
      fn.addBuffer(this.#address, index + 1);
    });
  }

  #set(fields: Fields<'DayBuffers'>): void {
    setFields(this.#kernel, 'DayBuffers', this.#address, fields);
  }
}
