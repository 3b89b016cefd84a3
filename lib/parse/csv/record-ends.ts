import type { FieldName, Kernel } from '../../batch/kernel.ts';
import { type Fields, getField, setFields } from '../../batch/struct.ts';

/** Where nothing is quoted, the kernel's quote: a byte that ends every cell before it could begin one. */
const NO_QUOTE = '\n';

/** A delimiter and a quote, or '', as the kernel has them. */
export function dialectFields(
  delimiter: string,
  quote: string,
): Record<'delimiter' | 'quote', number> {
  return { delimiter: delimiter.charCodeAt(0), quote: (quote || NO_QUOTE).charCodeAt(0) };
}

/** Finds where records end in a text that grows (lib/kernel/csv/record-ends.ts). */
export class RecordEnds {
  readonly #kernel: Kernel;
  readonly #address: number;

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
    this.#address = kernel.arena.alloc(kernel.sizeOf('CsvEnds'));
  }

  /** Begins at the first byte of a text. */
  begin(delimiter: string, quote: string): void {
    setFields(this.#kernel, 'CsvEnds', this.#address, dialectFields(delimiter, quote));
    this.restart();
  }

  restart(): void {
    this.#set({ at: 0, feeds: 0, end: 0, lines: 0, inQuotes: 0, isBroken: 0 });
  }

  /** Looks on in the text at an address, up to `limit` bytes of it, or to the first record end. */
  advance(text: number, limit: number, firstIsEnough: boolean): void {
    this.#kernel.fn.csvEnds(this.#address, text, limit, firstIsEnough);
  }

  /** Behind the last line feed that ends a record; 0 if there is none. */
  get end(): number {
    return this.#get('end');
  }

  /** Lines up to `end`. */
  get lines(): number {
    return this.#get('lines');
  }

  /** Whether a quoted cell goes on behind what was looked at. */
  get inQuotes(): boolean {
    return this.#get('inQuotes') !== 0;
  }

  /** Whether the record that goes on there has a quote in a wrong place. */
  get isBroken(): boolean {
    return this.#get('isBroken') !== 0;
  }

  /** The records up to `end` were taken away. */
  forget(): void {
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
