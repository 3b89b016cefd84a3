import type { EventBatch } from '../batch/event-batch.ts';
import { Kernel } from '../batch/kernel.ts';
import type { Block } from '../parse/block.ts';
import { BlockParser } from '../parse/block-parser.ts';
import { prepared, type RecordStageOptions, recordStages } from '../record/stages.ts';
import type { RejectRecord } from '../report.ts';
import { routeByDay } from '../route/by-day.ts';
import { Duplicates } from '../route/duplicates.ts';
import { type DayRowGroup, OpenDays } from '../route/open-days.ts';
import { mergedCounts, RunCounters } from '../run-counters.ts';
import type { EventTransform } from '../transform/event.ts';
import { EventTransformer } from '../transform/event-transformer.ts';
import type { BlockResult, WorkOptions } from './threads/protocol.ts';

/** Rejects that are told at once: a block of garbage has a hundred thousands of them. */
const MANY_REJECTS = 4096;

/** Bytes of row groups that a part of the end has: hundreds of days have small ones. */
const PART_BYTES = 4 << 20;

/**
 * What one thread does: blocks → row groups, through the same stages as lib/stages.ts, without streams.
 * What it gives depends on the blocks alone, in their order.
 */
export class Work {
  readonly #options: WorkOptions;
  readonly #record: RecordStageOptions;
  readonly #parser: BlockParser;
  readonly #transformer: EventTransformer | undefined;
  readonly #open: OpenDays;
  readonly #duplicates: Duplicates | undefined;
  #counters = new RunCounters();
  #rejects: RejectRecord[] = [];
  #groups: DayRowGroup[] = [];

  constructor(options: WorkOptions, transform: EventTransform | undefined) {
    this.#options = options;
    this.#record = prepared(options.record);
    const kernel = new Kernel();
    this.#parser = new BlockParser(kernel, options.plan, options);
    this.#transformer = transform && new EventTransformer(kernel, options.plan, transform, options);
    const { dedupe } = options;
    this.#duplicates = dedupe === undefined ? undefined : new Duplicates(dedupe);
    this.#open = new OpenDays(kernel, options.parquet, options.memory);
  }

  /** Takes a block; gives its parts. */
  *block(source: string, block: Block): Generator<BlockResult> {
    for (const batch of this.#parser.parse(source, block)) yield* this.#batch(batch);
    yield this.#part(this.#parser.lines);
  }

  /** What is still open, in parts of some row groups. */
  *finish(): Generator<BlockResult> {
    this.#duplicates?.close(); // a thread that is ended before loses its files with its life
    let bytes = 0;
    for (const group of this.#open.finish()) {
      this.#groups.push(group);
      bytes += group.group.bytes.length;
      if (bytes < PART_BYTES) continue;
      yield { ...this.#part(0), last: false };
      bytes = 0;
    }
    const ignored = mergedCounts(this.#parser.ignored, this.#transformer?.ignored ?? new Map());
    yield { ...this.#part(0), ignored };
  }

  *#batch(batch: EventBatch): Generator<BlockResult> {
    const batches = this.#transformer?.apply(batch) ?? [batch];
    for (const transformed of batches) yield* this.#transformed(transformed);
  }

  *#transformed(batch: EventBatch): Generator<BlockResult> {
    recordStages(batch, this.#record);
    this.#duplicates?.drop(batch, this.#options.days);
    const days = routeByDay(batch, this.#options.days);
    for (const reject of this.#counters.count(batch, days)) {
      if (this.#rejects.push(reject) >= MANY_REJECTS) yield this.#rejectsOnly();
    }
    this.#groups.push(...this.#open.append(batch, days));
    batch.release();
  }

  /** The batch is still being counted: what was counted comes with a later part. */
  #rejectsOnly(): BlockResult {
    const rejects = this.#rejects;
    this.#rejects = [];
    return { counts: new RunCounters().counts, rejects, groups: [], lines: 0, last: false };
  }

  #part(lines: number): BlockResult {
    const { counts } = this.#counters;
    const part = { counts, rejects: this.#rejects, groups: this.#groups, lines, last: true };
    this.#counters = new RunCounters();
    this.#rejects = [];
    this.#groups = [];
    return part;
  }
}
