import { readSync } from 'node:fs';
import { LINE_FEED } from '../../ascii.ts';
import { BatchPool } from '../../batch/batch-pool.ts';
import { BATCH_TEXT, type EventBatch } from '../../batch/event-batch.ts';
import type { Kernel } from '../../batch/kernel.ts';
import type { MappingPlan } from '../../mapping/plan.ts';
import { changedError, inputError } from '../../source/input-error.ts';
import type { ConditionUse } from '../block.ts';
import { countReturns } from '../json/count-returns.ts';
import { Scanner } from '../scanner.ts';

/** Default of `maxLine`: 16 MiB (docs/decisions.md, text). */
export const MAX_LINE: number = 16 << 20;
/** Number of bytes of a line that is too long which go to the rejects file. */
export const KEPT_OF_LONG_LINES = 1024;
const BOM = [0xef, 0xbb, 0xbf] as const;

/** The state of the current source. */
interface Current {
  source: string;
  /** The batch that is being filled with text, and is not scanned yet. */
  batch: EventBatch;
  /** Whether the batch is scanned and yielded. The text of the next batch follows its lines. */
  isYielded: boolean;
  /** Offset in the source of the batch's first byte. */
  offset: number;
  /** Whether bytes are dropped up to the next line feed, because their line is too long. */
  skipping: boolean;
  /** Set if the lines are elements of a JSON document. */
  elements: ElementLines | undefined;
}

/**
 * Describes lines that are the elements of a JSON document. Inside an element, carriage returns replace the line ends
 * of the document (lib/kernel/json/elements.ts).
 */
export interface ElementLines {
  /** Line feeds per element that are not in the source: 1 if they were inserted, 0 if they replaced another byte. */
  inserted: 0 | 1;
}

/**
 * Cuts bytes into lines, and scans these into batches of about 256 KiB of text. For each source: `begin`, a `push`
 * for each chunk, `end`. The batch of a line depends only on the bytes, not on how they are cut into chunks.
 */
export class LineParser {
  readonly #kernel: Kernel;
  readonly #pool: BatchPool;
  readonly #scanner: Scanner;
  readonly #maxLine: number;
  #current: Current | undefined;
  /** Number of elements so far. The line feed inserted after each has shifted the offsets of those that follow. */
  #elements = 0;

  constructor(kernel: Kernel, plan: MappingPlan, options: { maxLine?: number } = {}) {
    this.#kernel = kernel;
    this.#maxLine = options.maxLine ?? MAX_LINE;
    this.#pool = new BatchPool(kernel);
    this.#scanner = new Scanner(kernel, plan, { maxLine: this.#maxLine });
  }

  /** Top-level fields that no column uses, with the number of their occurrences. At most 100 names. */
  get ignored(): ReadonlyMap<string, number> {
    return this.#scanner.ignored;
  }

  /** What the events had that the mapping asks for. */
  get conditions(): readonly ConditionUse[] {
    return this.#scanner.conditions;
  }

  /** Number of the next line. */
  get line(): number {
    return this.#scanner.line;
  }

