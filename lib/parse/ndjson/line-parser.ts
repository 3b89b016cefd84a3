import { readSync } from 'node:fs';
import { BatchPool } from '../../batch/batch-pool.ts';
import { BATCH_TEXT, type EventBatch } from '../../batch/event-batch.ts';
import type { Kernel } from '../../batch/kernel.ts';
import { ImportError } from '../../errors.ts';
import type { MappingPlan } from '../../mapping/plan.ts';
import { inputError } from '../../source/input-error.ts';
import { countReturns } from '../json/count-returns.ts';
import { Scanner } from '../scanner.ts';

/** Default of `maxLine`: 16 MiB (NOTES, text). */
export const MAX_LINE: number = 16 << 20;
/** Bytes of a line that is too long which are kept for the rejects file. */
export const KEPT_OF_LONG_LINES = 1024;
const LINE_FEED = 10;
const BOM = [0xef, 0xbb, 0xbf] as const;

/** The one source whose bytes come in now. */
interface Current {
  source: string;
  /** Batch that is being filled with text, and is not scanned yet. */
  batch: EventBatch;
  /** The batch was scanned and given; behind its lines stands the text of the next one. */
  isOut: boolean;
  /** Byte offset in the source of the batch's first byte. */
  offset: number;
  /** Bytes are dropped up to the next line feed: the line was too long. */
  skipping: boolean;
  /** The lines are elements of a JSON document. */
  elements: ElementLines | undefined;
}

/** Lines that were cut out of a JSON document (lib/kernel/json/elements.ts); their own line ends became carriage returns. */
export interface ElementLines {
  /** Line feeds after each element that are not in the source: 1, or 0 where they replaced something. */
  inserted: 0 | 1;
}

/**
 * Cuts bytes into lines and scans them into batches of about 256 KiB. What is in which batch depends on the
 * bytes alone, never on the chunks in which they come. Sources come one after another: `begin`, `push`es,
 * `end`.
 */
export class LineParser {
  readonly #kernel: Kernel;
  readonly #pool: BatchPool;
  readonly #scanner: Scanner;
  readonly #maxLine: number;
  #current: Current | undefined;
  /** Elements of the source so far, each of which has shifted those behind it by what was inserted. */
  #elements = 0;

  constructor(kernel: Kernel, plan: MappingPlan, options: { maxLine?: number } = {}) {
    this.#kernel = kernel;
    this.#maxLine = options.maxLine ?? MAX_LINE;
    this.#pool = new BatchPool(kernel);
    this.#scanner = new Scanner(kernel, plan, { maxLine: this.#maxLine });
  }

  /** Top-level fields that nothing used, with how often they came; at most 100 names. */
  get ignored(): ReadonlyMap<string, number> {
    return this.#scanner.ignored;
  }

  /** Number of the line that comes next. */
  get line(): number {
    return this.#scanner.line;
  }

