import { type EventBatch, MAP_COLUMNS } from '../batch/event-batch.ts';
import type { ConstantName, Kernel } from '../batch/kernel.ts';
import type { KeyTable } from '../batch/key-table.ts';
import { StructArray } from '../batch/struct.ts';
import { largeBytes } from '../large-buffers.ts';
import type { ColumnChunk } from './column-chunk.ts';
import { DECIMAL_BYTES, mapColumns } from './columns.ts';
import { Type } from './format.ts';
import { LeafColumn } from './leaf-column.ts';
import { type LeafType, textLeaf } from './leaf-type.ts';
import { MapColumn } from './map-column.ts';
import type { ParquetOptions } from './options.ts';
import { type Page, PageWriter } from './page-writer.ts';
import { ScalarColumn } from './scalar-column.ts';

type Column = ScalarColumn | MapColumn;

/** A column without nesting, and the scalar from which the kernel fills it. */
interface Scalar {
  type: LeafType;
  kind: 'COLUMN_SCALAR' | 'COLUMN_TIMES';
  of: ConstantName;
}

const SCALARS: readonly Scalar[] = [
  { type: textLeaf(['insert_id']), kind: 'COLUMN_SCALAR', of: 'INSERT_ID' },
  { type: textLeaf(['event_key']), kind: 'COLUMN_SCALAR', of: 'EVENT_KEY' },
  {
    type: { path: ['ts'], type: Type.INT64, width: 8, dictionary: 'none' },
    kind: 'COLUMN_TIMES',
    of: 'TS',
  },
  {
    type: {
      path: ['metric_value'],
      type: Type.FIXED_LEN_BYTE_ARRAY,
      width: DECIMAL_BYTES,
      dictionary: 'tried',
    },
    kind: 'COLUMN_SCALAR',
    of: 'METRIC_VALUE',
  },
];
const IDENTIFIERS_JSON: Scalar = {
  type: textLeaf(['identifiers']),
  kind: 'COLUMN_SCALAR',
  of: 'IDENTIFIERS_JSON',
};

/** A finished row group: the bytes of all its column chunks in a row, and what the footer says of them. */
export interface RowGroup {
  rows: number;
  uncompressedBytes: number;
  bytes: Buffer;
  columns: ColumnChunk[];
}

/** Makes row groups of the rows of batches. Pages are compressed as soon as they are full. */
export class RowGroupBuilder {
  readonly #kernel: Kernel;
  readonly #columns: readonly Column[];
  readonly #maps: readonly MapColumn[];
  /** The columns as the kernel's GroupColumn[]. */
  readonly #groupColumns: StructArray<'GroupColumn'>;
  #rows = 0;
  #pageBytes = 0;
  #memory = 0;
  /** Whether `#pageBytes` and `#memory` are up to date. */
  #isMeasured = false;
  /** The generation of the KeyTable whose ids the maps know, and the number of ids that they have room for. */
  #keys = { generation: -1, ids: 0 };

  /** @param writer one for all builders of a kernel */
  constructor(
    kernel: Kernel,
    options: ParquetOptions,
    writer: PageWriter = new PageWriter(kernel, options),
  ) {
    this.#kernel = kernel;
    const scalars = options.identifiers === 'json' ? [...SCALARS, IDENTIFIERS_JSON] : SCALARS;
    const maps = mapColumns(options).map((name) => ({
      kind: 'COLUMN_MAP' as const,
      of: MAP_COLUMNS.indexOf(name),
      column: new MapColumn(kernel, writer, name, options.pageSize),
    }));
    const columns = [
      ...scalars.map(({ type, kind, of }) => ({
        kind,
        of: kernel.constant(of),
        column: new ScalarColumn(new LeafColumn(kernel, writer, type, options.pageSize)),
      })),
      ...maps,
    ];
    this.#columns = columns.map(({ column }) => column);
    this.#maps = maps.map(({ column }) => column);
    this.#groupColumns = new StructArray(kernel, 'GroupColumn', columns.length);
    for (const { kind, of, column } of columns) {
      this.#groupColumns.push({ kind: kernel.constant(kind), of, column: column.address });
    }
  }

  get rows(): number {
    return this.#rows;
  }

  /** Bytes of the appended rows, encoded but not compressed. */
  get uncompressedBytes(): number {
    this.#measure();
    const { fn } = this.#kernel;
    return this.#pageBytes + fn.pendingBytes(this.#groupColumns.address, this.#columns.length);
  }

  /** Bytes of memory held. */
  get memory(): number {
    this.#measure();
    return this.#memory;
  }

  /** Appends the rows `batch.order[first … first + count)`. */
  append(batch: EventBatch, first: number, count: number): void {
    this.#learnKeys(batch.keys);
    const { fn } = this.#kernel;
    const columns = this.#columns.length;
    while (true) {
      const index = fn.appendRows(
        this.#groupColumns.address,
        columns,
        batch.address,
        batch.keys.address,
        first,
        count,
      );
      if (index === columns) break;
      this.#columns[index]?.makeRoom();
      this.#isMeasured = false;
    }
    this.#rows += count;
  }

  /** Ends the row group; the builder is empty afterwards and can be used again. */
  finish(): RowGroup {
    const { rows } = this;
    const columns: ColumnChunk[] = [];
    const pages: Page[] = [];
    let offset = 0;
    for (const column of this.#columns) {
      const done = column.finish(offset);
      columns.push(...done.chunks);
      pages.push(...done.pages);
      for (const chunk of done.chunks) offset += chunk.compressedSize;
    }
    this.#rows = 0;
    this.#isMeasured = false;
    this.#keys = { generation: -1, ids: 0 };
    const uncompressedBytes = columns.reduce(
      (sum, { uncompressedSize }) => sum + uncompressedSize,
      0,
    );
    return { rows, uncompressedBytes, bytes: this.#together(pages, offset), columns };
  }

  /** Copies the pages, one after another, into a buffer of their own, and frees their blocks. */
  #together(pages: readonly Page[], size: number): Buffer {
    const { arena, bytes } = this.#kernel;
    const together = largeBytes(size);
    let at = 0;
    for (const { header, body, bodySize } of pages) {
      at += header.copy(together, at);
      at += bytes.copy(together, at, body, body + bodySize);
      arena.free(body);
    }
    return together;
  }

  /** Gives the memory back. */
  destroy(): void {
    for (const column of this.#columns) column.destroy();
    this.#groupColumns.free();
  }

  /** Updates `#pageBytes` and `#memory`, which change only when a column gets room or ends a page. */
  #measure(): void {
    if (this.#isMeasured) return;
    this.#pageBytes = this.#columns.reduce((sum, { pageBytes }) => sum + pageBytes, 0);
    this.#memory = this.#columns.reduce((sum, { memory }) => sum + memory, 0);
    this.#isMeasured = true;
  }

  /** Prepares the maps for a KeyTable with other ids, or with more ids than there is room for. */
  #learnKeys({ generation, names }: KeyTable): void {
    const { length } = names;
    if (generation === this.#keys.generation && length <= this.#keys.ids) return;
    this.#keys = { generation, ids: 2 * length };
    for (const map of this.#maps) map.forgetKeys(2 * length);
    this.#isMeasured = false;
  }
}