  /**
   * Begins a source.
   *
   * @param line line of its first byte, from 1
   * @param offset byte offset of its first byte
   * @param elements set if the lines are elements of a JSON document
   */
  begin(source: string, line = 1, offset = 0, elements?: ElementLines): void {
    this.#scanner.line = line;
    this.#elements = 0;
    this.#current = {
      source,
      batch: this.#acquireBatch(source),
      isYielded: false,
      offset,
      skipping: false,
      elements,
    };
  }

  /** Adds bytes of the source; yields the batches that they fill. */
  *push(chunk: Uint8Array): Generator<EventBatch> {
    const current = this.#current as Current;
    for (let at = 0; at < chunk.length; ) {
      const { to, most } = this.#freeSpace(current);
      const part = chunk.subarray(at, at + most);
      this.#kernel.u8.set(part, to);
      at += part.length;
      yield* this.#appended(current, part.length);
    }
  }

  /**
   * Reads bytes of the source from a file and adds them, as `push` does; yields the batches that they fill.
   *
   * @param from offset of the first byte
   * @param end offset after the last byte
   */
  *pushFile(descriptor: number, from: number, end: number): Generator<EventBatch> {
    const current = this.#current as Current;
    for (let at = from; at < end; ) {
      const { to, most } = this.#freeSpace(current);
      // The rest of a large batch may already fill this one.
      const read = most === 0 ? 0 : this.#read(descriptor, at, to, Math.min(most, end - at));
      at += read;
      yield* this.#appended(current, read);
    }
  }

  /** Returns the address at which the batch's text continues, and the number of bytes that fit there. */
  #freeSpace({ batch }: Current): { to: number; most: number } {
    const to = batch.get('textEnd');
    return { to, most: batch.get('text') + batch.textCap - to };
  }

  /**
   * Makes bytes that were written to the free space part of the batch, except the rest of a line that is too long.
   */
  *#appended(current: Current, length: number): Generator<EventBatch> {
    const { to, most } = this.#freeSpace(current);
    const kept = length - (current.skipping ? this.#skip(current, to, to + length) : 0);
    current.batch.set('textEnd', to + kept);
    if (kept === most) yield* this.#scanFull(current);
  }

  /** Ends the source, whose last line needs no line feed; yields the last batches. */
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
    // The line feed of a line that is too long is missing if the cutter has dropped it.
    if (current.skipping) this.#scanner.line++;
    current.batch.release();
    this.#current = undefined;
  }

  /** Frees the memory. Batches that are still in use are freed when they are released. */
  destroy(): void {
    if (this.#current?.isYielded === false) this.#current.batch.release();
    this.#current = undefined;
    this.#pool.close();
    this.#scanner.destroy();
  }

  /** Reads at most `most` bytes of the file at offset `at` to the address `to`; returns the number of bytes read. */
  #read(descriptor: number, at: number, to: number, most: number): number {
    const { source } = this.#current as Current;
    let read: number;
    try {
      read = readSync(descriptor, this.#kernel.u8, to, most, at);
    } catch (error) {
      throw inputError(error, source);
    }
    if (read > 0) return read;
    throw changedError(source, 'it became shorter', { offset: at });
  }

  #acquireBatch(source: string, textCap = BATCH_TEXT): EventBatch {
    this.#scanner.prepare();
    return this.#pool.take(this.#scanner.keys, source, textCap);
  }

  /**
   * Handles a batch that is full of text: scans its lines, rejects a line that is too long, or takes a larger batch.
   */
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

  /** Scans the lines up to `end`, yields the batch, and continues with the rest of the text in a new one. */
  *#scan(current: Current, end: number): Generator<EventBatch> {
    const { batch } = current;
    const text = batch.get('text');
    const from = text + this.#bomLength(current, text, end);
    const { line } = this;
    const stopped = this.#scanner.scan(batch, from, end, current.offset - text);
    if (stopped < end && batch.rows === 0 && stopped === from) {
      // A single event needs a larger batch, because of its entries or rewritten bytes.
      this.#replace(current, text, 2 * batch.textCap);
      return;
    }
    const rest = Math.min(stopped, batch.get('textEnd'));
    if (current.elements) this.#placeElements(batch, from, rest, line, current.elements);
    const isLarge = batch.textCap > BATCH_TEXT;
    if (isLarge) this.#replace(current, rest);
    if (batch.rows === 0) batch.release();
    else {
      current.isYielded = !isLarge;
      yield batch;
      current.isYielded = false;
    }
    // Usually the batch was released meanwhile, and is acquired again while its memory is in the caches.
    if (!isLarge) this.#replace(current, rest);
  }

  /**
   * Continues in a new batch with the text from the address `from`. If the new batch is larger, nothing of the old
   * one was scanned, and it is released.
   */
  #replace(current: Current, from: number, textCap = BATCH_TEXT): void {
    const old = current.batch;
    const rest = old.get('textEnd') - from;
    const next = this.#acquireBatch(current.source, Math.max(textCap, rest));
    const text = next.get('text');
    this.#kernel.u8.copyWithin(text, from, from + rest);
    next.set('textEnd', text + rest);
    current.offset += from - old.get('text');
    current.batch = next;
    if (textCap > BATCH_TEXT) old.release();
  }

  /** Returns the length of the byte order mark at the beginning of the source, if `text` is there; else 0. */
  #bomLength(current: Current, text: number, end: number): number {
    const isBom =
      current.offset === 0 && BOM.every((byte, i) => this.#kernel.u8[text + i] === byte);
    return isBom && end - text >= BOM.length ? BOM.length : 0;
  }

  /** Rejects the line that fills the batch. The rest of the line will be dropped. */
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
    current.batch = this.#acquireBatch(current.source);
    current.skipping = true;
    return batch;
  }

  /** Sets the positions of the rows of [from, end), and the next line, to those of the elements in the document. */
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

  /**
   * Drops the bytes of [from, end) through the next line feed, and moves up the others; returns the number dropped.
   */
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
