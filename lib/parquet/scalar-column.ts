import type { EventBatch } from '../batch/event-batch.ts';
import type { ColumnChunk, LeafColumn } from './leaf-column.ts';
import type { Page } from './page-writer.ts';

/** Appends rows order[first …] of a batch to a leaf; returns how many it took. */
export type AppendRows = (leaf: number, batch: EventBatch, first: number, count: number) => number;

/** A column without nesting. */
export class ScalarColumn {
  readonly #leaf: LeafColumn;
  readonly #append: AppendRows;
  #pageRows = 0;

  constructor(leaf: LeafColumn, append: AppendRows) {
    this.#leaf = leaf;
    this.#append = append;
  }

  get uncompressedBytes(): number {
    return this.#leaf.uncompressedBytes;
  }
  get memory(): number {
    return this.#leaf.memory;
  }

  append(batch: EventBatch, first: number, count: number): void {
    let done = 0;
    while (done < count) {
      const taken = this.#append(this.#leaf.address, batch, first + done, count - done);
      done += taken;
      this.#pageRows += taken;
      this.#leaf.count(taken);
      if (done < count && !this.#leaf.makeRoom(this.#leaf.need, this.#pageRows)) this.#endPage();
    }
    this.#leaf.considerDictionary();
  }

  finish(offset: number): { chunks: ColumnChunk[]; pages: Page[] } {
    this.#leaf.beforeFinish();
    this.#endPage();
    const { chunk, pages } = this.#leaf.finish(offset);
    return { chunks: [chunk], pages };
  }

  destroy(): void {
    this.#leaf.destroy();
  }

  #endPage(): void {
    this.#leaf.endScalarPage();
    this.#pageRows = 0;
  }
}
