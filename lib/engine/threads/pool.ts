import { asChunk } from '../../source/chunks.ts';
import type { Source } from '../../source/source.ts';
import type { WorkOptions } from '../options.ts';
import type { FormattedBlock } from '../work.ts';
import { endAhead } from './start.ts';
import { type Job, Thread } from './thread.ts';

/**
 * Worker threads that get blocks in turn, so that the thread of a block depends on its number alone, not on which
 * thread is faster. Each thread starts with its first block: a short input needs only one.
 */
export class ThreadPool {
  readonly #size: number;
  readonly #options: WorkOptions;
  readonly #onUsed: (memory: ArrayBuffer) => void;
  readonly #threads: Thread[] = [];
  #next = 0;

  /**
   * @param size number of threads
   * @param onUsed called with the memory of each processed block, which can be reused
   */
  constructor(size: number, options: WorkOptions, onUsed: (memory: ArrayBuffer) => void) {
    this.#size = size;
    this.#options = options;
    this.#onUsed = onUsed;
  }

  /** Number of threads. */
  get size(): number {
    return this.#size;
  }

  /** Lets a thread read a whole source. */
  read(thread: number, source: Source, signal: AbortSignal): Job {
    return this.#thread(thread).read(source, signal);
  }

  /** Sends a block of a source to the next thread. The memory of the block moves there, so it is lost here. */
  run(source: string, { format, block }: FormattedBlock): Job {
    const pieces = block.pieces.map(asChunk);
    const thread = this.#thread(this.#next);
    this.#next = (this.#next + 1) % this.#size;
    return thread.run(
      { kind: 'block', source, formatted: { format, block: { ...block, pieces } } },
      pieces.map(({ buffer }) => buffer),
    );
  }

  /** Requests the row groups that are still open, one job for each thread. */
  finish(): Job[] {
    // A thread that got nothing was not started.
    return this.#threads.filter(Boolean).map((thread) => thread.run({ kind: 'finish' }));
  }

  /** Terminates all threads, whatever they are doing. */
  async end(): Promise<void> {
    await Promise.all([...this.#threads.map((thread) => thread?.end()), endAhead()]);
  }

  #thread(index: number): Thread {
    const thread = this.#threads[index] ?? new Thread(this.#options, this.#onUsed);
    this.#threads[index] = thread;
    return thread;
  }
}
