import type { MapColumn as MapName } from '../batch/event-batch.ts';
import type { FieldName, Kernel } from '../batch/kernel.ts';
import { type Fields, getField, setFields } from '../batch/struct.ts';
import type { ColumnChunk } from './column-chunk.ts';
import { LeafColumn } from './leaf-column.ts';
import { keyLeaf, textLeaf } from './leaf-type.ts';
import type { Page, PageWriter } from './page-writer.ts';

/** Most rows in a page. */
const PAGE_ROWS = 1 << 16;

/** A map column. The pages of its keys and values end together and share their levels. */
export class MapColumn {
  readonly #kernel: Kernel;
  readonly #writer: PageWriter;
  readonly #key: LeafColumn;
  readonly #value: LeafColumn;
  readonly #address: number;
  readonly #blocks = { counts: 0, keyIndex: 0 };
  #countCap = 64;
  #keyIndexCap = 0;

  constructor(kernel: Kernel, writer: PageWriter, name: MapName, pageSize: number) {
    this.#kernel = kernel;
    this.#writer = writer;
    this.#key = new LeafColumn(kernel, writer, keyLeaf([name, 'key_value', 'key']), pageSize);
    this.#value = new LeafColumn(kernel, writer, textLeaf([name, 'key_value', 'value']), pageSize);
    this.#address = kernel.arena.alloc(kernel.sizeOf('MapColumn'));
    this.#blocks.counts = kernel.arena.alloc(this.#countCap * 4);
    this.#set({
      key: this.#key.address,
      value: this.#value.address,
      counts: this.#blocks.counts,
      countCap: this.#countCap,
      rows: 0,
      slots: 0,
    });
  }

  /** Address of the kernel's MapColumn. */
  get address(): number {
    return this.#address;
  }
  get pageBytes(): number {
    return this.#key.pageBytes + this.#value.pageBytes;
  }
  get memory(): number {
    return this.#key.memory + this.#value.memory + 4 * (this.#countCap + this.#keyIndexCap);
  }

  finish(offset: number): { chunks: ColumnChunk[]; pages: Page[] } {
    this.#value.beforeFinish();
    this.#endPage();
    const key = this.#key.finish(offset);
    const value = this.#value.finish(offset + key.chunk.compressedSize);
    return { chunks: [key.chunk, value.chunk], pages: [...key.pages, ...value.pages] };
  }

  destroy(): void {
    this.#key.destroy();
    this.#value.destroy();
    for (const block of [this.#address, ...Object.values(this.#blocks)]) {
      if (block !== 0) this.#kernel.arena.free(block);
    }
  }

  /** Forgets which keys the dictionary has, and makes room for this many ids. */
  forgetKeys(ids: number): void {
    if (ids > this.#keyIndexCap) {
      this.#keyIndexCap = ids;
      this.#replace('keyIndex', this.#keyIndexCap);
    }
    const start = this.#blocks.keyIndex >>> 2;
    this.#kernel.u32.fill(0, start, start + this.#keyIndexCap);
  }

  /** Makes room for what the kernel needs, or ends the page. */
  makeRoom(): void {
    const rows = this.#get('rows');
    const keyNeed = this.#key.need;
    if (keyNeed !== 0) {
      if (!this.#key.makeRoom(keyNeed, rows)) this.#endPage();
      return;
    }
    const isFull = this.#value.need === this.#kernel.constant('NEED_PAGE_END');
    if (isFull && rows >= this.#countCap && this.#countCap < PAGE_ROWS) this.#growCounts();
    else if (!this.#value.makeRoom(this.#value.need, rows)) this.#endPage();
  }

  #growCounts(): void {
    const old = this.#blocks.counts;
    const address = this.#kernel.arena.alloc(this.#countCap * 8);
    this.#kernel.u8.copyWithin(address, old, old + this.#countCap * 4);
    this.#kernel.arena.free(old);
    this.#countCap *= 2;
    this.#blocks.counts = address;
    this.#set({ counts: address, countCap: this.#countCap });
  }

  #endPage(): void {
    const { fn } = this.#kernel;
    const rows = this.#get('rows');
    if (rows === 0) return;
    const slots = this.#get('slots');
    const levels = fn.levelsBound(rows, slots);
    const body = this.#writer.body(
      levels + Math.max(this.#key.valuesBound, this.#value.valuesBound),
    );
    const values = fn.writeLevels(this.#get('counts'), rows, slots, body) >>> 0;
    const nulls = slots - this.#key.get('indexCount');
    this.#key.endPage(body, this.#key.writeValues(values), slots, nulls);
    this.#value.endPage(body, this.#value.writeValues(values), slots, nulls);
    this.#set({ rows: 0, slots: 0 });
  }

  #replace(block: 'keyIndex', count: number): void {
    const { arena } = this.#kernel;
    if (this.#blocks[block] !== 0) arena.free(this.#blocks[block]);
    this.#blocks[block] = arena.alloc(count * 4);
    this.#set({ [block]: this.#blocks[block] });
  }

  #get(field: FieldName<'MapColumn'>): number {
    return getField(this.#kernel, 'MapColumn', this.#address, field);
  }

  #set(fields: Fields<'MapColumn'>): void {
    setFields(this.#kernel, 'MapColumn', this.#address, fields);
  }
}
