import { type EventBatch, NO_POSITION } from '../batch/event-batch.ts';
import type { FieldName } from '../batch/kernel.ts';

/** Stored as the length if the source text is the row's own text. */
const OWN_TEXT = 0xffff_ffff;

/** The origins of the events that were added to a batch and are not scanned yet, in order. */
export class RowOrigins {
  /** Number of origins. */
  count = 0;
  readonly #line: Uint32Array;
  readonly #offset: Float64Array;
  /** Address and length of the source text. */
  readonly #start: Uint32Array;
  readonly #length: Uint32Array;

  constructor(rowCap: number) {
    this.#line = new Uint32Array(rowCap);
    this.#offset = new Float64Array(rowCap);
    this.#start = new Uint32Array(rowCap);
    this.#length = new Uint32Array(rowCap);
  }

  /** Adds the origin of an event whose source text is the row's own text. */
  push(line: number, offset: number): void {
    this.pushRaw(line, offset, 0, OWN_TEXT);
  }

  /** Adds the origin of an event whose source text is elsewhere in linear memory. */
  pushRaw(line: number, offset: number, start: number, length: number): void {
    const at = this.count++;
    this.#line[at] = line;
    this.#offset[at] = offset;
    this.#start[at] = start;
    this.#length[at] = length;
  }

  /** Writes the first origins to the rows of the batch from `first` on, and removes them. */
  assign(batch: EventBatch, first: number): void {
    const { u32, f64 } = batch.kernel;
    const { codes } = batch;
    const used = batch.rows - first;
    const address = (field: FieldName<'Batch'>, shift: number): number =>
      (batch.get(field) >>> shift) + first;
    const [lines, offsets] = [address('rowLine', 2), address('rowOffset', 3)];
    const [starts, lengths] = [address('rowStart', 2), address('rowLen', 2)];
    const details = address('detail', 2);
    for (let at = 0; at < used; at++) {
      u32[lines + at] = this.#line[at] as number;
      f64[offsets + at] = this.#offset[at] as number;
      if (this.#length[at] === OWN_TEXT) continue;
      u32[starts + at] = this.#start[at] as number;
      u32[lengths + at] = this.#length[at] as number;
      if (codes[first + at] !== 0) u32[details + at] = NO_POSITION;
    }
    for (const array of [this.#line, this.#offset, this.#start, this.#length]) {
      array.copyWithin(0, used, this.count);
    }
    this.count -= used;
  }

  /** Adjusts the addresses of the source texts in [from, end), which have moved by `distance` bytes. */
  move(from: number, end: number, distance: number): void {
    for (let at = 0; at < this.count; at++) {
      const start = this.#start[at] as number;
      if (this.#length[at] !== OWN_TEXT && start >= from && start < end) {
        this.#start[at] = start + distance;
      }
    }
  }
}
