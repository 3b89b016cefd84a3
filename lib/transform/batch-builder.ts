import { CARRIAGE_RETURN, LINE_FEED } from '../ascii.ts';
import { BatchPool } from '../batch/batch-pool.ts';
import { BATCH_TEXT, type EventBatch, NO_POSITION } from '../batch/event-batch.ts';
import type { Kernel } from '../batch/kernel.ts';
import type { Code, RejectCode, WarningCode } from '../codes.ts';
import { ImportError } from '../errors.ts';
import type { MappingPlan } from '../mapping/plan.ts';
import { KEPT_OF_LONG_LINES, MAX_LINE } from '../parse/ndjson/line-parser.ts';
import { Scanner } from '../parse/scanner.ts';
import { RowOrigins } from './row-origins.ts';

const BLANK = /^[ \t\r\n]*$/;

/** Options of a BatchBuilder. */
export interface BuilderOptions {
  /** Longest event in bytes of JSON; longer ones are rejected. Default 16 MiB. */
  maxLine?: number;
}

/**
 * Fills batches with events given one at a time as JSON texts, whatever they came from. The texts are
 * scanned by the same scanner as lines of NDJSON, so that an event means the same on every way. Each
 * row keeps its origin: where its event stands in the source, and its text there.
 *
 * `add` and `rejectFrom` never wait; call `take` soon after for the batches that became full.
 */
export class BatchBuilder {
  readonly #kernel: Kernel;
  readonly #pool: BatchPool;
  readonly #scanner: Scanner;
  readonly #maxLine: number;
  readonly #origins: RowOrigins;
  #ready: EventBatch[] = [];
  #source = '';
  #batch: EventBatch | undefined;
  /** Texts lie in [text, end), from `scanned` on they are not scanned; source texts in [raws, textCap). */
  #scanned = 0;
  #end = 0;
  #raws = 0;

  constructor(kernel: Kernel, plan: MappingPlan, options: BuilderOptions = {}) {
    this.#kernel = kernel;
    this.#maxLine = options.maxLine ?? MAX_LINE;
    this.#pool = new BatchPool(kernel);
    this.#scanner = new Scanner(kernel, plan, { maxLine: this.#maxLine });
    this.#origins = new RowOrigins(kernel.constant('MAX_ROWS'));
  }

  /** Top-level fields that nothing used, with how often they came; at most 100 names. */
  get ignored(): ReadonlyMap<string, number> {
    return this.#scanner.ignored;
  }

  /** The rows that follow are of this source. */
  begin(source: string): void {
    if (source !== this.#source) this.#finish();
    this.#source = source;
  }

  /**
   * Adds an event. `text` is its JSON; `line` (from 1) and `offset` (bytes) say where it stands in the
   * source. `raw` is its source text, where that is not the same.
   */
  add(text: string, line: number, offset: number, raw?: string): void {
    const problem = this.#problemOf(text);
    if (problem !== undefined) {
      this.#reject(problem, line, offset, raw ?? text);
      return;
    }
    this.#makeRoom(mostBytes(text) + 1 + (raw === undefined ? 0 : mostBytes(raw)));
    this.#put(text);
    if (raw === undefined) this.#origins.push(line, offset);
    else {
      const length = this.#putRaw(raw);
      this.#origins.pushRaw(line, offset, this.#raws, length);
    }
  }

  /** Adds an event that was made of a row of another batch; that one is kept as long as the row. */
  addFrom(text: string, from: EventBatch, row: number): void {
    const problem = this.#problemOf(text);
    if (problem !== undefined) {
      this.rejectFrom(problem, from, row);
      return;
    }
    const { line, offset } = from.place(row);
    const { start, length } = from.rawSlice(row);
    this.#makeRoom(mostBytes(text) + 1);
    this.#put(text);
    this.#current().keep(from);
    this.#origins.pushRaw(line, offset, start, length);
  }

  /** Adds an event of such a row that is rejected (or filtered) unseen; `message` instead of the code's own. */
  rejectFrom(code: Code, from: EventBatch, row: number, message?: string): void {
    this.#scan();
    this.#makeRoom(0);
    this.#current().keep(from);
    this.#pushReject(
      code,
      { ...from.rawSlice(row), ...from.place(row) },
      message ?? from.note(row),
    );
    const batch = this.#current();
    if (code === from.codeName(row)) batch.setDetail(batch.rows - 1, from.detail(row));
  }

  /** Takes over what was counted in another batch. */
  countFrom(batch: EventBatch): void {
    const sums = this.#current().warnings;
    batch.warnings.forEach((times, code) => {
      sums[code] = (sums[code] as number) + times;
    });
  }

  /** Counts warnings. */
  count(code: WarningCode, times: number): void {
    if (times === 0) return;
    const sums = this.#current().warnings;
    const index = this.#kernel.code(code);
    sums[index] = (sums[index] as number) + times;
  }

  /** The batches that have become full. */
  take(): EventBatch[] {
    const ready = this.#ready;
    this.#ready = [];
    return ready;
  }

  /** The batches that are left, the last one as full as it is. */
  end(): EventBatch[] {
    this.#finish();
    return this.take();
  }

