import { BLOCK_SIZE } from '../../parse/block.ts';
import type { DayRowGroup } from '../../route/open-days.ts';
import { IN_FLIGHT, releaseChunkMemory } from '../../source/chunks.ts';
import { eachSource, type Source } from '../../source/source.ts';
import type { BlockResult } from '../block-result.ts';
import { Blocks } from '../blocks.ts';
import type { WorkOptions } from '../options.ts';
import { type CollectorOptions, ResultCollector } from '../result-collector.ts';
import { ThreadPool } from './pool.ts';
import type { Job } from './thread.ts';

export interface ThreadsOptions extends WorkOptions, CollectorOptions {
  /** Number of worker threads. */
  threads: number;
}

/**
 * Limit of blocks in flight per thread. Blocks may be small; with this many, no thread waits for a main thread that
 * is late.
 */
const MOST_IN_FLIGHT = 8;
/**
 * Limit of bytes in flight per thread. A block ends a little after its size. A block that the worker reads from a
 * file has 0 bytes.
 */
const BYTES_IN_FLIGHT = IN_FLIGHT * 1.125 * BLOCK_SIZE;

/** A block in flight. */
interface SentBlock {
  source: Source;
  /** Whether the block knows the line at which it begins. */
  hasLine: boolean;
  bytes: number;
  job: Job;
}

/**
 * Sources → row groups on worker threads. The main thread cuts the input into blocks, sends them to the threads in
 * turn, and receives the results in the order of the blocks. So the same input and options give the same row groups
 * in the same order, whichever thread is faster.
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
  const sent: SentBlock[] = [];
  let bytesSent = 0;
  try {
    for await (const source of eachSource(sources, signal)) {
      for await (const next of blocks.of(source, signal)) {
        const { line, pieces } = next.block;
        const bytes = pieces.reduce((sum, { length }) => sum + length, 0);
        const job = pool.run(source.name, next);
        sent.push({ source, hasLine: line !== undefined, bytes, job });
        bytesSent += bytes;
        while (sent.length > threads * MOST_IN_FLIGHT || bytesSent > threads * BYTES_IN_FLIGHT) {
          const first = sent.shift() as SentBlock;
          bytesSent -= first.bytes;
          yield* receiver.receive(first);
        }
      }
    }
    for (const block of sent) yield* receiver.receive(block);
    yield* receiver.receiveLast(pool.finish());
  } finally {
    await pool.end();
    await blocks.close();
  }
}

/** Receives the results of the threads in the order of the blocks. */
class Receiver {
  readonly #blocks: Blocks;
  readonly #collector: ResultCollector;
  #source: Source | undefined;
  /** Lines of the source before the next block. */
  #lines = 0;

  constructor(blocks: Blocks, collector: ResultCollector) {
    this.#blocks = blocks;
    this.#collector = collector;
  }

  /** Receives all results of a block, and yields their row groups. */
  async *receive({ source, hasLine, job }: SentBlock): AsyncGenerator<DayRowGroup> {
    if (source !== this.#source) await this.#beginSource(source);
    const linesBefore = hasLine ? 0 : this.#lines;
    let result: BlockResult;
    do {
      result = await job.next();
      yield* this.#collector.collect(result, linesBefore);
    } while (!result.last);
    this.#lines += result.lines;
  }

  /**
   * Receives the results of the threads' last jobs, which for mixed days may contain nearly all row groups. Takes
   * one result of each thread in turn, while all threads work on the next one.
   */
  async *receiveLast(jobs: readonly Job[]): AsyncGenerator<DayRowGroup> {
    await this.#beginSource(undefined);
    let left = jobs;
    let coming = nextOfEach(left);
    while (left.length > 0) {
      const results = await coming;
      left = left.filter((_, index) => !results[index]?.last);
      coming = nextOfEach(left);
      for (const result of results) yield* this.#collector.collect(result);
    }
  }

  /** Goes on to another source. Blocks come in order, so all blocks of the source before are processed. */
  async #beginSource(source: Source | undefined): Promise<void> {
    this.#lines = 0;
    if (this.#source !== undefined) await this.#blocks.end(this.#source);
    this.#source = source;
  }
}

/**
 * Requests the next result of each job. An error is thrown where the promise is awaited; until then it must not count
 * as unhandled.
 */
function nextOfEach(jobs: readonly Job[]): Promise<BlockResult[]> {
  const results = Promise.all(jobs.map((job) => job.next()));
  results.catch(() => {});
  return results;
}
