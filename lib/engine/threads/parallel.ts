import { BLOCK_SIZE } from '../../parse/block.ts';
import type { RejectRecord } from '../../report.ts';
import type { DayRowGroup } from '../../route/open-days.ts';
import { mergedCounts, type RunCounters } from '../../run-counters.ts';
import { giveMemory, IN_FLIGHT } from '../../source/chunks.ts';
import { eachSource, type Source } from '../../source/source.ts';
import { Blocks } from '../blocks.ts';
import { type Job, ThreadPool } from './pool.ts';
import type { BlockResult, WorkOptions } from './protocol.ts';

export interface ParallelOptions extends WorkOptions {
  threads: number;
  counters: RunCounters;
  onReject: ((reject: RejectRecord) => void | Promise<void>) | undefined;
}

/** Blocks on their way per thread, if they are small: a main thread that comes late keeps nobody waiting. */
const MOST_IN_FLIGHT = 8;
/** Bytes of whole blocks, which end a little behind their size; of those that workers read from a file there are none. */
const BYTES_IN_FLIGHT = IN_FLIGHT * 1.125 * BLOCK_SIZE;

/** A block on its way. */
interface Sent {
  source: Source | undefined;
  /** The block knows its first line. */
  isPlaced: boolean;
  bytes: number;
  job: Job;
}

/**
 * Sources → row groups by worker threads. Blocks are given out in turn and what became of them is taken
 * in in the same order, so that the same input and options give the same row groups in the same order,
 * whichever thread is faster.
 */
export async function* parallelRowGroups(
  sources: readonly Source[],
  options: ParallelOptions,
  signal: AbortSignal | undefined,
): AsyncGenerator<DayRowGroup> {
  const { threads, counters, onReject, ...work } = options;
  const pool = new ThreadPool(threads, { ...work, memory: work.memory / threads }, giveMemory);
  const blocks = new Blocks(work, counters);
  const receiver = new Receiver(blocks, counters, onReject);
  const sent: Sent[] = [];
  let bytesSent = 0;
  try {
    for await (const source of eachSource(sources, signal)) {
      for await (const block of blocks.of(source, signal)) {
        const isPlaced = block.line !== undefined;
        const bytes = block.pieces.reduce((sum, { length }) => sum + length, 0);
        sent.push({ source, isPlaced, bytes, job: pool.run(source.name, block) });
        bytesSent += bytes;
        while (sent.length > threads * MOST_IN_FLIGHT || bytesSent > threads * BYTES_IN_FLIGHT) {
          const first = sent.shift() as Sent;
          bytesSent -= first.bytes;
          yield* receiver.take(first);
        }
      }
    }
    for (const block of sent) yield* receiver.take(block);
    yield* receiver.takeLast(pool.finish());
    counters.ignoredFields = receiver.ignored;
  } finally {
    await pool.end();
    await blocks.end();
  }
}

/** Takes in what workers give: counts it, reports rejects, hands on row groups. */
class Receiver {
  ignored: ReadonlyMap<string, number> = new Map();
  readonly #blocks: Blocks;
  readonly #counters: RunCounters;
  readonly #onReject: ParallelOptions['onReject'];
  #source: Source | undefined;
  /** Lines of the source before the block. */
  #lines = 0;

  constructor(blocks: Blocks, counters: RunCounters, onReject: ParallelOptions['onReject']) {
    this.#blocks = blocks;
    this.#counters = counters;
    this.#onReject = onReject;
  }

  async *take({ source, isPlaced, job }: Sent): AsyncGenerator<DayRowGroup> {
    if (source !== this.#source) await this.#goOn(source);
    const linesBefore = isPlaced ? 0 : this.#lines;
    let part: BlockResult;
    do {
      part = await job.next();
      this.#counters.add(part.counts);
      await this.#report(part.rejects, linesBefore);
      yield* part.groups;
    } while (!part.last);
    this.#lines += part.lines;
  }

  /**
   * What threads give at their end, which may be all there is of mixed days: from each in turn, and all of
   * them go on while it is taken in.
   */
  async *takeLast(jobs: readonly Job[]): AsyncGenerator<DayRowGroup> {
    await this.#goOn(undefined);
    let left = jobs;
    let coming = next(left);
    while (left.length > 0) {
      const parts = await coming;
      left = left.filter((_, index) => !parts[index]?.last);
      coming = next(left);
      for (const { counts, groups, ignored } of parts) {
        this.#counters.add(counts);
        yield* groups;
        if (ignored !== undefined) this.ignored = mergedCounts(this.ignored, ignored);
      }
    }
  }

  /** Blocks come in order: those of the source before are through. */
  async #goOn(source: Source | undefined): Promise<void> {
    this.#lines = 0;
    if (this.#source !== undefined) await this.#blocks.done(this.#source);
    this.#source = source;
  }

  async #report(rejects: readonly RejectRecord[], linesBefore: number): Promise<void> {
    if (this.#onReject === undefined) return;
    for (const reject of rejects) {
      const waiting = this.#onReject({ ...reject, line: reject.line + linesBefore });
      if (waiting !== undefined) await waiting;
    }
  }
}

/** The next part of each job. Who fails is told by whoever waits for it. */
function next(jobs: readonly Job[]): Promise<BlockResult[]> {
  const parts = Promise.all(jobs.map((job) => job.next()));
  parts.catch(() => {});
  return parts;
}
