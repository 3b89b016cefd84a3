import type { Worker } from 'node:worker_threads';
import { kernelModule } from '../../batch/kernel.ts';
import { ImportError } from '../../errors.ts';
import { borrowMemory, releaseMemory } from '../../large-buffers.ts';
import type { Source } from '../../source/source.ts';
import type { BlockResult } from '../block-result.ts';
import type { WorkOptions } from '../options.ts';
import { errorOf } from './failure.ts';
import type { FromWorker, ToWorker } from './protocol.ts';
import { acquireWorker } from './start.ts';
import { StoredSender } from './stored-sender.ts';

/** A task of a worker, a block or the end of the run, whose results arrive one by one. */
export class Job {
  readonly #thread: Thread;
  readonly #results: BlockResult[] = [];
  #wake: () => void = () => {};
  #error: Error | undefined;
  /** Whether the worker waits for `more` before it makes the next result. */
  #isPaused = false;
  /** Number of the source that the worker reads whole: each result that is taken allows another one. */
  readonly #source: number | undefined;

  constructor(thread: Thread, source?: number) {
    this.#thread = thread;
    this.#source = source;
  }

  /** Resolves with the next result. If the worker has paused after the one before, tells it to continue. */
  async next(): Promise<BlockResult> {
    if (this.#isPaused) this.#thread.send({ kind: 'more' });
    this.#isPaused = false;
    while (this.#results.length === 0) {
      if (this.#error !== undefined) throw this.#error;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    const result = this.#results.shift() as BlockResult;
    if (this.#source === undefined) this.#isPaused = !result.last;
    else if (!result.last) this.#thread.send({ kind: 'allow', id: this.#source });
    return result;
  }

  /** Called by the thread with each result. */
  push(result: BlockResult): void {
    this.#results.push(result);
    this.#wake();
  }

  /** Called by the thread when no result will follow. */
  fail(error: Error): void {
    this.#error = error;
    this.#wake();
  }
}

/** A worker thread, and the jobs that it has not finished, in order. After its first error all of them fail. */
export class Thread {
  readonly #worker: Worker;
  readonly #jobs: Job[] = [];
  readonly #onUsed: (memory: ArrayBuffer) => void;
  /** Returns the memory of a row group to the worker, which fills it with another one. */
  readonly #returnMemory = (memory: ArrayBuffer): void => {
    if (this.#error === undefined) this.send({ kind: 'memory', memory }, [memory]);
    else releaseMemory(memory);
  };
  /** What sends the bytes of the sources that the worker reads whole, by the number of the source. */
  readonly #senders = new Map<number, StoredSender>();
  #sources = 0;
  #error: Error | undefined;

  /** @param onUsed called with the memory of each processed block, which can be reused */
  constructor(options: WorkOptions, onUsed: (memory: ArrayBuffer) => void) {
    this.#onUsed = onUsed;
    this.#worker = acquireWorker();
    this.#worker.on('message', (message: FromWorker) => this.#receive(message));
    this.#worker.on('messageerror', (error) => this.#fail(error));
    this.#worker.on('error', (error) => this.#fail(crashed(error)));
    // A worker that exits between two blocks would make the next one wait for ever. After the last block there
    // is no job left to fail.
    this.#worker.on('exit', (code) => this.#fail(crashed(new Error(`exit code ${code}`))));
    this.send({ kind: 'start', options, module: kernelModule() });
  }

  /** Sends a task to the worker. @param memory transferred with the message */
  run(message: ToWorker, memory: readonly ArrayBuffer[] = [], source?: number): Job {
    const job = new Job(this, source);
    if (this.#error === undefined) {
      this.#jobs.push(job);
      this.send(message, memory);
    } else {
      job.fail(this.#error);
    }
    return job;
  }

  /** Lets the worker read a whole source. A failure to read its bytes is one of the job. */
  read(source: Source, signal: AbortSignal): Job {
    const id = this.#sources++;
    const { name, size } = source;
    const file = source.smallFile?.();
    if (file !== undefined) return this.run({ kind: 'source', id, name, size, file }, [], id);
    const job = this.run({ kind: 'source', id, name, size }, [], id);
    const sender = new StoredSender((piece, isLast) => {
      if (this.#error === undefined)
        this.send({ kind: 'stored', id, piece, isLast }, [piece.buffer]);
    });
    this.#senders.set(id, sender);
    sender
      .send(source.openStored?.(signal) ?? source.open(signal))
      .catch((error: Error) => job.fail(error))
      .finally(() => this.#senders.delete(id));
    return job;
  }

  /** Sends a message to the worker. @param memory transferred with the message */
  send(message: ToWorker, memory: readonly ArrayBuffer[] = []): void {
    this.#worker.postMessage(message, memory);
  }

  /** Terminates the worker, whatever it is doing. */
  async end(): Promise<void> {
    await this.#worker.terminate();
  }

  #receive(message: FromWorker): void {
    if (message.kind === 'failed') {
      this.#fail(errorOf(message.failure));
      return;
    }
    if (message.kind === 'taken') {
      this.#senders.get(message.id)?.taken();
      return;
    }
    for (const { buffer } of message.used) this.#onUsed(buffer);
    for (const { group } of message.result.groups) {
      borrowMemory(group.bytes.buffer, this.#returnMemory);
    }
    const job = message.result.last ? this.#jobs.shift() : this.#jobs[0];
    job?.push(restored(message.result));
  }

  #fail(error: Error): void {
    this.#error ??= error;
    for (const job of this.#jobs.splice(0)) job.fail(this.#error);
  }
}

/** Makes Buffers of the plain byte arrays that Buffers become when they are sent. */
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

function crashed(cause: Error): ImportError {
  return new ImportError('E_INTERNAL', `a worker thread crashed: ${cause.message}`, {
    hint: 'Nothing was committed. Run again with --threads 0; if that works, please report it.',
    cause,
  });
}
