import { Transform, type TransformCallback } from 'node:stream';
import type { EventBatch } from './event-batch.ts';

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

/** A Transform whose every chunk may give several; what `flush` gives comes at the end. */
export function generatorStage<In, Out>(options: {
  each: (chunk: In) => Iterable<Out>;
  flush?: () => Iterable<Out>;
}): Transform {
  return new Transform({
    objectMode: true,
    readableHighWaterMark: WAITING,
    writableHighWaterMark: WAITING,
    transform(chunk: In, _encoding, done: TransformCallback) {
      try {
        for (const out of options.each(chunk)) this.push(out);
        done();
      } catch (error) {
        done(error as Error);
      }
    },
    flush(done: TransformCallback) {
      try {
        for (const out of options.flush?.() ?? []) this.push(out);
        done();
      } catch (error) {
        done(error as Error);
      }
    },
  });
}
