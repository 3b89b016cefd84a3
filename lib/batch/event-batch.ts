import { CODE_NAMES, type Code } from '../codes.ts';
import { ImportError } from '../errors.ts';
import type { FieldName, Kernel } from './kernel.ts';
import { OFFSETS } from './kernel-exports.ts';
import type { KeyTable } from './key-table.ts';
import { getField } from './struct.ts';

/** Scalar columns by their index in the kernel. */
export const SCALAR_COLUMNS = ['insert_id', 'event_key', 'ts', 'metric_value'] as const;
/** Map columns by their index in the kernel. */
export const MAP_COLUMNS = [
  'identifiers',
  'event_properties',
  'user_properties',
  'platform_properties',
] as const;
/** Stages without which what is written of a batch would be whatever its memory held before. */
export type NeededStage =
  | 'lowercaseKeys'
  | 'truncateTimestamps'
  | 'metricValue'
  | 'identifiersJson';
export type ScalarColumn = (typeof SCALAR_COLUMNS)[number];
export type MapColumn = (typeof MAP_COLUMNS)[number];

/** Fields with the number of entries in each map, in the order of the maps. */
const ENTRY_COUNTS = ['entries0', 'entries1', 'entries2', 'entries3'] as const;

/** Fields that are arrays with an element a row, and the bytes of an element. */
const ROW_ARRAYS = [
  ['rowStart', 4],
  ['rowLen', 4],
  ['rowLine', 4],
  ['rowOffset', 8],
  ['code', 1],
  ['detail', 4],
  ['ts', 8],
  ['day', 4],
  ['metric', 16],
  ['order', 4],
] as const;
/** The same for an element a scalar and row. */
const SCALAR_ARRAYS = [
  ['scalarStart', 4],
  ['scalarLen', 4],
  ['scalarKind', 1],
] as const;

/**
 * Text of at most this many bytes goes into one batch, unless a single line is longer. What is larger is in
 * no near cache any more when its columns are written, and pushes their dictionaries out.
 */
export const BATCH_TEXT: number = 1 << 18;

/** `detail` of a rejected row whose text is not the source's: a position in it would mean nothing. */
export const NO_POSITION: number = 0xffff_ffff;

/**
 * Up to 16,384 events as slices of their source bytes in linear memory; the layout is that of
 * lib/kernel/layout.ts. Stages change a batch in place and hand it on. Whoever takes a batch off the end
 * of the pipeline calls `release()`.
 */
export class EventBatch {
  readonly kernel: Kernel;
  /** Address of the struct; the argument of the kernel's functions. */
  readonly address: number;
  /** Bytes of text the batch can hold. */
  readonly textCap: number;
  /** Names of the map keys in this batch. */
  keys: KeyTable;
  /** Name of the file or stream the rows come from, for messages. */
  source = '';
  readonly #blocks: number[] = [];
  readonly #temporary: number[] = [];
  readonly #onRelease: (batch: EventBatch) => void;
  /** Batches in whose memory source texts of this one's rows lie. */
  readonly #kept = new Set<EventBatch>();
  readonly #notes = new Map<number, string>();
  readonly #passed = new Set<NeededStage>();
  /** Whoever took the batch, and batches made of it. */
  #users = 1;

  constructor(
    kernel: Kernel,
    keys: KeyTable,
    options: { textCap?: number; onRelease?: (batch: EventBatch) => void } = {},
  ) {
    this.kernel = kernel;
    this.keys = keys;
    this.textCap = options.textCap ?? BATCH_TEXT;
    this.#onRelease = options.onRelease ?? ((batch) => batch.destroy());
    const padding = kernel.constant('PADDING');
    const rowCap = kernel.constant('MAX_ROWS');
    const maps = kernel.constant('MAPS');
    // The shortest entry is `1,` of a flattened array; constants of a mapping come on top.
    const entryCap = (this.textCap >> 1) + rowCap;
    this.address = this.#block(kernel.sizeOf('Batch'));
    kernel.u8.fill(0, this.address, this.address + kernel.sizeOf('Batch'));
    for (const [name, size] of ROW_ARRAYS) this.#array(name, rowCap * size);
    for (const [name, size] of SCALAR_ARRAYS) {
      this.#array(name, kernel.constant('SCALARS') * rowCap * size);
    }
    this.#array('mapEntries', maps * entryCap * kernel.sizeOf('MapEntry'));
    this.#array('mapOffset', maps * (rowCap + 1) * 4);
    this.#array('warnings', kernel.constant('CODES') * 4);
    this.#array('text', this.textCap + padding);
    this.set('textCap', this.textCap);
    // Rewriting never makes text longer, but a line with repeated members is copied first.
    this.#array('scratch', 2 * this.textCap + padding);
    this.set('scratchEnd', this.get('scratch') + 2 * this.textCap);
    this.set('rowCap', rowCap);
    this.set('entryCap', entryCap);
    this.clear();
  }

