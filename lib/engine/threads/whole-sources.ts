import { BLOCK_SIZE } from '../../parse/block.ts';
import type { DayRowGroup } from '../../route/open-days.ts';
import { CHUNK_SIZE, type Source } from '../../source/source.ts';
import type { ResultCollector } from '../result-collector.ts';
import type { ThreadPool } from './pool.ts';
import { PIECES_AHEAD } from './stored-bytes.ts';
import type { Job } from './thread.ts';

/** Limits of sources that are begun, per thread: their number, and the bytes of them that are read ahead. */
const MOST_BEGUN = 8;
const BYTES_BEGUN = 16 << 20;

/** A source that a thread reads whole. */
interface BegunSource {
  job: Job;
  /** Bytes that are read ahead. */
  bytes: number;
  isSmall: boolean;
}

/**
 * Sources that threads read whole, each by one thread, several at the same time. Results are taken from the threads
 * in turn: a small source, or a block of a large one. So small sources keep their order, and large ones take turns.
 * Which thread gets a source, and the order of the results, depend on the bytes of the sources alone, not on which
 * thread is faster.
 */
export class WholeSources {
  readonly #pool: ThreadPool;
  readonly #collector: ResultCollector;
  /** The sources of each thread whose results are not all taken, in order. */
  readonly #begun: BegunSource[][];
  /** The thread whose turn it is, and the bytes that were taken in this turn. */
  #turn = 0;
  #taken = 0;

  constructor(pool: ThreadPool, collector: ResultCollector) {
    this.#pool = pool;
    this.#collector = collector;
    this.#begun = Array.from({ length: pool.size }, () => []);
  }

  /** Gives a source to the thread that has the fewest; yields the row groups that come until there is room for it. */
  async *add(source: Source, signal: AbortSignal): AsyncGenerator<DayRowGroup> {
    while (this.#isFull) yield* this.#next();
    const threads = this.#begun.length;
    const least = Math.min(...this.#begun.map(({ length }) => length));
    // Of the threads with the fewest, the one whose turn comes first: small sources keep their order.
    let thread = this.#turn;
    while (this.#begun[thread]?.length !== least) thread = (thread + 1) % threads;
    const { size = 0 } = source;
    const bytes = Math.min(size, PIECES_AHEAD * CHUNK_SIZE);
    const job = this.#pool.read(thread, source, signal);
    this.#begun[thread]?.push({ job, bytes, isSmall: size <= CHUNK_SIZE });
  }

  /** Yields the row groups of all sources that were added. */
  async *drain(): AsyncGenerator<DayRowGroup> {
    while (this.#begun.some(({ length }) => length > 0)) yield* this.#next();
    this.#turn = this.#taken = 0;
  }

  get #isFull(): boolean {
    const all = this.#begun.flat();
    const bytes = all.reduce((sum, source) => sum + source.bytes, 0);
    const threads = this.#begun.length;
    return all.length >= threads * MOST_BEGUN || bytes >= threads * BYTES_BEGUN;
  }

  /** Takes one result of the thread whose turn it is. A turn ends with a source, or after a block of a large one. */
  async *#next(): AsyncGenerator<DayRowGroup> {
    const begun = this.#begun[this.#turn] ?? [];
    const [first] = begun;
    if (first !== undefined) {
      const result = await first.job.next();
      if (result.last) begun.shift();
      this.#taken += result.bytes ?? 0;
      yield* this.#collector.collect(result);
      if (!result.last && (first.isSmall || this.#taken < BLOCK_SIZE)) return;
    }
    this.#turn = (this.#turn + 1) % this.#begun.length;
    this.#taken = 0;
  }
}
