import type { Kernel } from '../../batch/kernel.ts';
import { Room } from '../../batch/room.ts';
import { getField } from '../../batch/struct.ts';
import type { Note } from '../finding.ts';
import type { ChunkPage } from './chunk-pages.ts';
import { Damage } from './damage.ts';

/** Bytes of a text's entry: its address and its length. */
const ENTRY = 8;
/** Characters of a text that a message shows. */
const SHOWN = 60;

/** The least and greatest text of a chunk. */
export interface TextExtremes {
  min: Buffer | undefined;
  max: Buffer | undefined;
}

/**
 * Reads the texts of a column chunk: of its dictionary each entry once, of pages with indices only the indices, of other
 * pages each text. What is read stays until the next page.
 */
export class TextLeaf {
  readonly #kernel: Kernel;
  readonly #result: number;
  readonly #dictionaryEntries: Room;
  readonly #plainEntries: Room;
  readonly #indices: Room;
  /** Most UTF-16 units of a text. */
  #limit = 0;
  #dictionarySize: number | undefined;
  #extremes: TextExtremes = { min: undefined, max: undefined };
  /** Texts over the limit, and empty ones; of a dictionary each counts once. */
  long = 0;
  empty = 0;
  /** Address of the last page's indices; 0 if it has texts. */
  indices = 0;
  /** Address and number of the entries of the last page's texts, or of its dictionary. */
  entries = 0;
  entryCount = 0;

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
    this.#result = kernel.arena.alloc(kernel.sizeOf('Texts'));
    this.#dictionaryEntries = new Room(kernel);
    this.#plainEntries = new Room(kernel);
    this.#indices = new Room(kernel);
  }

  get extremes(): TextExtremes {
    return this.#extremes;
  }

  /** Begins a chunk. */
  begin(limit: number): void {
    this.#limit = limit;
    this.#dictionarySize = undefined;
    this.#extremes = { min: undefined, max: undefined };
    this.long = 0;
    this.empty = 0;
  }

  /** Reads a dictionary page. @throws Damage */
  dictionary(page: ChunkPage, note: Note): void {
    this.entries = this.#dictionaryEntries.fit(page.values * ENTRY);
    this.#check(page, page.values, this.entries, note);
    this.#dictionarySize = page.values;
    this.entryCount = page.values;
    this.indices = 0;
  }

  /** Reads the values of a data page, of which `count` are no nulls, from an address on. @throws Damage */
  data(page: ChunkPage, from: number, count: number, note: Note): void {
    if (page.encoding === 'plain') {
      this.entries = this.#plainEntries.fit(count * ENTRY);
      this.#check({ ...page, body: from }, count, this.entries, note);
      this.entryCount = count;
      this.indices = 0;
      return;
    }
    const size = this.#dictionarySize;
    this.indices = decodeIndices(this.#kernel, this.#indices, page, { from, count, size });
    this.entries = this.#dictionaryEntries.address;
    this.entryCount = size ?? 0;
  }

  /** The text of an entry. */
  text(index: number): string {
    const at = (this.entries + index * ENTRY) >>> 2;
    const { u32 } = this.#kernel;
    return this.#kernel.text(u32[at] as number, u32[at + 1] as number);
  }

  #check({ body, end }: ChunkPage, count: number, entries: number, note: Note): void {
    const { fn, bytes } = this.#kernel;
    const read = fn.checkTexts(body, end, count, this.#limit, entries, this.#result) >>> 0;
    if (read < count) {
      throw new Damage('page', `text ${read} of ${count} in a page is longer than the page`);
    }
    if (this.#get('end') !== end) {
      throw new Damage(
        'page',
        `${end - this.#get('end')} bytes are left after the ${count} texts of a page`,
      );
    }
    if (this.#get('notUtf8') !== 0) {
      const first = fn.firstNotUtf8(entries, count) >>> 0;
      this.entries = entries;
      note('text', `a text is not UTF-8: ${shown(this.text(first))}`);
    }
    this.long += this.#get('long');
    this.empty += this.#get('empty');
    if (count === 0) return;
    const [min, max] = [this.#get('min'), this.#get('max')];
    this.#take(
      bytes.subarray(min, min + this.#get('minLen')),
      bytes.subarray(max, max + this.#get('maxLen')),
    );
  }

  /** The bytes are copied, since they are overwritten by the next page. */
  #take(min: Buffer, max: Buffer): void {
    const extremes = this.#extremes;
    if (extremes.min === undefined || min.compare(extremes.min) < 0)
      extremes.min = Buffer.from(min);
    if (extremes.max === undefined || max.compare(extremes.max) > 0)
      extremes.max = Buffer.from(max);
  }

  #get(field: Parameters<typeof getField<'Texts'>>[3]): number {
    return getField(this.#kernel, 'Texts', this.#result, field);
  }
}

/**
 * Decodes `count` indices of a page: their width in a byte, then runs. Each must be one of a dictionary of `size` entries.
 * Returns their address. @throws Damage
 */
export function decodeIndices(
  kernel: Kernel,
  room: Room,
  { end }: Pick<ChunkPage, 'end'>,
  { from, count, size }: { from: number; count: number; size: number | undefined },
): number {
  if (size === undefined)
    throw new Damage('dictionary', 'a page has indices, but there is no dictionary');
  const to = room.fit(count * 4);
  if (count === 0) return to;
  const { fn } = kernel;
  const width = from < end ? (kernel.u8[from] as number) : 33;
  if (width > 32 || fn.decodeRle(from + 1, end, width, count, to) >>> 0 === 0) {
    throw new Damage('page', `the ${count} indices of a page cannot be read`);
  }
  const greatest = fn.getGreatest() >>> 0;
  if (greatest >= size) {
    throw new Damage(
      'dictionary',
      `a page has the index ${greatest}, its dictionary ${size} entries`,
    );
  }
  return to;
}

/** Writes a text into a message. */
export function shown(text: string): string {
  return JSON.stringify(text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text);
}
