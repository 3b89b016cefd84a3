import type { FieldName, Kernel } from '../../batch/kernel.ts';
import { type Fields, getField, setFields } from '../../batch/struct.ts';
import type { CsvDialect } from './dialect.ts';

/** The kernel's quote or comment where there is none: a byte that begins no cell and no record. */
const NONE = '\n';

/** Returns the kernel's fields for how records are written. */
export function dialectFields(
  dialect: CsvDialect,
): Record<'delimiter' | 'quote' | 'comment', number> {
  return {
    delimiter: dialect.delimiter.charCodeAt(0),
    quote: (dialect.quote || NONE).charCodeAt(0),
    comment: (dialect.comment || NONE).charCodeAt(0),
  };
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
  begin(dialect: CsvDialect): void {
    setFields(this.#kernel, 'CsvEnds', this.#address, dialectFields(dialect));
    this.restart();
  }

  /** Begins a text of the same dialect. */
  restart(): void {
    this.#set({ at: 0, feeds: 0, end: 0, lines: 0, inQuotes: 0, isLine: 0 });
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
