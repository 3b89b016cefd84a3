import type { FieldName, Kernel } from '../batch/kernel.ts';
import { type ChunkValues, type ColumnChunk, columnChunk } from './column-chunk.ts';
import { LeafMemory } from './leaf-memory.ts';
import type { LeafType } from './leaf-type.ts';
import type { Page, PageWriter } from './page-writer.ts';

/** A dictionary that passes either limit is given up for the pages that follow. */
const DICTIONARY_BYTES = 1 << 20;
const DICTIONARY_ENTRIES = 65_536;
/**
 * Most indices in a page; they take about two bytes each. Larger pages save little, and the values that wait
 * for the end of the page would push a thread's dictionaries out of the caches.
 */
const PAGE_INDICES = 1 << 16;

/**
 * One leaf column of an open row group: the values of its current page in linear memory, its dictionary,
 * and the pages that ended. The kernel (lib/kernel/columns) appends values; this class makes room and ends pages.
 */
export class LeafColumn {
  readonly #kernel: Kernel;
  readonly #writer: PageWriter;
  readonly #leaf: LeafType;
  readonly #memory: LeafMemory;
  #pages: Page[] = [];
  #values = 0;
  #nulls = 0;
  #pageBytes = 0;
  #pageMemory = 0;
  /** Dictionary entries when the current page began. */
  #entriesBefore = 0;

  constructor(kernel: Kernel, writer: PageWriter, leaf: LeafType, pageSize: number) {
    this.#kernel = kernel;
    this.#writer = writer;
    this.#leaf = leaf;
    this.#memory = new LeafMemory(kernel, leaf.dictionary !== 'none');
    this.#memory.set({ width: leaf.width, pageSize });
    this.#clear();
  }

  /** Address of the kernel's struct. */
  get address(): number {
    return this.#memory.address;
  }

  get need(): number {
    return this.get('need');
  }

  /** Uncompressed bytes of the pages that have ended. */
  get pageBytes(): number {
    return this.#pageBytes;
  }

  /** Bytes of memory held. */
  get memory(): number {
    return this.#pageMemory + this.#memory.bytes;
  }

  /**
   * Makes room for what the kernel needs. Returns false if the page must end first.
   *
   * @param pageRows rows in the page; an empty page cannot end, so it grows past its limits
   */
  makeRoom(need: number, pageRows: number): boolean {
    const kernel = this.#kernel;
    switch (need) {
      case kernel.constant('NEED_PLAIN'):
        this.#memory.grow('plain');
        return true;
      case kernel.constant('NEED_INDICES'):
      case kernel.constant('NEED_KEY_INDICES'):
        if (this.get('indexCap') >= PAGE_INDICES && pageRows > 0) return false;
        this.#memory.grow('indices');
        return true;
      case kernel.constant('NEED_KEY_DICTIONARY'):
        this.#memory.growDictionary();
        return true;
      case kernel.constant('NEED_DICTIONARY'):
        if (
          this.get('entryCount') < DICTIONARY_ENTRIES &&
          this.get('dictionarySize') < DICTIONARY_BYTES
        ) {
          this.#memory.growDictionary();
          return true;
        }
        // The values so far stay indices; those that follow are plain.
        if (pageRows > 0) return false;
        this.#memory.set({ isPlain: 1 });
        return true;
      case kernel.constant('NEED_NO_DICTIONARY'):
        this.#dropDictionary();
        return true;
      default:
        return false;
    }
  }

