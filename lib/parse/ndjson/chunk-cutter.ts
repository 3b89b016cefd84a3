import type { Block, BlockCutter } from '../block.ts';

/** Makes each chunk a block, even if it ends inside a line. For a parser whose blocks are `continuous`. */
export class ChunkCutter implements BlockCutter {
  readonly copies = false;
  #offset = 0;

  begin(): void {
    this.#offset = 0;
  }

  *push(bytes: Uint8Array): Generator<Block> {
    const offset = this.#offset;
    this.#offset += bytes.length;
    yield { pieces: [bytes], offset, continues: offset > 0 };
  }

  *end(): Generator<Block> {}

  destroy(): void {}
}
