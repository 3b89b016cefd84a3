import type { EventBatch } from '../batch/event-batch.ts';
import type { Kernel } from '../batch/kernel.ts';
import { DECIMAL_BYTES, mapColumns } from './columns.ts';
import { Type } from './format.ts';
import { type ColumnChunk, LeafColumn, type LeafType, textLeaf } from './leaf-column.ts';
import { MapColumn } from './map-column.ts';
import type { ParquetOptions } from './options.ts';
import { type Page, PageWriter } from './page-writer.ts';
import { type AppendRows, ScalarColumn } from './scalar-column.ts';

/** A finished row group: all its column chunks one behind the other, and what the footer says of them. */
export interface RowGroup {
  rows: number;
  uncompressedBytes: number;
  bytes: Buffer;
  columns: ColumnChunk[];
}

/** Takes rows of batches and becomes row groups. Pages are compressed as soon as they are full. */
export class RowGroupBuilder {
  readonly #kernel: Kernel;
  readonly #columns: (ScalarColumn | MapColumn)[];
  #rows = 0;

  /** @param writer shared by all builders of a kernel */
  constructor(
    kernel: Kernel,
    options: ParquetOptions,
    writer: PageWriter = new PageWriter(kernel, options),
  ) {
    this.#kernel = kernel;
    const scalar = (leaf: LeafType, append: AppendRows): ScalarColumn =>
      new ScalarColumn(new LeafColumn(kernel, writer, leaf, options.pageSize), append);
    this.#columns = [
      scalar(textLeaf(['insert_id']), texts('INSERT_ID')),
      scalar(textLeaf(['event_key']), texts('EVENT_KEY')),
      scalar({ path: ['ts'], type: Type.INT64, width: 8, dictionary: false }, times),
      scalar(
        {
          path: ['metric_value'],
          type: Type.FIXED_LEN_BYTE_ARRAY,
          width: DECIMAL_BYTES,
          dictionary: true,
        },
        metrics,
      ),
      ...(options.identifiers === 'json'
        ? [scalar(textLeaf(['identifiers']), texts('IDENTIFIERS_JSON'))]
        : []),
      ...mapColumns(options).map((name) => new MapColumn(kernel, writer, name, options.pageSize)),
    ];
  }

  get rows(): number {
    return this.#rows;
  }

  /** Bytes of what was appended, encoded but not compressed. */
  get uncompressedBytes(): number {
    return this.#columns.reduce((sum, column) => sum + column.uncompressedBytes, 0);
  }

  /** Bytes of memory held. */
  get memory(): number {
    return this.#columns.reduce((sum, column) => sum + column.memory, 0);
  }

  /** Appends the rows `batch.order[first … first + count)`. */
  append(batch: EventBatch, first: number, count: number): void {
    for (const column of this.#columns) column.append(batch, first, count);
    this.#rows += count;
  }

  /** Ends the row group; the builder is empty afterwards and can go on. */
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
    const uncompressedBytes = columns.reduce(
      (sum, { uncompressedSize }) => sum + uncompressedSize,
      0,
    );
    return { rows, uncompressedBytes, bytes: this.#together(pages, offset), columns };
  }

  /** The pages one behind the other, in memory of their own; their blocks are free afterwards. */
  #together(pages: readonly Page[], size: number): Buffer {
    const { arena, bytes } = this.#kernel;
    const together = Buffer.allocUnsafeSlow(size);
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
  }
}

function texts(scalar: string): AppendRows {
  return (leaf, { kernel, address }, first, count) =>
    kernel.fn.appendScalars?.(leaf, address, kernel.constant(scalar), first, count) as number;
}

const times: AppendRows = (leaf, { kernel, address }, first, count) =>
  kernel.fn.appendTimes?.(leaf, address, first, count) as number;

const metrics: AppendRows = (leaf, { kernel, address }, first, count) =>
  kernel.fn.appendMetrics?.(leaf, address, first, count) as number;
