import { CODE_NAMES, type Code } from '../codes.ts';
import { ImportError } from '../errors.ts';
import { BatchMemory } from './batch-memory.ts';
import type { FieldName, Kernel } from './kernel.ts';
import { OFFSETS } from './kernel-exports.ts';
import type { KeyTable } from './key-table.ts';
import { getField } from './struct.ts';

/** Scalar columns, in the kernel's order. */
export const SCALAR_COLUMNS = ['insert_id', 'event_key', 'ts', 'metric_value'] as const;
/** Map columns, in the kernel's order. */
export const MAP_COLUMNS = [
  'identifiers',
  'event_properties',
  'user_properties',
  'platform_properties',
] as const;
/** Stages that every batch must pass: without them, columns would get what its memory held before. */
export type NeededStage =
  | 'lowercaseKeys'
  | 'truncateTimestamps'
  | 'metricValue'
  | 'identifiersJson';
export type ScalarColumn = (typeof SCALAR_COLUMNS)[number];
export type MapColumn = (typeof MAP_COLUMNS)[number];

/** Fields with the number of entries in each map, in the order of the maps. */
const ENTRY_COUNTS = ['entries0', 'entries1', 'entries2', 'entries3'] as const;

/**
 * Most bytes of text in a batch, unless a single line is longer. A larger text would have left the near caches
 * when its columns are written, and would push their dictionaries out.
 */
export const BATCH_TEXT: number = 1 << 18;

/** `detail` of a rejected row whose text is not from the source, so that it has no position there. */
export const NO_POSITION: number = 0xffff_ffff;

/**
 * Up to 16,384 events, as slices of their source bytes in linear memory (lib/kernel/layout.ts). Stages change a
 * batch in place and hand it on. The last user of a batch calls `release()`.
 */
export class EventBatch {
  readonly kernel: Kernel;
  /** Address of the struct, which the kernel's functions take. */
  readonly address: number;
  /** Bytes of text that the batch can hold. */
  readonly textCap: number;
  /** Names of the map keys in the batch. */
  keys: KeyTable;
  /** Name of the file or stream that the rows come from, for messages. */
  source = '';
  /** Reads the raw text of a row for messages, if it is no JSON. */
  readRaw: ((raw: string) => unknown) | undefined;
  readonly #memory: BatchMemory;
  readonly #temporary: number[] = [];
  readonly #onRelease: (batch: EventBatch) => void;
  /** Batches whose memory has source texts of this batch's rows. */
  readonly #kept = new Set<EventBatch>();
  readonly #notes = new Map<number, string>();
  readonly #passed = new Set<NeededStage>();
  /** Number of users: the taker of the batch, and batches that keep it. */
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
    this.#memory = new BatchMemory(kernel, this.textCap);
    this.address = this.#memory.address;
    this.clear();
  }

  /** Number of rows, including those that are rejected or left out. */
  get rows(): number {
    return this.get('rows');
  }

  /** Reads a field of the struct, a count or an address. */
  get(field: FieldName<'Batch'>): number {
    return this.kernel.u32[(this.address + OFFSETS.Batch[field]) >>> 2] as number;
  }

  /** Writes a field of the struct. */
  set(field: FieldName<'Batch'>, value: number): void {
    this.kernel.u32[(this.address + OFFSETS.Batch[field]) >>> 2] = value;
  }

  /** The code of each row; 0: good. This is a view, which is valid until the kernel's memory grows. */
  get codes(): Uint8Array {
    return new Uint8Array(this.kernel.memory.buffer, this.get('code'), this.rows);
  }

  /** Days since 1970 of each row. This is a view, which is valid until the kernel's memory grows. */
  get days(): Int32Array {
    return new Int32Array(this.kernel.memory.buffer, this.get('day'), this.rows);
  }

  /** How often each code was counted. This is a view, which is valid until the kernel's memory grows. */
  get warnings(): Uint32Array {
    return new Uint32Array(
      this.kernel.memory.buffer,
      this.get('warnings'),
      this.kernel.constant('CODES'),
    );
  }

  /** Empties the batch, to be filled again. */
  clear(): void {
    for (const block of this.#temporary.splice(0)) this.kernel.arena.free(block);
    this.#users = 1;
    this.#notes.clear();
    this.#passed.clear();
    this.readRaw = undefined;
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

  /** Appends a row that is rejected without being scanned. `start` and `length` are those of its raw text. */
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

  /** Allocates a block that is freed when the batch is emptied. */
  temporary(bytes: number): number {
    const address = this.kernel.arena.alloc(bytes);
    this.#temporary.push(address);
    return address;
  }

  /** The place in the source where a row's event is, and its raw text. */
  origin(row: number): { source: string; line: number; offset: number; raw: string } {
    const { start, length } = this.rawSlice(row);
    return { source: this.source, ...this.place(row), raw: this.kernel.text(start, length) };
  }

  /** The line (from 1) and the byte offset of a row's event in its source. */
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

  /** The code of a row: `ok`, or why it is left out or rejected. */
  codeName(row: number): Code {
    return CODE_NAMES[this.kernel.u8[this.get('code') + row] as number] as Code;
  }

  /** A detail of a rejected row, whose meaning depends on the code. For JSON errors it is the byte in the row. */
  detail(row: number): number {
    return this.kernel.u32[(this.get('detail') >>> 2) + row] as number;
  }

  setDetail(row: number, detail: number): void {
    this.kernel.u32[(this.get('detail') >>> 2) + row] = detail;
  }

  /** The message of a rejected row, if it differs from that of the code. */
  note(row: number): string | undefined {
    return this.#notes.get(row);
  }

  setNote(row: number, note: string): void {
    this.#notes.set(row, note);
  }

  /** The source text and the kind (KIND_… of the kernel) of a scalar. */
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

  /** The key, text and kind of each entry in a map of a row. */
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

  /** Notes that the batch passed a stage; the stage calls it. */
  pass(stage: NeededStage): void {
    this.#passed.add(stage);
  }

  /** @throws ImportError E_USAGE if the batch did not pass a stage, which is missing or comes after `by` */
  need(stage: NeededStage, by: string): void {
    if (this.#passed.has(stage)) return;
    throw new ImportError('E_USAGE', `${by}: expected ${stage}() before it, got a batch without`, {
      hint: 'samples/compose.ts has all links in their order.',
    });
  }

  /** Keeps another batch from being reused until this one is released. */
  keep(other: EventBatch): void {
    if (this.#kept.has(other)) return;
    this.#kept.add(other);
    other.#users++;
  }

  /** Keeps the batches that another batch keeps. */
  keepAllOf(other: EventBatch): void {
    for (const kept of other.#kept) this.keep(kept);
  }

  /** Ends one use of the batch. After the last one it goes back to its maker. */
  release(): void {
    if (--this.#users > 0) return;
    for (const kept of this.#kept) kept.release();
    this.#kept.clear();
    this.#onRelease(this);
  }

  /** Frees the memory. */
  destroy(): void {
    for (const block of this.#temporary.splice(0)) this.kernel.arena.free(block);
    this.#memory.free();
  }

  /** Address of the first entry in a map of a row, where the entries of the row before end. */
  #entryAddress(row: number, column: MapColumn): number {
    const map = MAP_COLUMNS.indexOf(column);
    const offsets = (this.get('mapOffset') >>> 2) + map * (this.get('rowCap') + 1);
    const index = map * this.get('entryCap') + (this.kernel.u32[offsets + row] as number);
    return this.get('mapEntries') + index * this.kernel.sizeOf('MapEntry');
  }
}
