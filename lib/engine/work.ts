import type { EventBatch } from '../batch/event-batch.ts';
import { Kernel } from '../batch/kernel.ts';
import { Explainer } from '../explain/explainer.ts';
import type { Block, BlockParser } from '../parse/block.ts';
import { formatOf, type TextFormat } from '../parse/formats.ts';
import { prepared, type RecordStageOptions, recordStages } from '../record/stages.ts';
import type { RejectRecord } from '../report.ts';
import { DayRouter } from '../route/day-router.ts';
import { type DayRowGroup, OpenDays } from '../route/open-days.ts';
import { RunCounters } from '../run-counters.ts';
import { mergedCounts } from '../sums.ts';
import type { EventTransformer, MakeTransformer } from '../transform/event-transformer.ts';
import { type BlockResult, emptyResult } from './block-result.ts';
import type { WorkOptions } from './options.ts';

/**
 * A result is handed on at this many rejects, or characters of their texts: a block of garbage has a hundred thousand
 * of them, or some of 16 MiB. These went through threads without a bound: 72 of them took 1.1 GiB.
 */
const MANY_REJECTS = 4096;
const MANY_REJECTED_CHARACTERS = 2 << 20;
/**
 * While a block is parsed, a result is handed on at this many bytes of row groups: with many mixed days, many may end
 * at once.
 */
const MANY_BYTES = 16 << 20;
/** At the end of the run the limit is lower, because all open row groups end then, most of them small. */
const MANY_BYTES_AT_END = 4 << 20;

/** A block and its format. */
export interface FormattedBlock {
  format: TextFormat;
  block: Block;
}

/**
 * The middle of the chain: blocks → row groups. This is the only implementation of the sequence parse → user code
 * → record stages → route → count → open row groups. Each worker thread has one `Work`; a run without threads has
 * one on the calling thread.
 *
 * A block goes through `process`, a source of continuous blocks ends with `endSource`, and the run ends with
 * `finish`. The results depend only on the blocks and their order.
 */
export class Work {
  readonly #options: WorkOptions;
  readonly #kernel = new Kernel();
  readonly #parsers = new Map<TextFormat, BlockParser>();
  readonly #loading = new Map<TextFormat, Promise<void>>();
  readonly #record: RecordStageOptions;
  readonly #transformer: EventTransformer | undefined;
  /** Absent with user code: the rows are then no longer what the mapping read. */
  readonly #explainer: Explainer | undefined;
  readonly #router: DayRouter;
  readonly #open: OpenDays;
  /** Events that may still be read. */
  #left: number;
  // What the next result will contain.
  #counters = new RunCounters();
  #rejects: RejectRecord[] = [];
  #rejectedCharacters = 0;
  #groups: DayRowGroup[] = [];
  #groupBytes = 0;

  /** @param makeTransformer applies the user code of `options.transform`, loaded */
  constructor(options: WorkOptions, makeTransformer: MakeTransformer | undefined) {
    const { plan, parquet, memory, limit = Number.POSITIVE_INFINITY } = options;
    this.#left = limit;
    this.#options = options;
    this.#record = prepared(options.record);
    this.#transformer = makeTransformer?.(this.#kernel, plan, options);
    if (this.#transformer === undefined) this.#explainer = new Explainer(plan);
    this.#router = new DayRouter(options);
    this.#open = new OpenDays(this.#kernel, parquet, memory);
  }

  /** Whether the parser of a format is loaded, so that its blocks can be processed. */
  isLoaded(format: TextFormat): boolean {
    return this.#parsers.has(format);
  }

  /** Whether no more events may be read. */
  get isFull(): boolean {
    return this.#left === 0;
  }

  /** Loads the parser of a format once; further calls return the same promise. */
  load(format: TextFormat): Promise<void> {
    const loading = this.#loading.get(format) ?? this.#load(format);
    this.#loading.set(format, loading);
    return loading;
  }

  /** Processes a block of the source with this name. The parser of its format must be loaded. */
  *process(source: string, { format, block }: FormattedBlock): Generator<BlockResult> {
    const parser = this.#parsers.get(format) as BlockParser;
    for (const batch of parser.parse(source, block)) yield* this.#addBatch(batch);
    yield this.#takeResult(parser.lines);
  }

  /** Ends a source whose blocks were continuous: yields the results of the events that its parser still holds. */
  *endSource(): Generator<BlockResult> {
    for (const parser of this.#parsers.values()) {
      for (const batch of parser.end()) yield* this.#addBatch(batch);
    }
    yield this.#takeResult(0);
  }

  /** Ends the run: yields the row groups that are still open. */
  *finish(): Generator<BlockResult> {
    this.#router.close();
    yield* this.#addGroups(this.#open.finish(), MANY_BYTES_AT_END);
    if (this.#open.hasSpillFailed) this.#counters.warn('days_not_spilled');
    const otherKeys = [...(this.#record.filter?.otherKeys ?? [])];
    const conditions = [...this.#parsers.values()].flatMap((parser) => parser.conditions);
    const { times } = this.#router;
    yield { ...this.#takeResult(0), ignored: this.#ignored(), otherKeys, conditions, times };
  }

  /** Deletes the temporary files. Must be called however the run ended. */
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

  *#addBatch(batch: EventBatch): Generator<BlockResult> {
    if (batch.rows > this.#left) batch.set('rows', this.#left);
    this.#left -= batch.rows;
    const batches = this.#transformer?.apply(batch) ?? [batch];
    for (const transformed of batches) yield* this.#addTransformed(transformed);
  }

  *#addTransformed(batch: EventBatch): Generator<BlockResult> {
    recordStages(batch, this.#record);
    const days = this.#router.route(batch);
    this.#explainer?.explain(batch, this.#record);
    for (const reject of this.#counters.count(batch, days)) {
      this.#rejects.push(reject);
      this.#rejectedCharacters += reject.raw.length;
      const isMuch = this.#rejectedCharacters >= MANY_REJECTED_CHARACTERS;
      if (isMuch || this.#rejects.length >= MANY_REJECTS) yield this.#takeRejects();
    }
    yield* this.#addGroups(this.#open.append(batch, days), MANY_BYTES);
    batch.release();
  }

  *#addGroups(groups: Iterable<DayRowGroup>, manyBytes: number): Generator<BlockResult> {
    for (const next of groups) {
      this.#groups.push(next);
      this.#groupBytes += next.group.bytes.length;
      if (this.#groupBytes >= manyBytes) yield { ...this.#takeResult(0), last: false };
    }
  }

  /** A result of rejects only. A batch is still being counted, so its counts come with a later result. */
  #takeRejects(): BlockResult {
    const rejects = this.#rejects;
    this.#rejects = [];
    this.#rejectedCharacters = 0;
    return { ...emptyResult(), rejects, last: false };
  }

  /** The result of everything since the one before. */
  #takeResult(lines: number): BlockResult {
    const { counts } = this.#counters;
    const result = { counts, rejects: this.#rejects, groups: this.#groups, lines, last: true };
    this.#counters = new RunCounters();
    this.#rejects = [];
    this.#rejectedCharacters = 0;
    this.#groups = [];
    this.#groupBytes = 0;
    return result;
  }
}