  /** Starts a source; `line` and `offset` are those of its first byte. */
  begin(source: string, line = 1, offset = 0, elements?: ElementLines): void {
    this.#scanner.line = line;
    this.#elements = 0;
    this.#current = {
      source,
      batch: this.#take(source),
      isOut: false,
      offset,
      skipping: false,
      elements,
    };
  }

  /** Takes bytes of the source; gives the batches that became full. */
  *push(chunk: Uint8Array): Generator<EventBatch> {
    const current = this.#current as Current;
    for (let at = 0; at < chunk.length; ) {
      const { to, most } = this.#room(current);
      const part = chunk.subarray(at, at + most);
      this.#kernel.u8.set(part, to);
      at += part.length;
      yield* this.#came(current, part.length);
    }
  }

  /** The same of a file's bytes `from … end` (without `end`), which it reads. */
  *pushFile(descriptor: number, from: number, end: number): Generator<EventBatch> {
    const current = this.#current as Current;
    for (let at = from; at < end; ) {
      const { to, most } = this.#room(current);
      // What a large batch left may fill the next one as it is.
      const read = most === 0 ? 0 : this.#read(descriptor, at, to, Math.min(most, end - at));
      at += read;
      yield* this.#came(current, read);
    }
  }

  /** Where text may be put, and how much. */
  #room({ batch }: Current): { to: number; most: number } {
    const to = batch.get('textEnd');
    return { to, most: batch.get('text') + batch.textCap - to };
  }

  /** Text was put there: it belongs to the batch, but for what is left of a line that was too long. */
  *#came(current: Current, length: number): Generator<EventBatch> {
    const { to, most } = this.#room(current);
    const kept = length - (current.skipping ? this.#skip(current, to, to + length) : 0);
    current.batch.set('textEnd', to + kept);
    if (kept === most) yield* this.#scanFull(current);
  }

  /** Ends the source: its last line needs no line feed. */
  *end(): Generator<EventBatch> {
    const current = this.#current as Current;
    while (true) {
      const { batch } = current;
      const text = batch.get('text');
      const end = batch.get('textEnd');
      if (end === text) break;
      this.#kernel.u8[end] = LINE_FEED;
      yield* this.#scan(current, end);
    }
    // The end of a line that is too long may not come: whoever cut the block has dropped it.
    if (current.skipping) this.#scanner.line++;
    current.batch.release();
    this.#current = undefined;
  }

  /** Frees the memory; batches that are still out are freed when they are released. */
  destroy(): void {
    if (this.#current?.isOut === false) this.#current.batch.release();
    this.#current = undefined;
    this.#pool.close();
    this.#scanner.destroy();
  }

  /** Reads bytes of the source into linear memory; returns how many. */
  #read(descriptor: number, at: number, to: number, most: number): number {
    const { source } = this.#current as Current;
    let read: number;
    try {
      read = readSync(descriptor, this.#kernel.u8, to, most, at);
    } catch (error) {
      throw inputError(error, source);
    }
    if (read > 0) return read;
    throw new ImportError('E_INPUT_READ', `${source}: the file became shorter while it was read`, {
      hint: 'Let whatever writes it end first, then run again.',
      position: { source, offset: at },
    });
  }

  #take(source: string, textCap = BATCH_TEXT): EventBatch {
    this.#scanner.prepare();
    return this.#pool.take(this.#scanner.keys, source, textCap);
  }

  /** The batch has no room for more text. */
  *#scanFull(current: Current): Generator<EventBatch> {
    const { batch } = current;
    const text = batch.get('text');
    const end = batch.get('textEnd');
    const lastFeed = this.#kernel.bytes.subarray(text, end).lastIndexOf(LINE_FEED);
    if (lastFeed >= 0) {
      yield* this.#scan(current, text + lastFeed + 1);
      return;
    }
    const bom = this.#bomLength(current, text, end);
    if (end - text - bom > this.#maxLine) yield this.#rejectLongLine(current, bom);
    else this.#replace(current, text, Math.min(2 * batch.textCap, bom + this.#maxLine + 1));
  }

  /** Scans the lines up to `end`, gives the batch, and goes on with what is left in a new one. */
  *#scan(current: Current, end: number): Generator<EventBatch> {
    const { batch } = current;
    const text = batch.get('text');
    const from = text + this.#bomLength(current, text, end);
    const { line } = this;
    const stopped = this.#scanner.scan(batch, from, end, current.offset - text);
    if (stopped < end && batch.rows === 0 && stopped === from) {
      // A single event does not fit: its entries or rewritten bytes need a larger batch.
      this.#replace(current, text, 2 * batch.textCap);
      return;
    }
    const rest = Math.min(stopped, batch.get('textEnd'));
    if (current.elements) this.#placeElements(batch, from, rest, line, current.elements);
    const isLarge = batch.textCap > BATCH_TEXT;
    if (isLarge) this.#replace(current, rest);
    if (batch.rows === 0) batch.release();
    else {
      current.isOut = !isLarge;
      yield batch;
      current.isOut = false;
    }
    // Mostly it came back, and is taken again: its memory is near.
    if (!isLarge) this.#replace(current, rest);
  }

  /** Goes on in a new batch with the text from `from` on; the old one is released if nothing was scanned. */
  #replace(current: Current, from: number, textCap = BATCH_TEXT): void {
    const old = current.batch;
    const rest = old.get('textEnd') - from;
    const next = this.#take(current.source, Math.max(textCap, rest));
    const text = next.get('text');
    this.#kernel.u8.copyWithin(text, from, from + rest);
    next.set('textEnd', text + rest);
    current.offset += from - old.get('text');
    current.batch = next;
    if (textCap > BATCH_TEXT) old.release();
  }

  #bomLength(current: Current, text: number, end: number): number {
    const isBom =
      current.offset === 0 && BOM.every((byte, i) => this.#kernel.u8[text + i] === byte);
    return isBom && end - text >= BOM.length ? BOM.length : 0;
  }

  /** Rejects the line that fills the batch, and drops its rest as it comes. */
  #rejectLongLine(current: Current, bom: number): EventBatch {
    const { batch } = current;
    const text = batch.get('text');
    batch.pushReject(this.#kernel.code('line_too_long'), {
      start: text + bom,
      length: KEPT_OF_LONG_LINES,
      line: this.#scanner.line,
      offset: current.offset + bom,
    });
    const end = batch.get('textEnd');
    const { line } = this;
    if (current.elements) this.#placeElements(batch, text, end, line, current.elements);
    current.offset += end - text;
    current.batch = this.#take(current.source);
    current.skipping = true;
    return batch;
  }

  /** Rows of [from, end) get the places of their elements in the document; so does the line that comes next. */
  #placeElements(
    batch: EventBatch,
    from: number,
    end: number,
    line: number,
    { inserted }: ElementLines,
  ): void {
    const shift = this.#elements * inserted;
    const { placeElements } = this.#kernel.fn;
    this.#scanner.line = placeElements(batch.address, 0, from, end, line, shift, inserted) >>> 0;
    this.#elements += batch.rows;
  }

  /** Drops bytes of linear memory up to and with the next line feed; those behind move up. Returns how many went. */
  #skip(current: Current, from: number, end: number): number {
    const bytes = this.#kernel.bytes.subarray(from, end);
    const feed = bytes.indexOf(LINE_FEED);
    const dropped = feed < 0 ? bytes.length : feed + 1;
    current.offset += dropped;
    if (current.elements) this.#scanner.line += countReturns(bytes.subarray(0, dropped));
    if (feed >= 0) {
      current.skipping = false;
      if (!current.elements) this.#scanner.line++;
    }
    this.#kernel.u8.copyWithin(from, from + dropped, end);
    return dropped;
  }
}
