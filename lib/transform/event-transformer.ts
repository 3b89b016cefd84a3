import { inspect } from 'node:util';
import type { EventBatch } from '../batch/event-batch.ts';
import type { Kernel } from '../batch/kernel.ts';
import { compileMapping } from '../mapping/compile.ts';
import type { MappingPlan } from '../mapping/plan.ts';
import { VENDOR_MAPPING } from '../mapping/vendor-mapping.ts';
import { BatchBuilder, type BuilderOptions } from './batch-builder.ts';
import type { EventInput, EventTransform } from './event.ts';
import { EventReader } from './event-reader.ts';
import { jsonText } from './event-text.ts';

/** The parts of the run's mapping that also apply to the events that user code returns. */
export type TransformPlan = Pick<MappingPlan, 'flatten' | 'deriveSlots'>;

/** Makes the transformer of a kernel, with the mapping and options of the run. */
export type MakeTransformer = (
  kernel: Kernel,
  plan: TransformPlan,
  options: BuilderOptions,
) => EventTransformer;

/** Longest message of an error from user code, in UTF-16 units; the rest is cut off. */
const LONGEST_REASON = 500;

/** Applies user code to the events of batches, synchronously. */
export class EventTransformer {
  readonly #transform: EventTransform;
  readonly #builder: BatchBuilder;

  constructor(
    kernel: Kernel,
    plan: TransformPlan,
    transform: EventTransform,
    options: BuilderOptions = {},
  ) {
    this.#transform = transform;
    this.#builder = new BatchBuilder(kernel, planAfter(plan), options);
  }

  /** Fields of returned events that are not columns, with the number of their occurrences. At most 100 names. */
  get ignored(): ReadonlyMap<string, number> {
    return this.#builder.ignored;
  }

  /**
   * Yields the batches of the events that user code makes of a batch, in the same order, and releases the batch. If
   * user code throws, the event is rejected with the error's message (`transform_failed`). Rows that are already
   * rejected stay rejected.
   */
  *apply(batch: EventBatch): Generator<EventBatch> {
    const builder = this.#builder;
    try {
      builder.begin(batch.source);
      builder.countFrom(batch);
      const reader = new EventReader(batch);
      for (let row = 0, { rows } = batch; row < rows; row++) {
        const code = batch.codeName(row);
        if (code === 'ok') this.#row(batch, row, reader);
        else builder.rejectFrom(code, batch, row);
        yield* builder.takeFull();
      }
      builder.count('duplicate_key', reader.duplicates);
      yield* builder.end();
    } finally {
      batch.release();
    }
  }

  /** Frees the memory. */
  destroy(): void {
    this.#builder.destroy();
  }

  #row(batch: EventBatch, row: number, reader: EventReader): void {
    const builder = this.#builder;
    let texts: string[];
    try {
      texts = eventTexts(this.#transform(reader.read(row)));
    } catch (error) {
      builder.rejectFrom('transform_failed', batch, row, reason(error));
      return;
    }
    if (texts.length === 0) builder.rejectFrom('dropped_by_transform', batch, row);
    for (const text of texts) builder.addFrom(text, batch, row);
  }
}

/**
 * Returns the plan for the events that user code returns: the vendor's columns, flattened and with ids as in the
 * mapping.
 */
function planAfter({ flatten, deriveSlots }: TransformPlan): MappingPlan {
  const plan = compileMapping(VENDOR_MAPPING, { flatten: false });
  // The source's fields from which the mapping derives ids are gone, so ids are derived from the returned event.
  return { ...plan, flatten, deriveSlots: deriveSlots === undefined ? undefined : 'raw' };
}

/** Thrown for a returned value that is not an event. */
class BadResult extends Error {}

function eventTexts(result: EventInput | readonly EventInput[] | null): string[] {
  if (result === null) return [];
  return Array.isArray(result)
    ? result.map((event: EventInput, index) =>
        eventText(event, `element ${index} of the returned array is`),
      )
    : [eventText(result as EventInput, 'the transform returned')];
}

function eventText(event: EventInput, what: string): string {
  if (isPromise(event)) {
    event.then(undefined, () => {});
    throw new BadResult(`${what} a promise; a transform must be synchronous`);
  }
  const isObject = typeof event === 'object' && event !== null && !Array.isArray(event);
  const text = isObject ? jsonText(event) : undefined;
  if (text?.[0] !== '{') {
    throw new BadResult(
      `${what} ${kindOf(event)}; expected an event, an array of events, or null to leave it out`,
    );
  }
  return text;
}

function isPromise(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as PromiseLike<unknown> | null | undefined)?.then === 'function';
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'an array' : typeof value;
}

function reason(error: unknown): string {
  if (error instanceof BadResult) return error.message;
  const said = error instanceof Error ? `${error.name}: ${error.message}` : inspect(error);
  return `the transform threw ${said.slice(0, LONGEST_REASON)}`;
}
