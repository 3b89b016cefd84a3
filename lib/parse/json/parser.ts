import type { EventBatch } from '../../batch/event-batch.ts';
import type { Kernel } from '../../batch/kernel.ts';
import type { MappingPlan } from '../../mapping/plan.ts';
import { chunkOf, releaseChunk } from '../../source/chunks.ts';
import type { Block } from '../block.ts';
import type { EventParser } from '../event-parser.ts';
import { NdjsonParser } from '../ndjson/parser.ts';
import { JsonCutter, type JsonCutterOptions } from './cutter.ts';

/**
 * JSON documents → batches: arrays of events, values one behind the other, what a path leads to. What
 * is in which batch depends on the bytes alone.
 */
export class JsonParser implements EventParser {
  readonly #cutter: JsonCutter;
  readonly #lines: NdjsonParser;
  #source = '';
  #isOpen = false;

  constructor(kernel: Kernel, plan: MappingPlan, options: JsonCutterOptions) {
    this.#cutter = new JsonCutter(kernel, options);
    this.#lines = new NdjsonParser(kernel, plan, options);
  }

  get ignored(): ReadonlyMap<string, number> {
    return this.#lines.ignored;
  }

  begin(source: string): void {
    this.#source = source;
    this.#cutter.begin(source);
  }

  /** @throws ImportError E_INPUT_FORMAT where the document around the events is broken */
  *push(chunk: Uint8Array): Generator<EventBatch> {
    // The cutter keeps what it is given, and rewrites it.
    for (const block of this.#cutter.push(chunkOf(chunk))) yield* this.#parse(block);
  }

  /** @throws ImportError E_INPUT_TRUNCATED, E_INPUT_FORMAT */
  *end(): Generator<EventBatch> {
    for (const block of this.#cutter.end()) yield* this.#parse(block);
    yield* this.#close();
  }

  destroy(): void {
    this.#cutter.destroy();
    this.#lines.destroy();
  }

  *#parse({ pieces, line, offset, elements }: Block): Generator<EventBatch> {
    if (!elements?.continues) {
      yield* this.#close();
      this.#lines.begin(this.#source, line, offset, elements);
      this.#isOpen = true;
    }
    for (const piece of pieces) {
      yield* this.#lines.push(piece);
      releaseChunk(piece);
    }
  }

  *#close(): Generator<EventBatch> {
    if (this.#isOpen) yield* this.#lines.end();
    this.#isOpen = false;
  }
}
