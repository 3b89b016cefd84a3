import { Transform, type TransformCallback } from 'node:stream';
import type { EventBatch } from '../batch/event-batch.ts';

/** Batches that may wait in front of a stage; each holds about 256 KiB of text. */
const WAITING = 1;

/**
 * A stage as a Transform of batches: for `stream.pipeline`, with its back-pressure, error propagation and
 * AbortSignal. `work` changes a batch in place; one that throws ends the pipeline with its error.
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
  each: (chunk: In) => Iterable<Out>;
  /** What comes at the end. */
  flush?: () => Iterable<Out>;
  /** Gives back what the stage holds, however it ended. */
  close?: () => void;
}

/** A Transform whose every chunk may give several, each made when there is room for it. */
class GeneratorStage<In, Out> extends Transform {
  readonly #options: GeneratorStageOptions<In, Out>;
  /** Goes on where there was no room for more. */
  #goOn: (() => void) | undefined;

  constructor(options: GeneratorStageOptions<In, Out>) {
    super({ objectMode: true, readableHighWaterMark: WAITING, writableHighWaterMark: WAITING });
    this.#options = options;
  }

  override _construct(done: (error?: Error | null) => void): void {
    (this.#options.open?.() ?? Promise.resolve()).then(() => done(), done);
  }

  override _transform(chunk: In, _encoding: BufferEncoding, done: TransformCallback): void {
    this.#give(() => this.#options.each(chunk), done);
  }

  override _flush(done: TransformCallback): void {
    this.#give(() => this.#options.flush?.() ?? [], done);
  }

  override _read(size: number): void {
    const goOn = this.#goOn;
    this.#goOn = undefined;
    goOn?.();
    // Where that was all of a chunk, the next one may come.
    super._read(size);
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#options.close?.();
    done(error);
  }

  #give(outs: () => Iterable<Out>, done: TransformCallback): void {
    let iterator: Iterator<Out>;
    const goOn = (): void => {
      try {
        iterator ??= outs()[Symbol.iterator]();
        for (let next = iterator.next(); !next.done; next = iterator.next()) {
          if (this.push(next.value)) continue;
          this.#goOn = goOn;
          return;
        }
        done();
      } catch (error) {
        done(error as Error);
      }
    };
    goOn();
  }
}

/** A stage as a Transform whose every chunk may give several. */
export function generatorStage<In, Out>(options: GeneratorStageOptions<In, Out>): Transform {
  return new GeneratorStage(options);
}
