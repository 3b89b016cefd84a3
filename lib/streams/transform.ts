import { Transform } from 'node:stream';
import type { EventBatch } from '../batch/event-batch.ts';
import { Kernel } from '../batch/kernel.ts';
import { perKernel } from '../batch/per-kernel.ts';
import { planOf } from '../mapping/compile.ts';
import { parseMapping } from '../mapping/mapping.ts';
import type { EventMapping } from '../mapping/types.ts';
import { VENDOR_MAPPING } from '../mapping/vendor-mapping.ts';
import type { InsertIdMode } from '../record/modes.ts';
import type { RejectRecord } from '../report.ts';
import type { RunCounters } from '../run-counters.ts';
import { BatchBuilder } from '../transform/batch-builder.ts';
import type { EventInput, EventTransform } from '../transform/event.ts';
import { EventReader } from '../transform/event-reader.ts';
import { jsonText } from '../transform/event-text.ts';
import { EventTransformer } from '../transform/event-transformer.ts';
import { checkTransform } from '../transform/load-transform.ts';
import { originOf, rememberOrigin } from '../transform/origin.ts';
import { generatorStage } from './stage.ts';

/** Options of `map`. */
export interface MapOptions {
  /** Nested values that the function puts into maps become dotted keys. Default false. */
  flatten?: boolean;
  /** With `derive`, an event that comes back without a UUID gets one derived from its new text. Default `uuid`. */
  insertId?: InsertIdMode;
  /** Longest event in bytes of JSON. Default 16 MiB. */
  maxLine?: number;
}

/**
 * Batches → batches of what `transform` makes of each event. Belongs behind the parser, before `validate`.
 * An exception rejects the event (`transform_failed`), not the run. null or [] leaves the event out: it
 * is counted as filtered. Of several events each is counted as read.
 */
export function map(transform: EventTransform, options: MapOptions = {}): Transform {
  checkTransform(transform);
  const plan = planOf(VENDOR_MAPPING, {
    insertId: options.insertId ?? 'uuid',
    flatten: options.flatten ?? false,
  });
  const transformerOf = perKernel(
    (kernel) => new EventTransformer(kernel, plan, transform, options),
  );
  return generatorStage<EventBatch, EventBatch>({
    each: (batch) => transformerOf(batch.kernel).apply(batch),
  });
}

/** Options of `toObjects`. */
export interface ToObjectsOptions {
  /** Counts the events that were rejected before, which become no objects. */
  counters: RunCounters;
  /** Called for each of those; a returned promise slows the pipeline down. */
  onReject?: (reject: RejectRecord) => void | Promise<void>;
}

/**
 * Batches → plain objects, one an event, for stages of your own; `fromObjects` makes batches again. An
 * object that passes from one to the other keeps its place in the source, for reject records.
 */
export function toObjects(options: ToObjectsOptions): Transform {
  return new Transform({
    objectMode: true,
    writableHighWaterMark: 1,
    transform(batch: EventBatch, _encoding, done) {
      pushObjects(this, batch, options).then(() => done(), done);
    },
  });
}

async function pushObjects(
  stream: Transform,
  batch: EventBatch,
  options: ToObjectsOptions,
): Promise<void> {
  for (const reject of options.counters.countLost(batch)) await options.onReject?.(reject);
  const reader = new EventReader(batch);
  for (let row = 0, { rows } = batch; row < rows; row++) {
    if (batch.codeName(row) !== 'ok') continue;
    const event = reader.read(row);
    rememberOrigin(event, batch.origin(row));
    stream.push(event);
  }
  batch.release();
}

/** Options of `fromObjects`. */
export interface FromObjectsOptions {
  /** Name of the source of objects that do not come from `toObjects`, for messages. Default `objects`. */
  source?: string;
  /** Default: the vendor's own column names. */
  mapping?: EventMapping;
  /** Nested values of maps become dotted keys. Default false. */
  flatten?: boolean;
  /** With `derive`, events without a UUID get one derived from their text. Default `uuid`. */
  insertId?: InsertIdMode;
  /** Longest event in bytes of JSON. Default 16 MiB. */
  maxLine?: number;
}

/**
 * Plain objects → batches. In reject records an object that does not come from `toObjects` has its
 * number in place of a line, and its JSON as its text.
 */
export function fromObjects(options: FromObjectsOptions = {}): Transform {
  const { insertId = 'uuid', flatten = false, source = 'objects' } = options;
  const mapping =
    options.mapping === undefined ? VENDOR_MAPPING : parseMapping(options.mapping, { insertId });
  const builder = new BatchBuilder(new Kernel(), planOf(mapping, { insertId, flatten }), options);
  let count = 0;
  return generatorStage<EventInput, EventBatch>({
    *each(event) {
      count++;
      const origin = originOf(event);
      builder.begin(origin?.source ?? source);
      const text = jsonText(event) ?? 'null';
      if (origin === undefined) builder.add(text, count, 0);
      else builder.add(text, origin.line, origin.offset, origin.raw);
      yield* builder.take();
    },
    flush: () => builder.end(),
  });
}
