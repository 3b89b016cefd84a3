import type { DayRowGroup } from '../route/open-days.ts';
import { releaseChunk } from '../source/chunks.ts';
import { eachSource, type Source } from '../source/source.ts';
import type { EventTransform } from '../transform/event.ts';
import { Blocks } from './blocks.ts';
import type { WorkOptions } from './options.ts';
import { type CollectorOptions, ResultCollector } from './result-collector.ts';
import { Work } from './work.ts';

/** Sources → row groups on the calling thread. */
export async function* inlineRowGroups(
  sources: readonly Source[],
  options: WorkOptions & CollectorOptions,
  transform: EventTransform | undefined,
  signal: AbortSignal | undefined,
): AsyncGenerator<DayRowGroup> {
  const { counters, onReject, ...workOptions } = options;
  const continuous = { ...workOptions, continuous: true };
  const work = new Work(continuous, transform);
  const blocks = new Blocks(continuous, counters);
  const collector = new ResultCollector({ counters, onReject });
  try {
    for await (const source of eachSource(sources, signal)) {
      for await (const next of blocks.of(source, signal)) {
        if (!work.knows(next.format)) await work.load(next.format);
        for (const result of work.take(source.name, next)) yield* collector.take(result);
        next.block.pieces.forEach(releaseChunk);
      }
      for (const result of work.endSource()) yield* collector.take(result);
    }
    for (const result of work.finish()) yield* collector.take(result);
  } finally {
    work.close();
  }
}

/**
 * Asks for the next value before it hands one on, so that the next row group is made while one is written.
 */
export async function* oneAhead<T>(values: AsyncGenerator<T>): AsyncGenerator<T> {
  try {
    let next = values.next();
    for (let { value, done } = await next; !done; { value, done } = await next) {
      next = values.next();
      // Its error is thrown when it is awaited; until then it must not count as unhandled.
      next.catch(() => {});
      yield value;
    }
  } finally {
    await values.return(undefined);
  }
}
