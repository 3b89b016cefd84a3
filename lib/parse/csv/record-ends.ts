import type { FieldName, Kernel } from '../../batch/kernel.ts';
import { type Fields, getField, setFields } from '../../batch/struct.ts';

/** The kernel's quote where nothing is quoted: a byte that ends every cell, so that it can never begin one. */
const NO_QUOTE = '\n';

/** Returns the kernel's fields for a delimiter and a quote; an empty quote means that nothing is quoted. */
export function dialectFields(
  delimiter: string,
  quote: string,
): Record<'delimiter' | 'quote', number> {
  return { delimiter: delimiter.charCodeAt(0), quote: (quote || NO_QUOTE).charCodeAt(0) };
}

/** Finds the ends of records in a text that grows (lib/kernel/csv/record-ends.ts). */
export class RecordEnds {
  readonly #kernel: Kernel;
  readonly #address: number;

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
    this.#address = kernel.arena.alloc(kernel.sizeOf('CsvEnds'));
  }

  /** Begins a text of this dialect, at its first byte. */
  begin(delimiter: string, quote: string): void {
    setFields(this.#kernel, 'CsvEnds', this.#address, dialectFields(delimiter, quote));
    this.restart();
  }

  /** Begins a text of the same dialect. */
  restart(): void {
    this.#set({ at: 0, feeds: 0, end: 0, lines: 0, inQuotes: 0, isBroken: 0 });
  }

  /**
   * Continues the search in the text.
   *
   * @param text address of the text's first byte
   * @param limit bytes of the text that may be read
   * @param firstIsEnough whether to stop at the first record end
   */
  advance(text: number, limit: number, firstIsEnough: boolean): void {
    this.#kernel.fn.csvEnds(this.#address, text, limit, firstIsEnough);
  }

  /** Offset after the last line feed that ends a record; 0 if none was found. */
  get end(): number {
    return this.#get('end');
  }

  /** Number of lines before `end`. */
  get lines(): number {
    return this.#get('lines');
  }

  /** Whether the bytes read so far end inside a quoted cell. */
  get inQuotes(): boolean {
    return this.#get('inQuotes') !== 0;
  }

  /** Whether the unfinished record at the end has a misplaced quote. */
  get isMalformed(): boolean {
    return this.#get('isBroken') !== 0;
  }

  /**
   * Call after the records before `end` were removed from the text: makes all offsets relative to its new first byte.
   */
  shift(): void {
    const { end, lines } = this;
    this.#set({ at: this.#get('at') - end, feeds: this.#get('feeds') - lines, end: 0, lines: 0 });
  }

  /** Frees the memory. */
  destroy(): void {
    this.#kernel.arena.free(this.#address);
  }

  #get(field: FieldName<'CsvEnds'>): number {
    return getField(this.#kernel, 'CsvEnds', this.#address, field);
  }

  #set(fields: Fields<'CsvEnds'>): void {
    setFields(this.#kernel, 'CsvEnds', this.#address, fields);
  }
}
