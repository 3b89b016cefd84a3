import { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { test } from 'tap';
import type { EventBatch } from '../../lib/batch/event-batch.ts';
import { generatorStage, stage } from '../../lib/streams/stage.ts';

/** A stage does not read the batches that it passes on, so any object will do. */
const batchOf = (n: number): EventBatch => ({ n }) as unknown as EventBatch;
const numberOf = (batch: EventBatch): number => (batch as unknown as { n: number }).n;

/** A source that counts what was read from it, and a slow sink that keeps what it received. */
function source(count: number): { readable: Readable; given: () => number } {
  let given = 0;
  function* batches(): Generator<EventBatch> {
    for (; given < count; given++) yield batchOf(given);
  }
  return {
    readable: Readable.from(batches(), { objectMode: true, highWaterMark: 1 }),
    given: () => given,
  };
}

function sink(kept: number[], each: (n: number) => Promise<void> = async () => {}): Writable {
  return new Writable({
    objectMode: true,
    highWaterMark: 1,
    write(batch: EventBatch, _encoding, done) {
      kept.push(numberOf(batch));
      each(numberOf(batch)).then(() => done(), done);
    },
  });
}

test('batches pass in order, whether a stage waits or not', async (t) => {
  const kept: number[] = [];
  await pipeline(
    source(20).readable,
    stage((batch) => batch),
    stage(async (batch) => {
      await new Promise((resolve) => setImmediate(resolve));
      return batchOf(numberOf(batch) * 2);
    }),
    sink(kept),
  );
  t.strictSame(
    kept,
    Array.from({ length: 20 }, (_, n) => 2 * n),
  );
});

test('a slow end slows the source down', async (t) => {
  const { readable, given } = source(1000);
  let ahead = 0;
  await pipeline(
    readable,
    stage((batch) => batch),
    stage((batch) => batch),
    sink([], async (n) => {
      ahead = Math.max(ahead, given() - n);
      await new Promise((resolve) => setImmediate(resolve));
    }),
  );
  t.ok(ahead < 16, `${ahead} batches were under way at most`);
});

test('what a stage throws ends the pipeline', async (t) => {
  const sync = stage((batch) => {
    if (numberOf(batch) === 3) throw new Error('thrown');
    return batch;
  });
  const kept: number[] = [];
  await t.rejects(pipeline(source(9).readable, sync, sink(kept)), { message: 'thrown' });
  t.ok(kept.length <= 3);
  const later = stage(async (batch) => {
    await Promise.resolve();
    if (numberOf(batch) === 3) throw new Error('rejected');
    return batch;
  });
  await t.rejects(pipeline(source(9).readable, later, sink([])), { message: 'rejected' });
});

test('one chunk may give several, or none; the rest comes at the end', async (t) => {
  const spread = generatorStage<EventBatch, EventBatch>({
    *each(batch) {
      for (let n = 0; n < numberOf(batch); n++) yield batchOf(n);
    },
    *flush() {
      yield batchOf(99);
    },
  });
  const kept: number[] = [];
  await pipeline(source(4).readable, spread, sink(kept));
  t.strictSame(kept, [0, 0, 1, 0, 1, 2, 99]);
  const failing = generatorStage<EventBatch, EventBatch>({
    each: () => [],
    flush: () => {
      throw new Error('at the end');
    },
  });
  await t.rejects(pipeline(source(2).readable, failing, sink([])), { message: 'at the end' });
});

test('what a chunk gives is made when there is room for it', async (t) => {
  let made = 0;
  let taken = 0;
  let ahead = 0;
  let closed = 0;
  function* thousand(): Generator<EventBatch> {
    for (let n = 0; n < 1000; n++) {
      made++;
      yield batchOf(n);
    }
  }
  await pipeline(
    source(1).readable,
    generatorStage<EventBatch, EventBatch>({
      each: thousand,
      flush: thousand,
      close: () => closed++,
    }),
    sink([], async () => {
      taken++;
      ahead = Math.max(ahead, made - taken);
      await new Promise((resolve) => setImmediate(resolve));
    }),
  );
  t.equal(taken, 2000);
  t.ok(ahead < 4, `${ahead} were made ahead`);
  t.equal(closed, 1);
});

test('an abort signal ends the pipeline', async (t) => {
  const controller = new AbortController();
  const kept: number[] = [];
  const running = pipeline(
    source(1000).readable,
    stage((batch) => batch),
    sink(kept, async (n) => {
      if (n === 5) controller.abort();
      await new Promise((resolve) => setImmediate(resolve));
    }),
    { signal: controller.signal },
  );
  await t.rejects(running, { name: 'AbortError' });
  t.ok(kept.length < 20);
});
