import type { EventBatch } from '../../batch/event-batch.ts';
import type { Kernel } from '../../batch/kernel.ts';
import type { MappingPlan } from '../../mapping/plan.ts';
import type { Block, BlockParser, BlockParserOptions, ConditionUse } from '../block.ts';
import { type ElementLines, LineParser } from './line-parser.ts';

/** Parses blocks of lines into batches: lines of NDJSON, or the elements of a JSON document. */
export class LineBlockParser implements BlockParser {
  readonly #parser: LineParser;
  readonly #isContinuous: boolean;
  /** Whether the parser is inside a text: blocks that continue each other. */
  #isOpen = false;
  /** Line at which the open text begins, or else the next one. */
  #firstLine = 1;
  #lines = 0;

  constructor(kernel: Kernel, plan: MappingPlan, options: BlockParserOptions) {
    this.#parser = new LineParser(kernel, plan, options);
    this.#isContinuous = options.continuous ?? false;
  }

  get ignored(): ReadonlyMap<string, number> {
    return this.#parser.ignored;
  }

  /** What the events had that the mapping asks for. */
  get conditions(): readonly ConditionUse[] {
    return this.#parser.conditions;
  }

  get lines(): number {
    return this.#lines;
  }

  *parse(source: string, block: Block): Generator<EventBatch> {
    const { pieces, file, offset, continues, detail } = block;
    if (!this.#isOpen || !continues) {
      yield* this.#close();
      this.#firstLine = block.line ?? this.#firstLine;
      this.#parser.begin(source, this.#firstLine, offset, detail as ElementLines | undefined);
      this.#isOpen = true;
    }
    if (file !== undefined) yield* this.#parser.pushFile(file.descriptor, offset, file.end);
    for (const piece of pieces) yield* this.#parser.push(piece);
    if (!this.#isContinuous) yield* this.end();
  }

  *end(): Generator<EventBatch> {
    yield* this.#close();
    this.#firstLine = 1;
  }

  destroy(): void {
    this.#parser.destroy();
  }

  *#close(): Generator<EventBatch> {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    yield* this.#parser.end();
    this.#lines = this.#parser.line - this.#firstLine;
    this.#firstLine = this.#parser.line;
  }
}