  /** Frees the memory; batches that are still out are freed when they are released. */
  destroy(): void {
    this.#batch?.release();
    this.#batch = undefined;
    for (const batch of this.take()) batch.release();
    this.#pool.close();
    this.#scanner.destroy();
  }

  #current(textCap = BATCH_TEXT): EventBatch {
    if (this.#batch === undefined) {
      this.#scanner.prepare();
      const batch = this.#pool.take(this.#scanner.keys, this.#source, textCap);
      this.#scanned = this.#end = batch.get('text');
      this.#raws = this.#end + batch.textCap;
      this.#batch = batch;
    }
    return this.#batch;
  }

  /** Why a text is not scanned but rejected here, if it is. */
  #problemOf(text: string): RejectCode | undefined {
    if (isTooLong(text, this.#maxLine)) return 'line_too_long';
    return BLANK.test(text) ? 'invalid_json' : undefined;
  }

  /** Adds an event that is rejected unseen. */
  #reject(code: RejectCode, line: number, offset: number, raw: string): void {
    const kept = code === 'line_too_long' ? beginning(raw, KEPT_OF_LONG_LINES) : raw;
    this.#scan();
    this.#makeRoom(mostBytes(kept));
    const length = this.#putRaw(kept);
    this.#pushReject(code, { start: this.#raws, length, line, offset });
  }

  /** Makes sure of room for a row with so many bytes, in a new batch if need be. */
  #makeRoom(bytes: number): void {
    let batch = this.#current(bytes);
    const isFull = batch.rows + this.#origins.count >= batch.get('rowCap');
    if (!isFull && this.#end + bytes <= this.#raws) return;
    this.#finish();
    batch = this.#current(bytes);
    if (this.#end + bytes > this.#raws) {
      throw new ImportError('E_INTERNAL', `no room for ${bytes} bytes in an empty batch`);
    }
  }

  /** Puts a text and a line feed. */
  #put(text: string): void {
    const { bytes } = this.#kernel;
    const start = this.#end;
    this.#end += bytes.write(text, start);
    // JSON has line feeds between its tokens only, where a carriage return means the same; anywhere else
    // both are errors.
    const written = bytes.subarray(start, this.#end);
    for (let at = written.indexOf(LINE_FEED); at >= 0; at = written.indexOf(LINE_FEED, at)) {
      written[at] = CARRIAGE_RETURN;
    }
    bytes[this.#end++] = LINE_FEED;
  }

  /** Puts a source text before the others, at `raws`. */
  #putRaw(raw: string): number {
    const length = Buffer.byteLength(raw);
    this.#raws -= length;
    this.#kernel.bytes.write(raw, this.#raws);
    return length;
  }

  #pushReject(
    code: Code,
    row: { start: number; length: number; line: number; offset: number },
    message?: string,
  ): void {
    const batch = this.#current();
    batch.pushReject(this.#kernel.code(code), row);
    batch.setDetail(batch.rows - 1, NO_POSITION);
    if (message !== undefined) batch.setNote(batch.rows - 1, message);
  }

  /** Scans what was added since the last time. */
  #scan(): void {
    while (this.#batch !== undefined && this.#scanned < this.#end) {
      const batch = this.#batch;
      const first = batch.rows;
      batch.set('textEnd', this.#end);
      this.#scanned = this.#scanner.scan(batch, this.#scanned, this.#end, 0);
      this.#origins.assign(batch, first);
      if (this.#scanned < this.#end) this.#moveRest(batch);
    }
  }

  /** The batch has no room for the entries or rewritten bytes of what is not scanned yet: that goes into a new one. */
  #moveRest(old: EventBatch): void {
    const { u8 } = this.#kernel;
    const [from, end, raws] = [this.#scanned, this.#end, this.#raws];
    const rawsEnd = old.get('text') + old.textCap;
    this.#batch = undefined;
    // A single event that does not fit an empty batch needs a larger one.
    const next = this.#current(old.rows === 0 ? 2 * old.textCap : old.textCap);
    u8.copyWithin(this.#end, from, end);
    this.#end += end - from;
    this.#raws -= rawsEnd - raws;
    u8.copyWithin(this.#raws, raws, rawsEnd);
    this.#origins.move(raws, rawsEnd, this.#raws - raws);
    next.keepAllOf(old);
    if (old.rows > 0) this.#ready.push(old);
    else old.release();
  }

  #finish(): void {
    this.#scan();
    const batch = this.#batch;
    this.#batch = undefined;
    if (batch === undefined) return;
    if (batch.rows > 0) this.#ready.push(batch);
    else batch.release();
  }
}

/** Upper bound of a text's bytes in UTF-8; exact where the bound would be large. */
function mostBytes(text: string): number {
  return text.length < 4096 ? text.length * 3 : Buffer.byteLength(text);
}

function isTooLong(text: string, most: number): boolean {
  return text.length > most || (text.length * 3 > most && Buffer.byteLength(text) > most);
}

/** The first bytes of a text. */
function beginning(text: string, bytes: number): string {
  return Buffer.from(text.slice(0, bytes)).subarray(0, bytes).toString();
}
