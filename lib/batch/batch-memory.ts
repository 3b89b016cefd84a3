import type { FieldName, Kernel } from './kernel.ts';
import { setFields } from './struct.ts';

/** Fields of a batch that are arrays with an element for each row, and the bytes of an element. */
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
/** Fields of a batch that are arrays with an element for each scalar of each row. */
const SCALAR_ARRAYS = [
  ['scalarStart', 4],
  ['scalarLen', 4],
  ['scalarKind', 1],
] as const;

/** The kernel's struct of a batch and its arrays (lib/kernel/layout.ts), allocated once for many contents. */
export class BatchMemory {
  /** Address of the struct. */
  readonly address: number;
  readonly #kernel: Kernel;
  readonly #blocks: number[] = [];

  constructor(kernel: Kernel, textCap: number) {
    this.#kernel = kernel;
    const padding = kernel.constant('PADDING');
    const rowCap = kernel.constant('MAX_ROWS');
    const maps = kernel.constant('MAPS');
    // The shortest entry is `1,` in a flattened array. Each row may get constants of a mapping on top.
    const entryCap = (textCap >> 1) + rowCap;
    this.address = this.#block(kernel.sizeOf('Batch'));
    kernel.u8.fill(0, this.address, this.address + kernel.sizeOf('Batch'));
    for (const [field, size] of ROW_ARRAYS) this.#array(field, rowCap * size);
    for (const [field, size] of SCALAR_ARRAYS) {
      this.#array(field, kernel.constant('SCALARS') * rowCap * size);
    }
    this.#array('mapEntries', maps * entryCap * kernel.sizeOf('MapEntry'));
    this.#array('mapOffset', maps * (rowCap + 1) * 4);
    this.#array('warnings', kernel.constant('CODES') * 4);
    this.#array('text', textCap + padding);
    // Rewriting never makes text longer, but a line with repeated members is copied first.
    const scratch = this.#array('scratch', 2 * textCap + padding);
    const scratchEnd = scratch + 2 * textCap;
    setFields(kernel, 'Batch', this.address, { textCap, scratchEnd, rowCap, entryCap });
  }

  /** Gives all blocks back. */
  free(): void {
    for (const block of this.#blocks.splice(0)) this.#kernel.arena.free(block);
  }

  #block(bytes: number): number {
    const address = this.#kernel.arena.alloc(bytes);
    this.#blocks.push(address);
    return address;
  }

  #array(field: FieldName<'Batch'>, bytes: number): number {
    const address = this.#block(bytes);
    setFields(this.#kernel, 'Batch', this.address, { [field]: address });
    return address;
  }
}
