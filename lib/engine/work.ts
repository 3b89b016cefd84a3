import type { EventBatch } from '../batch/event-batch.ts';
import { Kernel } from '../batch/kernel.ts';
import type { Block, BlockParser } from '../parse/block.ts';
import { formatOf, type TextFormat } from '../parse/formats.ts';
import { prepared, type RecordStageOptions, recordStages } from '../record/stages.ts';
import type { RejectRecord } from '../report.ts';
import { DayRouter } from '../route/day-router.ts';
import { type DayRowGroup, OpenDays } from '../route/open-days.ts';
import { mergedCounts, RunCounters } from '../run-counters.ts';
import type { EventTransform } from '../transform/event.ts';
import { EventTransformer } from '../transform/event-transformer.ts';
import type { BlockResult } from './block-result.ts';
import type { WorkOptions } from './options.ts';

/** Rejects that make a result: a block of garbage has a hundred thousand of them. */
const MANY_REJECTS = 4096;
/** Bytes of row groups that make a result while a block is parsed: of many mixed days, many may end at once. */
const MANY_BYTES = 16 << 20;
/** Bytes of row groups that make a result at the end, when all that are open end, and small ones are many. */
const LAST_BYTES = 4 << 20;

/** A block and its format. */
export interface FormattedBlock {
  format: TextFormat;
  block: Block;
}

/**
 * The middle of the chain: blocks → row groups. Each thread has one, and a run without threads has one on
 * the calling thread. What it gives depends on the blocks alone, in their order.
 */
export class Work {
  readonly #options: WorkOptions;
  readonly #kernel = new Kernel();
  readonly #parsers = new Map<TextFormat, BlockParser>();
  readonly #loading = new Map<TextFormat, Promise<void>>();
  readonly #record: RecordStageOptions;
  readonly #transformer: EventTransformer | undefined;
  readonly #router: DayRouter;
  readonly #open: OpenDays;
  #counters = new RunCounters();
  #rejects: RejectRecord[] = [];
  #groups: DayRowGroup[] = [];
  #groupBytes = 0;

  /** @param transform the function of `options.transform`, loaded */
  constructor(options: WorkOptions, transform: EventTransform | undefined) {
    const { plan, parquet, memory } = options;
    this.#options = options;
    this.#record = prepared(options.record);
    this.#transformer = transform && new EventTransformer(this.#kernel, plan, transform, options);
    this.#router = new DayRouter(options);
    this.#open = new OpenDays(this.#kernel, parquet, memory);
  }

  /** Whether blocks of a format can be taken; if not, `load` it first. */
  knows(format: TextFormat): boolean {
    return this.#parsers.has(format);
  }

  /** Loads the parser of a format, once. */
  load(format: TextFormat): Promise<void> {
    const loading = this.#loading.get(format) ?? this.#load(format);
    this.#loading.set(format, loading);
    return loading;
  }

  /** Takes a block of a source; its format must be loaded. */
  *take(source: string, { format, block }: FormattedBlock): Generator<BlockResult> {
    const parser = this.#parsers.get(format) as BlockParser;
    for (const batch of parser.parse(source, block)) yield* this.#batch(batch);
    yield this.#result(parser.lines);
  }

  /** Ends a source whose blocks were continuous. */
  *endSource(): Generator<BlockResult> {
    for (const parser of this.#parsers.values()) {
      for (const batch of parser.end()) yield* this.#batch(batch);
    }
    yield this.#result(0);
  }

  /** Ends the row groups that are still open. */
  *finish(): Generator<BlockResult> {
    this.#router.close();
    yield* this.#add(this.#open.finish(), LAST_BYTES);
    yield { ...this.#result(0), ignored: this.#ignored() };
  }

  /** Deletes the temporary files, however the run ended. */
  close(): void {
    this.#router.close();
    this.#open.close();
  }

  async #load(format: TextFormat): Promise<void> {
    const { plan } = this.#options;
    const parser = await formatOf(format).blockParser(this.#kernel, plan, this.#options);
    this.#parsers.set(format, parser);
  }

  #ignored(): ReadonlyMap<string, number> {
    return [...this.#parsers.values(), this.#transformer]
      .map((each) => each?.ignored ?? new Map<string, number>())
      .reduce(mergedCounts, new Map<string, number>());
  }

  *#batch(batch: EventBatch): Generator<BlockResult> {
    const batches = this.#transformer?.apply(batch) ?? [batch];
    for (const transformed of batches) yield* this.#transformed(transformed);
  }

  *#transformed(batch: EventBatch): Generator<BlockResult> {
    recordStages(batch, this.#record);
    const days = this.#router.route(batch);
    for (const reject of this.#counters.count(batch, days)) {
      if (this.#rejects.push(reject) >= MANY_REJECTS) yield this.#rejectsOnly();
    }
    yield* this.#add(this.#open.append(batch, days), MANY_BYTES);
    batch.release();
  }

  *#add(groups: Iterable<DayRowGroup>, most: number): Generator<BlockResult> {
    for (const next of groups) {
      this.#groups.push(next);
      this.#groupBytes += next.group.bytes.length;
      if (this.#groupBytes >= most) yield { ...this.#result(0), last: false };
    }
  }

  /** The batch is still being counted: its counts come with a later result. */
  #rejectsOnly(): BlockResult {
    const rejects = this.#rejects;
    this.#rejects = [];
    return { counts: new RunCounters().counts, rejects, groups: [], lines: 0, last: false };
  }

  #result(lines: number): BlockResult {
    const { counts } = this.#counters;
    const result = { counts, rejects: this.#rejects, groups: this.#groups, lines, last: true };
    this.#counters = new RunCounters();
    this.#rejects = [];
    this.#groups = [];
    this.#groupBytes = 0;
    return result;
  }
}
