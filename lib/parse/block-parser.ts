import type { EventBatch } from '../batch/event-batch.ts';
import type { Kernel } from '../batch/kernel.ts';
import type { MappingPlan } from '../mapping/plan.ts';
import { mergedCounts } from '../run-counters.ts';
import type { Block } from './block.ts';
import { CsvBlockParser } from './csv/block-parser.ts';
import { NdjsonParser } from './ndjson/parser.ts';

/** Blocks of any format → batches; a block says itself what it is. */
export class BlockParser {
  readonly #ndjson: NdjsonParser;
  readonly #makeCsv: () => CsvBlockParser;
  #csv: CsvBlockParser | undefined;
  #lines = 0;

  constructor(kernel: Kernel, plan: MappingPlan, options: { maxLine: number }) {
    this.#ndjson = new NdjsonParser(kernel, plan, options);
    this.#makeCsv = () => new CsvBlockParser(kernel, plan, options);
  }

  /** As `EventParser.ignored`. */
  get ignored(): ReadonlyMap<string, number> {
    return mergedCounts(this.#ndjson.ignored, this.#csv?.ignored ?? new Map());
  }

  /** Lines in the last block, where that did not know its own place. */
  get lines(): number {
    return this.#lines;
  }

  *parse(source: string, block: Block): Generator<EventBatch> {
    const { pieces, file, line = 1, offset, elements, csv } = block;
    if (csv !== undefined) {
      this.#csv ??= this.#makeCsv();
      yield* this.#csv.parse(source, { ...block, line, csv });
      return;
    }
    this.#ndjson.begin(source, line, offset, elements);
    if (file !== undefined) yield* this.#ndjson.pushFile(file.descriptor, offset, file.end);
    for (const piece of pieces) yield* this.#ndjson.push(piece);
    yield* this.#ndjson.end();
    this.#lines = this.#ndjson.line - line;
  }
}