  /** Rows in the batch, rejected and filtered ones included. */
  get rows(): number {
    return this.get('rows');
  }

  /** Reads a field of the struct (a count or an address). */
  get(field: FieldName<'Batch'>): number {
    return this.kernel.u32[(this.address + OFFSETS.Batch[field]) >>> 2] as number;
  }

  /** Writes a field of the struct. */
  set(field: FieldName<'Batch'>, value: number): void {
    this.kernel.u32[(this.address + OFFSETS.Batch[field]) >>> 2] = value;
  }

  /** Reject code of each row (0: good). A view: valid until the kernel's memory grows. */
  get codes(): Uint8Array {
    return new Uint8Array(this.kernel.memory.buffer, this.get('code'), this.rows);
  }

  /** Days since 1970 of each row; the same caution as for `codes`. */
  get days(): Int32Array {
    return new Int32Array(this.kernel.memory.buffer, this.get('day'), this.rows);
  }

  /** What was counted on the way, by code; the same caution as for `codes`. */
  get warnings(): Uint32Array {
    return new Uint32Array(
      this.kernel.memory.buffer,
      this.get('warnings'),
      this.kernel.constant('CODES'),
    );
  }

  /** Empties the batch, so that it can be filled again. */
  clear(): void {
    for (const block of this.#temporary.splice(0)) this.kernel.arena.free(block);
    this.#users = 1;
    this.#notes.clear();
    this.#passed.clear();
    this.set('rows', 0);
    this.set('textEnd', this.get('text'));
    this.set('scratchPos', this.get('scratch'));
    ENTRY_COUNTS.forEach((entries, map) => {
      this.set(entries, 0);
      const firstOffset = this.get('mapOffset') + map * (this.get('rowCap') + 1) * 4;
      this.kernel.u32[firstOffset >>> 2] = 0;
    });
    this.warnings.fill(0);
  }

  /** Appends a row that is rejected before it was scanned. `start` and `length` are of its raw text. */
  pushReject(
    code: number,
    row: { start: number; length: number; line: number; offset: number },
  ): void {
    const at = this.rows;
    const { u32, f64 } = this.kernel;
    this.kernel.u8[this.get('code') + at] = code;
    u32[(this.get('detail') >>> 2) + at] = 0;
    u32[(this.get('rowStart') >>> 2) + at] = row.start;
    u32[(this.get('rowLen') >>> 2) + at] = row.length;
    u32[(this.get('rowLine') >>> 2) + at] = row.line;
    f64[(this.get('rowOffset') >>> 3) + at] = row.offset;
    const rowCap = this.get('rowCap');
    ENTRY_COUNTS.forEach((entries, map) => {
      u32[(this.get('mapOffset') >>> 2) + map * (rowCap + 1) + at + 1] = this.get(entries);
    });
    this.set('rows', at + 1);
  }

  /** A block that lives as long as the batch's present contents. */
  temporary(bytes: number): number {
    const address = this.kernel.arena.alloc(bytes);
    this.#temporary.push(address);
    return address;
  }

  /** Where a row came from, and its raw text. */
  origin(row: number): { source: string; line: number; offset: number; raw: string } {
    const { start, length } = this.rawSlice(row);
    return { source: this.source, ...this.place(row), raw: this.kernel.text(start, length) };
  }

  /** Where a row's event stands in its source: line from 1, and byte offset. */
  place(row: number): { line: number; offset: number } {
    const { u32, f64 } = this.kernel;
    return {
      line: u32[(this.get('rowLine') >>> 2) + row] as number,
      offset: f64[(this.get('rowOffset') >>> 3) + row] as number,
    };
  }

  /** Address and length of a row's raw text. */
  rawSlice(row: number): { start: number; length: number } {
    const { u32 } = this.kernel;
    return {
      start: u32[(this.get('rowStart') >>> 2) + row] as number,
      length: u32[(this.get('rowLen') >>> 2) + row] as number,
    };
  }

  /** Name of a row's code: `ok`, or why it is left out or rejected. */
  codeName(row: number): Code {
    return CODE_NAMES[this.kernel.u8[this.get('code') + row] as number] as Code;
  }

  /** Code-dependent detail of a rejected row: for JSON errors the byte in the row. */
  detail(row: number): number {
    return this.kernel.u32[(this.get('detail') >>> 2) + row] as number;
  }

  setDetail(row: number, detail: number): void {
    this.kernel.u32[(this.get('detail') >>> 2) + row] = detail;
  }

  /** Why a row is rejected, where its code does not say it all. */
  note(row: number): string | undefined {
    return this.#notes.get(row);
  }

  setNote(row: number, note: string): void {
    this.#notes.set(row, note);
  }

  /** A scalar's source text and kind (KIND_… of the kernel). */
  scalar(row: number, column: ScalarColumn): { text: string; kind: number } {
    const at = SCALAR_COLUMNS.indexOf(column) * this.get('rowCap') + row;
    const { u32 } = this.kernel;
    const start = u32[(this.get('scalarStart') >>> 2) + at] as number;
    const length = u32[(this.get('scalarLen') >>> 2) + at] as number;
    return {
      text: this.kernel.text(start, length),
      kind: this.kernel.u8[this.get('scalarKind') + at] as number,
    };
  }

  /** The entries of a row's map: key, text and kind of each. */
  entries(row: number, column: MapColumn): { key: string; text: string; kind: number }[] {
    const { kernel } = this;
    const size = kernel.sizeOf('MapEntry');
    const first = this.#entryAddress(row, column);
    const count = (this.#entryAddress(row + 1, column) - first) / size;
    return Array.from({ length: count }, (_, index) => {
      const field = (name: FieldName<'MapEntry'>): number =>
        getField(kernel, 'MapEntry', first + index * size, name);
      return {
        key: this.keys.names[field('key')] as string,
        text: kernel.text(field('start'), field('len')),
        kind: field('kind'),
      };
    });
  }

  /** Called by a stage that others need. */
  pass(stage: NeededStage): void {
    this.#passed.add(stage);
  }

  /** @throws ImportError E_USAGE for a batch that did not pass the stage: it is missing, or stands behind `by` */
  need(stage: NeededStage, by: string): void {
    if (this.#passed.has(stage)) return;
    throw new ImportError('E_USAGE', `${by}: expected ${stage}() before it, got a batch without`, {
      hint: 'samples/compose.ts has all links in their order.',
    });
  }

  /** Keeps a batch from being reused as long as this one's contents are needed. */
  keep(other: EventBatch): void {
    if (this.#kept.has(other)) return;
    this.#kept.add(other);
    other.#users++;
  }

  /** Keeps what another batch keeps. */
  keepAllOf(other: EventBatch): void {
    for (const kept of other.#kept) this.keep(kept);
  }

  /** Gives the batch back to whoever made it. */
  release(): void {
    if (--this.#users > 0) return;
    for (const kept of this.#kept) kept.release();
    this.#kept.clear();
    this.#onRelease(this);
  }

  /** Frees the memory. */
  destroy(): void {
    for (const block of this.#temporary.splice(0)) this.kernel.arena.free(block);
    for (const block of this.#blocks.splice(0)) this.kernel.arena.free(block);
  }

  /** Where the entries of a row's map begin, and those of the row before it end. */
  #entryAddress(row: number, column: MapColumn): number {
    const map = MAP_COLUMNS.indexOf(column);
    const offsets = (this.get('mapOffset') >>> 2) + map * (this.get('rowCap') + 1);
    const index = map * this.get('entryCap') + (this.kernel.u32[offsets + row] as number);
    return this.get('mapEntries') + index * this.kernel.sizeOf('MapEntry');
  }

  #block(bytes: number): number {
    const address = this.kernel.arena.alloc(bytes);
    this.#blocks.push(address);
    return address;
  }

  #array(field: FieldName<'Batch'>, bytes: number): void {
    this.set(field, this.#block(bytes));
  }
}
