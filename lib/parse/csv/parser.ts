import type { EventBatch } from '../../batch/event-batch.ts';
import type { Kernel } from '../../batch/kernel.ts';
import type { MappingPlan } from '../../mapping/plan.ts';
import { releaseChunk } from '../../source/chunks.ts';
import type { EventParser } from '../event-parser.ts';
import { CsvBlockParser } from './block-parser.ts';
import type { CsvBlock } from './blocks.ts';
import { CsvCutter } from './cutter.ts';
import type { CsvOptions } from './dialect.ts';

/** Bytes of CSV → batches. Sources come one after another, each with a header or with the same columns. */
export class CsvParser implements EventParser {
  readonly #cutter: CsvCutter;
  readonly #blocks: CsvBlockParser;
  #source = '';

  /** @throws ImportError E_USAGE */
  constructor(kernel: Kernel, plan: MappingPlan, options: CsvOptions & { maxLine?: number } = {}) {
    this.#cutter = new CsvCutter(kernel, options);
    this.#blocks = new CsvBlockParser(kernel, plan, options);
  }

  get ignored(): ReadonlyMap<string, number> {
    return this.#blocks.ignored;
  }

  begin(source: string, line = 1, offset = 0): void {
    this.#source = source;
    this.#cutter.begin(source, line, offset);
  }

  *push(chunk: Uint8Array): Generator<EventBatch> {
    yield* this.#parse(this.#cutter.push(chunk));
  }

  *end(): Generator<EventBatch> {
    yield* this.#parse(this.#cutter.end());
  }

  destroy(): void {
    this.#cutter.destroy();
    this.#blocks.destroy();
  }

  *#parse(blocks: Iterable<CsvBlock>): Generator<EventBatch> {
    for (const block of blocks) {
      yield* this.#blocks.parse(this.#source, block);
      for (const piece of block.pieces) releaseChunk(piece);
    }
  }
}
