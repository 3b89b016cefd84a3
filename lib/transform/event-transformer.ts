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

/** What of the run's mapping also goes for the events that user code gives back. */
export type TransformPlan = Pick<MappingPlan, 'flatten' | 'deriveSlots'>;

/** Of the message of user code's error, this much is kept. */
const LONGEST_REASON = 500;

/** Applies user code to the events of batches; synchronous, so that it runs in worker threads too. */
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

  /** Fields of returned events that are no column, with how often they came; at most 100 names. */
  get ignored(): ReadonlyMap<string, number> {
    return this.#builder.ignored;
  }

  /**
   * A batch → the batches of what user code makes of it, in the same order. Takes the batch over. An
   * event on which user code throws is rejected with its message (`transform_failed`); rejected rows
   * pass by.
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
        yield* builder.take();
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

/** Plan for events in the vendor's shape: as the mapping wished for values and ids that user code made. */
function planAfter({ flatten, deriveSlots }: TransformPlan): MappingPlan {
  const plan = compileMapping(VENDOR_MAPPING, { flatten: false });
  // The fields of the source that an id was derived from are gone; the event itself is left.
  return { ...plan, flatten, deriveSlots: deriveSlots === undefined ? undefined : 'raw' };
}

/** What user code gave back is no event. */
class BadResult extends Error {}

function eventTexts(result: EventInput | readonly EventInput[] | null): string[] {
  if (result === null) return [];
  return Array.isArray(result)
    ? result.map((event: EventInput, index) => eventText(event, `element ${index} returned is`))
    : [eventText(result as EventInput, 'the transform returned')];
}

function eventText(event: EventInput, what: string): string {
  if (isPromise(event)) {
    event.then(undefined, () => {});
    throw new BadResult(`${what} a promise; a transform has to be synchronous`);
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
