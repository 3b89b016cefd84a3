import { BLOCK_SIZE } from '../../parse/block.ts';
import type { DayRowGroup } from '../../route/open-days.ts';
import { IN_FLIGHT, releaseChunkMemory } from '../../source/chunks.ts';
import { eachSource, type Source } from '../../source/source.ts';
import type { BlockResult } from '../block-result.ts';
import { Blocks } from '../blocks.ts';
import type { WorkOptions } from '../options.ts';
import { type CollectorOptions, ResultCollector } from '../result-collector.ts';
import { type Job, ThreadPool } from './pool.ts';

export interface ThreadsOptions extends WorkOptions, CollectorOptions {
  threads: number;
}

/** Small blocks in flight per thread: with many, no thread waits for a main thread that is late. */
const MOST_IN_FLIGHT = 8;
/** Bytes in flight per thread. Blocks end a little after their size; those that workers read from a file weigh none. */
const BYTES_IN_FLIGHT = IN_FLIGHT * 1.125 * BLOCK_SIZE;

/** A block in flight. */
interface Sent {
  source: Source;
  /** Whether the block knows its first line. */
  isPlaced: boolean;
  bytes: number;
  job: Job;
}

/**
 * Sources → row groups by worker threads. Blocks are handed out in turn, and their results are taken in the
 * same order, so that the same input and options give the same row groups in the same order, whichever
 * thread is faster.
 */
export async function* threadedRowGroups(
  sources: readonly Source[],
  options: ThreadsOptions,
  signal: AbortSignal | undefined,
): AsyncGenerator<DayRowGroup> {
  const { threads, counters, onReject, ...work } = options;
  const pool = new ThreadPool(
    threads,
    { ...work, memory: work.memory / threads },
    releaseChunkMemory,
  );
  const blocks = new Blocks(work, counters);
  const receiver = new Receiver(blocks, new ResultCollector({ counters, onReject }));
  const sent: Sent[] = [];
  let bytesSent = 0;
  try {
    for await (const source of eachSource(sources, signal)) {
      for await (const next of blocks.of(source, signal)) {
        const { line, pieces } = next.block;
        const bytes = pieces.reduce((sum, { length }) => sum + length, 0);
        sent.push({
          source,
          isPlaced: line !== undefined,
          bytes,
          job: pool.run(source.name, next),
        });
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
  } finally {
    await pool.end();
    await blocks.end();
  }
}

/** Takes the results of workers in the order of the blocks. */
class Receiver {
  readonly #blocks: Blocks;
  readonly #collector: ResultCollector;
  #source: Source | undefined;
  /** Lines of the source before the block. */
  #lines = 0;

  constructor(blocks: Blocks, collector: ResultCollector) {
    this.#blocks = blocks;
    this.#collector = collector;
  }

  async *take({ source, isPlaced, job }: Sent): AsyncGenerator<DayRowGroup> {
    if (source !== this.#source) await this.#goOn(source);
    const linesBefore = isPlaced ? 0 : this.#lines;
    let result: BlockResult;
    do {
      result = await job.next();
      yield* this.#collector.take(result, linesBefore);
    } while (!result.last);
    this.#lines += result.lines;
  }

  /**
   * Takes what threads give at their end, which for mixed days may be nearly all row groups: a result of each
   * in turn, while all of them work on the next.
   */
  async *takeLast(jobs: readonly Job[]): AsyncGenerator<DayRowGroup> {
    await this.#goOn(undefined);
    let left = jobs;
    let coming = nextOfEach(left);
    while (left.length > 0) {
      const results = await coming;
      left = left.filter((_, index) => !results[index]?.last);
      coming = nextOfEach(left);
      for (const result of results) yield* this.#collector.take(result);
    }
  }

  /** Blocks come in order: those of the source before are done. */
  async #goOn(source: Source | undefined): Promise<void> {
    this.#lines = 0;
    if (this.#source !== undefined) await this.#blocks.done(this.#source);
    this.#source = source;
  }
}

/** The next result of each job. An error is thrown to the one that awaits it; until then it is not unhandled. */
function nextOfEach(jobs: readonly Job[]): Promise<BlockResult[]> {
  const results = Promise.all(jobs.map((job) => job.next()));
  results.catch(() => {});
  return results;
}
