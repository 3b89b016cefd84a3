import { BLOCK_SIZE } from '../../parse/block.ts';
import type { DayRowGroup } from '../../route/open-days.ts';
import { IN_FLIGHT, releaseChunkMemory } from '../../source/chunks.ts';
import { membersOf, readingSources, type Source } from '../../source/source.ts';
import type { BlockResult } from '../block-result.ts';
import { Blocks } from '../blocks.ts';
import type { WorkOptions } from '../options.ts';
import { type CollectorOptions, ResultCollector } from '../result-collector.ts';
import { ThreadPool } from './pool.ts';
import type { Job } from './thread.ts';
import { WholeSources } from './whole-sources.ts';

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
 * turn, and receives the results in the order of the blocks. Of several sources, those that are small or compressed are
 * each read whole by one thread: decompression takes about as long as everything else (whole-sources.ts). So the same input and
 * options give the same row groups in the same order, whichever thread is faster.
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
  const collector = new ResultCollector({ counters, onReject });
  const sent = new SentBlocks(pool, new Blocks(work, counters), collector);
  const whole = new WholeSources(pool, collector);
  const isParallel = threads > 1 && sources.length > 1;
  try {
    yield* readingSources(
      sources,
      signal,
      async function* (each, either) {
        for (const source of each) {
          signal?.throwIfAborted();
          if (isParallel && (await source.suitsOneThread?.(either))) {
            yield* sent.drain();
            yield* whole.add(source, either);
            continue;
          }
          yield* whole.drain();
          for await (const member of membersOf(source, signal)) yield* sent.send(member, signal);
        }
        yield* sent.drain();
        yield* whole.drain();
      },
      (source) => !isParallel || source.smallFile === undefined,
    );
    yield* receiveLast(pool.finish(), collector);
  } finally {
    await pool.end();
    await sent.close();
  }
}

/** The blocks of sources, sent to the threads in turn, whose results are received in the order of the blocks. */
class SentBlocks {
  readonly #pool: ThreadPool;
  readonly #blocks: Blocks;
  readonly #collector: ResultCollector;
  /** Blocks whose results are not received. */
  readonly #sent: SentBlock[] = [];
  #bytes = 0;
  /** The source of the last block whose results were received. */
  #source: Source | undefined;
  /** Lines of the source before the next block. */
  #lines = 0;

  constructor(pool: ThreadPool, blocks: Blocks, collector: ResultCollector) {
    this.#pool = pool;
    this.#blocks = blocks;
    this.#collector = collector;
  }

  /** Sends the blocks of a source; yields the row groups of earlier ones, so that a limited number is in flight. */
  async *send(source: Source, signal: AbortSignal | undefined): AsyncGenerator<DayRowGroup> {
    const { size } = this.#pool;
    for await (const next of this.#blocks.of(source, signal)) {
      const { line, pieces } = next.block;
      const bytes = pieces.reduce((sum, { length }) => sum + length, 0);
      const job = this.#pool.run(source.name, next);
      this.#sent.push({ source, hasLine: line !== undefined, bytes, job });
      this.#bytes += bytes;
      while (this.#sent.length > size * MOST_IN_FLIGHT || this.#bytes > size * BYTES_IN_FLIGHT) {
        yield* this.#receive(this.#sent.shift() as SentBlock);
      }
    }
  }

  /** Yields the row groups of all blocks that were sent. */
  async *drain(): AsyncGenerator<DayRowGroup> {
    for (let next = this.#sent.shift(); next !== undefined; next = this.#sent.shift()) {
      yield* this.#receive(next);
    }
    await this.#beginSource(undefined);
  }

  /** Closes the files of the sources. */
  async close(): Promise<void> {
    await this.#blocks.close();
  }

  /** Receives all results of a block, and yields their row groups. */
  async *#receive({ source, hasLine, bytes, job }: SentBlock): AsyncGenerator<DayRowGroup> {
    this.#bytes -= bytes;
    if (source !== this.#source) await this.#beginSource(source);
    const linesBefore = hasLine ? 0 : this.#lines;
    let result: BlockResult;
    do {
      result = await job.next();
      yield* this.#collector.collect(result, linesBefore);
    } while (!result.last);
    this.#lines += result.lines;
  }

  /** Goes on to another source. Blocks come in order, so all blocks of the source before are processed. */
  async #beginSource(source: Source | undefined): Promise<void> {
    this.#lines = 0;
    if (this.#source !== undefined) await this.#blocks.end(this.#source);
    this.#source = source;
  }
}

/**
 * Receives the results of the threads' last jobs, which for mixed days may contain nearly all row groups. Takes one
 * result of each thread in turn, while all threads work on the next one.
 */
async function* receiveLast(
  jobs: readonly Job[],
  collector: ResultCollector,
): AsyncGenerator<DayRowGroup> {
  let left = jobs;
  let coming = nextOfEach(left);
  while (left.length > 0) {
    const results = await coming;
    left = left.filter((_, index) => !results[index]?.last);
    coming = nextOfEach(left);
    for (const result of results) yield* collector.collect(result);
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