  /** Most bytes that `writeValues` writes. */
  get valuesBound(): number {
    if (this.#isPlainPage) return this.get('plainSize');
    const count = this.get('indexCount');
    return this.#kernel.fn.rleBound(count, this.#indexWidth) + 1;
  }

  /** Writes the page's values to linear memory, as they follow the levels in a page; returns the end. */
  writeValues(to: number): number {
    const kernel = this.#kernel;
    if (this.#isPlainPage) {
      const plain = this.get('plain');
      const size = this.get('plainSize');
      kernel.u8.copyWithin(to, plain, plain + size);
      return to + size;
    }
    const width = this.#indexWidth;
    kernel.u8[to] = width;
    return kernel.fn.encodeRle(this.get('indices'), this.get('indexCount'), width, to + 1) >>> 0;
  }

  /** Ends the page whose body is [body, end). `values` includes empty maps, of which there are `nulls`. */
  endPage(body: number, end: number, values: number, nulls: number): void {
    const isPlain = this.#isPlainPage;
    this.#keep(this.#writer.dataPage(body, end - body, values, isPlain));
    this.#values += values;
    this.#nulls += nulls;
    const count = this.get('indexCount');
    const entries = this.get('entryCount');
    const isUseless =
      this.#leaf.dictionary === 'tried' &&
      !isPlain &&
      !this.#isWorthwhile(entries - this.#entriesBefore, count);
    this.#entriesBefore = entries;
    const indexPages = this.get('indexPages') + (isPlain ? 0 : 1);
    this.#memory.set({ plainSize: 0, indexCount: 0, pageRows: 0, indexPages });
    if (isUseless) this.#memory.set({ isPlain: 1 });
  }

  /** Ends the page of a column without levels if it has rows. */
  endScalarPage(): void {
    const rows = this.get('pageRows');
    if (rows === 0) return;
    if (this.get('isPlain') !== 0) {
      const plain = this.get('plain');
      this.endPage(plain, plain + this.get('plainSize'), rows, 0);
    } else {
      const body = this.#writer.body(this.valuesBound);
      this.endPage(body, this.writeValues(body), rows, 0);
    }
  }

  /** Drops a dictionary that no page has used and that does not pay. Called before the last page ends. */
  beforeFinish(): void {
    if (this.#isUnused && !this.#isWorthwhile(this.get('entryCount'), this.get('indexCount'))) {
      this.#dropDictionary();
    }
  }

  /** Ends the column chunk, which begins at an offset; the column is empty afterwards. */
  finish(offset: number): { chunk: ColumnChunk; pages: Page[] } {
    const indexPages = this.get('indexPages');
    const dictionary = indexPages > 0 ? this.#dictionaryPage() : undefined;
    const data = this.#pages;
    const values: ChunkValues = {
      path: this.#leaf.path,
      type: this.#leaf.type,
      compression: this.#writer.compression,
      values: this.#values,
      nullCount: this.#nulls,
      min: this.#extreme('min'),
      max: this.#extreme('max'),
    };
    const chunk = columnChunk(values, { dictionary, data, indexPages }, offset);
    this.#clear();
    return { chunk, pages: dictionary === undefined ? data : [dictionary, ...data] };
  }

  destroy(): void {
    const { arena } = this.#kernel;
    for (const { body } of this.#pages.splice(0)) arena.free(body);
    this.#memory.free();
  }

  /** A field of the kernel's struct. */
  get(field: FieldName<'Column'>): number {
    return this.#memory.get(field);
  }

  get #indexWidth(): number {
    return Math.max(1, 32 - Math.clz32(Math.max(0, this.get('entryCount') - 1)));
  }

  #dictionaryPage(): Page {
    const size = this.get('dictionarySize');
    return this.#writer.dictionaryPage(this.get('dictionary'), size, this.get('entryCount'));
  }

  #extreme(which: 'min' | 'max'): Buffer | undefined {
    if (this.get('hasStatistics') !== 1) return undefined;
    const address = this.get(which);
    return Buffer.from(this.#kernel.bytes.subarray(address, address + this.get(`${which}Len`)));
  }

  #keep(page: Page): void {
    this.#pages.push(page);
    this.#pageBytes += page.uncompressedSize;
    this.#pageMemory += this.#kernel.arena.capacity(page.body);
  }

  /** Whether the page has values and no indices. A page without any value is one, so that no dictionary is empty. */
  get #isPlainPage(): boolean {
    return this.get('isPlain') !== 0 || this.get('entryCount') === 0;
  }

  /** Whether no page has used the dictionary yet. */
  get #isUnused(): boolean {
    return this.get('isPlain') === 0 && this.get('indexPages') === 0;
  }

  #isWorthwhile(entries: number, values: number): boolean {
    return this.#kernel.fn.isWorthwhile(entries, values) === 1;
  }

  /** Makes the page's indices, and all values that follow, plain. */
  #dropDictionary(): void {
    const bytes = this.#kernel.fn.plainBytesOfIndices(this.address);
    while (this.get('plainCap') < bytes) this.#memory.grow('plain');
    this.#kernel.fn.indicesToPlain(this.address);
    this.#memory.set({ isPlain: 1, dictionarySize: 0, entryCount: 0 });
  }

  #clear(): void {
    this.#pages = [];
    this.#values = 0;
    this.#nulls = 0;
    this.#pageBytes = 0;
    this.#pageMemory = 0;
    this.#entriesBefore = 0;
    this.#memory.set({
      isPlain: this.#leaf.dictionary === 'none' ? 1 : 0,
      need: 0,
      pageRows: 0,
      indexPages: 0,
      plainSize: 0,
      indexCount: 0,
      dictionarySize: 0,
      entryCount: 0,
      hasStatistics: 0,
    });
    if (this.#leaf.dictionary !== 'none') this.#kernel.fn.clearTable(this.address);
  }
}
