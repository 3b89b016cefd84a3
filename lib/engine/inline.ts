import type { DayRowGroup } from '../route/open-days.ts';
import { releaseChunk } from '../source/chunks.ts';
import { eachSource, type Source } from '../source/source.ts';
import type { MakeTransformer } from '../transform/event-transformer.ts';
import { Blocks } from './blocks.ts';
import type { WorkOptions } from './options.ts';
import { type CollectorOptions, ResultCollector } from './result-collector.ts';
import { Work } from './work.ts';

/**
 * Sources → row groups on the calling thread. One `Work` sees all blocks in order, so they are continuous: they
 * may end anywhere, even inside a line.
 */
export async function* inlineRowGroups(
  sources: readonly Source[],
  options: WorkOptions & CollectorOptions,
  makeTransformer: MakeTransformer | undefined,
  signal: AbortSignal | undefined,
): AsyncGenerator<DayRowGroup> {
  const { counters, onReject, ...workOptions } = options;
  const continuous = { ...workOptions, continuous: true };
  const work = new Work(continuous, makeTransformer);
  const blocks = new Blocks(continuous, counters);
  const collector = new ResultCollector({ counters, onReject });
  try {
    for await (const source of eachSource(sources, signal)) {
      for await (const next of blocks.of(source, signal)) {
        if (!work.isLoaded(next.format)) await work.load(next.format);
        for (const result of work.process(source.name, next)) yield* collector.collect(result);
        next.block.pieces.forEach(releaseChunk);
        if (work.isFull) break; // of a continuous source, the parser still holds the last events
      }
      for (const result of work.endSource()) yield* collector.collect(result);
      if (work.isFull) break;
    }
    for (const result of work.finish()) yield* collector.collect(result);
  } finally {
    work.close();
  }
}

/**
 * Yields the same values, but requests each one while the consumer still handles the one before: the next row
 * group is made while the last one is written.
 */
export async function* prefetchNext<T>(values: AsyncGenerator<T>): AsyncGenerator<T> {
  try {
    let next = values.next();
    for (let { value, done } = await next; !done; { value, done } = await next) {
      next = values.next();
      // An error is thrown where `next` is awaited; until then it must not count as unhandled.
      next.catch(() => {});
      yield value;
    }
  } finally {
    await values.return(undefined);
  }
}
