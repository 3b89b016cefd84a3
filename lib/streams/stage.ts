import { Transform, type TransformCallback } from 'node:stream';
import type { EventBatch } from '../batch/event-batch.ts';

/** Number of batches that may wait before a stage. Each has about 256 KiB of text. */
const WAITING = 1;

/**
 * Makes a Transform of batches for `stream.pipeline`, which provides back-pressure, error propagation and
 * AbortSignal.
 *
 * @param work changes a batch in place; an error that it throws ends the pipeline
 */
export function stage(work: (batch: EventBatch) => EventBatch | Promise<EventBatch>): Transform {
  return new Transform({
    objectMode: true,
    readableHighWaterMark: WAITING,
    writableHighWaterMark: WAITING,
    transform(batch: EventBatch, _encoding, done: TransformCallback) {
      try {
        const result = work(batch);
        if (result instanceof Promise) result.then((changed) => done(null, changed), done);
        else done(null, result);
      } catch (error) {
        done(error as Error);
      }
    },
  });
}

interface GeneratorStageOptions<In, Out> {
  /** Loads what the stage needs; called before the first chunk. */
  open?: () => Promise<void>;
  /** Returns what a chunk becomes. */
  each: (chunk: In) => Iterable<Out>;
  /** Returns what follows the last chunk. */
  flush?: () => Iterable<Out>;
  /** Releases the resources of the stage, however it ended. */
  close?: () => void;
}

/**
 * A Transform in which a chunk may become several, each of which is made only when the next stage has room for it.
 */
class GeneratorStage<In, Out> extends Transform {
  readonly #options: GeneratorStageOptions<In, Out>;
  /** Continues with the current chunk, after the next stage had no room. */
  #resume: (() => void) | undefined;

  constructor(options: GeneratorStageOptions<In, Out>) {
    super({ objectMode: true, readableHighWaterMark: WAITING, writableHighWaterMark: WAITING });
    this.#options = options;
  }

  override _construct(done: (error?: Error | null) => void): void {
    (this.#options.open?.() ?? Promise.resolve()).then(() => done(), done);
  }

  override _transform(chunk: In, _encoding: BufferEncoding, done: TransformCallback): void {
    this.#pushAll(() => this.#options.each(chunk), done);
  }

  override _flush(done: TransformCallback): void {
    this.#pushAll(() => this.#options.flush?.() ?? [], done);
  }

  override _read(size: number): void {
    const resume = this.#resume;
    this.#resume = undefined;
    resume?.();
    // If the chunk is finished, this requests the next one.
    super._read(size);
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#options.close?.();
    done(error);
  }

  /** Pushes the values while there is room, and sets `#resume` for the rest. */
  #pushAll(outs: () => Iterable<Out>, done: TransformCallback): void {
    let iterator: Iterator<Out>;
    const resume = (): void => {
      try {
        iterator ??= outs()[Symbol.iterator]();
        for (let next = iterator.next(); !next.done; next = iterator.next()) {
          if (this.push(next.value)) continue;
          this.#resume = resume;
          return;
        }
        done();
      } catch (error) {
        done(error as Error);
      }
    };
    resume();
  }
}

/**
 * Makes a Transform in which a chunk may become several. An error that the options' functions throw ends the
 * pipeline.
 */
export function generatorStage<In, Out>(options: GeneratorStageOptions<In, Out>): Transform {
  return new GeneratorStage(options);
}
