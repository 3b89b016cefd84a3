import { BatchPool } from '../../batch/batch-pool.ts';
import type { EventBatch } from '../../batch/event-batch.ts';
import type { Kernel } from '../../batch/kernel.ts';
import type { KeyTable } from '../../batch/key-table.ts';
import { type Fields, setFields } from '../../batch/struct.ts';
import type { MappingPlan } from '../../mapping/plan.ts';
import type { Block, BlockParser, ConditionUse } from '../block.ts';
import { MAX_LINE } from '../ndjson/line-parser.ts';
import { Scanner } from '../scanner.ts';
import type { CsvRecords } from './blocks.ts';
import { type ColumnPlace, placeColumns } from './columns.ts';
import type { CsvHeader } from './dialect.ts';
import { recordReader } from './raw-record.ts';
import { dialectFields } from './record-ends.ts';

/** Parses blocks of CSV into batches. The records of a block need no bytes around it. */
export class CsvBlockParser implements BlockParser {
  /** Always 0: blocks of CSV know their own line. */
  readonly lines = 0;
  readonly #kernel: Kernel;
  readonly #plan: MappingPlan;
  readonly #pool: BatchPool;
  readonly #scanner: Scanner;
  readonly #address: number;
  #header: CsvHeader | undefined;
  #readRaw: ((raw: string) => unknown) | undefined;
  #places: ColumnPlace[] = [];
  /** The table whose ids are in `#columns`; undefined until the columns are placed. */
  #keys: KeyTable | undefined;
  /** Address of the columns' ScanKey indices, u32 each; 0 if there are none. */
  #columns = 0;

  constructor(kernel: Kernel, plan: MappingPlan, options: { maxLine?: number } = {}) {
    this.#kernel = kernel;
    this.#plan = plan;
    this.#pool = new BatchPool(kernel);
    this.#scanner = new Scanner(kernel, plan, { maxLine: options.maxLine ?? MAX_LINE });
    this.#address = kernel.arena.alloc(kernel.sizeOf('Csv'));
  }

  get ignored(): ReadonlyMap<string, number> {
    return this.#scanner.ignored;
  }

  /** What the events had that the mapping asks for. */
  get conditions(): readonly ConditionUse[] {
    return this.#scanner.conditions;
  }

  /** @throws ImportError E_INPUT_FORMAT if the header does not fit the mapping */
  *parse(source: string, { pieces, line = 1, offset, detail }: Block): Generator<EventBatch> {
    const csv = detail as CsvRecords;
    this.#useHeader(source, csv.header);
    const bytes = pieces[0] as Uint8Array;
    if (csv.isTooLong) {
      yield this.#rejectLongLine(source, bytes, { line, offset });
      return;
    }
    this.#set({ rereading: 0 });
    this.#scanner.line = line;
    let at = 0;
    for (const end of csv.ends) {
      while (at < end) {
        const { batch, length } = this.#scan(source, bytes.subarray(at, end), offset + at);
        at += length;
        if (batch.rows > 0) yield batch;
        else batch.release();
      }
    }
  }

  *end(): Generator<EventBatch> {}

  destroy(): void {
    this.#pool.close();
    this.#scanner.destroy();
    this.#freeColumns();
    this.#kernel.arena.free(this.#address);
  }

  /** Scans the first records of a text into a batch; returns it, and the number of bytes that the records take. */
  #scan(source: string, text: Uint8Array, offset: number): { batch: EventBatch; length: number } {
    // A single record may need a larger batch, because of its entries or rewritten bytes.
    for (let size = text.length; ; size *= 2) {
      this.#scanner.prepare();
      if (this.#keys !== this.#scanner.keys) this.#placeKeys();
      const batch = this.#pool.take(this.#scanner.keys, source, size);
      batch.readRaw = this.#readRaw;
      const start = batch.get('text');
      this.#kernel.u8.set(text, start);
      batch.set('textEnd', start + text.length);
      const length = this.#scanner.scanCsv(batch, this.#address, offset - start) - start;
      if (length > 0) return { batch, length };
      batch.release();
    }
  }

  #rejectLongLine(
    source: string,
    bytes: Uint8Array,
    place: { line: number; offset: number },
  ): EventBatch {
    const batch = this.#pool.take(this.#scanner.keys, source, bytes.length);
    const start = batch.get('text');
    this.#kernel.u8.set(bytes, start);
    batch.set('textEnd', start + bytes.length);
    const code = this.#kernel.code('line_too_long');
    batch.pushReject(code, { start, length: bytes.length, ...place });
    return batch;
  }

  #useHeader(source: string, header: CsvHeader): void {
    if (this.#header !== undefined && isSame(this.#header, header)) return;
    this.#places = placeColumns(this.#plan, header, source);
    this.#header = header;
    this.#readRaw = recordReader(this.#plan, header, this.#places);
    this.#keys = undefined;
    this.#set({
      cells: header.columns.length,
      ...dialectFields(header),
      absent: header.absent?.charCodeAt(0) ?? 0,
    });
  }

  /** Looks up the keys of the columns again, after the scanner has begun a new table of keys. */
  #placeKeys(): void {
    this.#freeColumns();
    this.#columns = this.#kernel.arena.alloc(this.#places.length * 4);
    const keys = this.#places.map(({ context, name }) =>
      name === '' ? 0 : this.#scanner.keyOf(context, name),
    );
    this.#kernel.u32.set(keys, this.#columns >>> 2);
    this.#set({ keys: this.#columns });
    this.#keys = this.#scanner.keys;
  }

  #freeColumns(): void {
    if (this.#columns !== 0) this.#kernel.arena.free(this.#columns);
    this.#columns = 0;
  }

  #set(fields: Fields<'Csv'>): void {
    setFields(this.#kernel, 'Csv', this.#address, fields);
  }
}

function isSame(a: CsvHeader, b: CsvHeader): boolean {
  return (
    a === b ||
    (a.delimiter === b.delimiter &&
      a.quote === b.quote &&
      a.comment === b.comment &&
      a.absent === b.absent &&
      a.columns.length === b.columns.length &&
      a.columns.every((name, index) => name === b.columns[index]))
  );
}
