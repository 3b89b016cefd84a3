import type { Worker } from 'node:worker_threads';
import { kernelModule } from '../../batch/kernel.ts';
import { ImportError } from '../../errors.ts';
import { borrowMemory, releaseMemory } from '../../large-buffers.ts';
import { asChunk } from '../../source/chunks.ts';
import type { BlockResult } from '../block-result.ts';
import type { WorkOptions } from '../options.ts';
import type { FormattedBlock } from '../work.ts';
import { errorOf } from './failure.ts';
import type { FromWorker, ToWorker } from './protocol.ts';
import { endAhead, takeWorker } from './start.ts';

/** What a worker was asked to do; its parts come in one after another. */
export class Job {
  readonly #thread: Thread;
  readonly #results: BlockResult[] = [];
  #wake: () => void = () => {};
  #error: Error | undefined;
  #asked = false;

  constructor(thread: Thread) {
    this.#thread = thread;
  }

  /** Resolves with the next part; asks the worker to go on where it waits for that. */
  async next(): Promise<BlockResult> {
    if (this.#asked) this.#thread.send({ kind: 'more' });
    while (this.#results.length === 0) {
      if (this.#error !== undefined) throw this.#error;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    const result = this.#results.shift() as BlockResult;
    this.#asked = !result.last;
    return result;
  }

  /** Called by the thread. */
  give(result: BlockResult): void {
    this.#results.push(result);
    this.#wake();
  }

  /** Called by the thread. */
  fail(error: Error): void {
    this.#error = error;
    this.#wake();
  }
}

/** A worker thread and the jobs that it has not ended yet, in their order. */
class Thread {
  readonly #worker: Worker;
  readonly #jobs: Job[] = [];
  readonly #onUsed: (memory: ArrayBuffer) => void;
  /** Returns the memory of a row group to the worker, which fills the next one there. */
  readonly #giveBack = (memory: ArrayBuffer): void => {
    if (this.#error === undefined) this.send({ kind: 'memory', memory }, [memory]);
    else releaseMemory(memory);
  };
  #error: Error | undefined;

  constructor(options: WorkOptions, onUsed: (memory: ArrayBuffer) => void) {
    this.#onUsed = onUsed;
    this.#worker = takeWorker();
    this.#worker.on('message', (message: FromWorker) => this.#take(message));
    this.#worker.on('messageerror', (error) => this.#fail(error));
    this.#worker.on('error', (error) => this.#fail(crash(error)));
    // Also between two blocks: the next one would wait for ever. After the last one it meets nobody.
    this.#worker.on('exit', (code) => this.#fail(crash(new Error(`it ended with code ${code}`))));
    this.send({ kind: 'start', options, module: kernelModule() });
  }

  run(message: ToWorker, memory: readonly ArrayBuffer[] = []): Job {
    const job = new Job(this);
    if (this.#error === undefined) {
      this.#jobs.push(job);
      this.send(message, memory);
    } else {
      job.fail(this.#error);
    }
    return job;
  }

  send(message: ToWorker, memory: readonly ArrayBuffer[] = []): void {
    this.#worker.postMessage(message, memory);
  }

  async end(): Promise<void> {
    await this.#worker.terminate();
  }

  #take(message: FromWorker): void {
    if (message.kind === 'failed') {
      this.#fail(errorOf(message.failure));
      return;
    }
    for (const { buffer } of message.used) this.#onUsed(buffer);
    for (const { group } of message.result.groups) borrowMemory(group.bytes.buffer, this.#giveBack);
    const job = message.result.last ? this.#jobs.shift() : this.#jobs[0];
    job?.give(restored(message.result));
  }

  #fail(error: Error): void {
    this.#error ??= error;
    for (const job of this.#jobs.splice(0)) job.fail(this.#error);
  }
}

/**
 * Worker threads that take blocks in turn, so that which block goes where depends on its number alone. A
 * thread starts with its first block: a short input needs but one.
 */
export class ThreadPool {
  readonly #size: number;
  readonly #options: WorkOptions;
  readonly #onUsed: (memory: ArrayBuffer) => void;
  readonly #threads: Thread[] = [];
  #next = 0;

  /** @param onUsed gets the memory of blocks that were read, for others */
  constructor(size: number, options: WorkOptions, onUsed: (memory: ArrayBuffer) => void) {
    this.#size = size;
    this.#options = options;
    this.#onUsed = onUsed;
  }

  /** Sends a block to the next worker; its memory goes with it. */
  run(source: string, { format, block }: FormattedBlock): Job {
    const own = block.pieces.map(asChunk);
    const thread = this.#threads[this.#next] ?? new Thread(this.#options, this.#onUsed);
    this.#threads[this.#next] = thread;
    this.#next = (this.#next + 1) % this.#size;
    return thread.run(
      { kind: 'block', source, formatted: { format, block: { ...block, pieces: own } } },
      own.map(({ buffer }) => buffer),
    );
  }

  /** Asks each worker for what it still has. */
  finish(): Job[] {
    return this.#threads.map((thread) => thread.run({ kind: 'finish' }));
  }

  /** Ends the workers, whatever they are doing. */
  async end(): Promise<void> {
    await Promise.all([...this.#threads.map((thread) => thread.end()), endAhead()]);
  }
}

/** Buffers arrive as plain byte arrays. */
function restored(result: BlockResult): BlockResult {
  for (const { group } of result.groups) {
    group.bytes = asBuffer(group.bytes);
    for (const column of group.columns) {
      column.min = column.min && asBuffer(column.min);
      column.max = column.max && asBuffer(column.max);
    }
  }
  return result;
}

function asBuffer({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}

function crash(cause: Error): ImportError {
  return new ImportError('E_INTERNAL', `a worker thread broke down: ${cause.message}`, {
    hint: 'Nothing was committed. Run again with --threads 0; if that works, please report it.',
    cause,
  });
}
