import type { ColumnChunk } from './column-chunk.ts';
import type { LeafColumn } from './leaf-column.ts';
import type { Page } from './page-writer.ts';

/** A column without nesting. */
export class ScalarColumn {
  readonly #leaf: LeafColumn;

  constructor(leaf: LeafColumn) {
    this.#leaf = leaf;
  }

  /** Address of the kernel's Column. */
  get address(): number {
    return this.#leaf.address;
  }
  get pageBytes(): number {
    return this.#leaf.pageBytes;
  }
  get memory(): number {
    return this.#leaf.memory;
  }

  /** Makes room for what the kernel needs, or ends the page. */
  makeRoom(): void {
    const leaf = this.#leaf;
    if (!leaf.makeRoom(leaf.need, leaf.get('pageRows'))) leaf.endScalarPage();
  }

  finish(offset: number): { chunks: ColumnChunk[]; pages: Page[] } {
    this.#leaf.beforeFinish();
    this.#leaf.endScalarPage();
    const { chunk, pages } = this.#leaf.finish(offset);
    return { chunks: [chunk], pages };
  }

  destroy(): void {
    this.#leaf.destroy();
  }
}
