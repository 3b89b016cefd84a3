import { Transform } from 'node:stream';
import type { EventBatch } from '../batch/event-batch.ts';
import { Kernel } from '../batch/kernel.ts';
import { perKernel } from '../batch/per-kernel.ts';
import { planOf } from '../mapping/compile.ts';
import { parseMapping } from '../mapping/mapping.ts';
import type { EventMapping } from '../mapping/types.ts';
import { VENDOR_MAPPING } from '../mapping/vendor-mapping.ts';
import { checkLinkOptions } from '../options/links.ts';
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
  /** Whether nested values that the function puts into maps become dotted keys. Default false. */
  flatten?: boolean;
  /** With `derive`, a returned event without a UUID gets one that is derived from its new text. Default `uuid`. */
  insertId?: InsertIdMode;
  /** Longest event in bytes of JSON. Default 16 MiB. */
  maxLine?: number;
}

/**
 * Link of a pipeline: batches → batches of the events that `transform` returns. Belongs after the parser and before
 * `validate`. If `transform` throws, the event is rejected (`transform_failed`), and the run continues. If it returns
 * null or [], the event is left out and counted as filtered. If it returns several events, each is counted as read.
 *
 * @throws ImportError E_USAGE if `transform` is not a synchronous function
 */
export function map(transform: EventTransform, options: MapOptions = {}): Transform {
  checkTransform(transform);
  checkLinkOptions('map', options);
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
  /** Counts the events that were rejected before this link; they do not become objects. */
  counters: RunCounters;
  /** Called for each of these rejected events. The pipeline waits for a returned promise. */
  onReject?: (reject: RejectRecord) => void | Promise<void>;
}

/**
 * Link of a pipeline: batches → plain objects, one per event, for stages of your own. `fromObjects` makes batches
 * again. An object that passes from `toObjects` to `fromObjects` keeps its position in the source, for reject
 * records.
 */
export function toObjects(options: ToObjectsOptions): Transform {
  checkLinkOptions('toObjects', options);
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
  /** Name in messages for the source of objects that do not come from `toObjects`. Default `objects`. */
  source?: string;
  /** Says which fields fill which columns. Default: the vendor's own column names. */
  mapping?: EventMapping;
  /** Whether nested values in maps become dotted keys. Default false. */
  flatten?: boolean;
  /** With `derive`, an event without a UUID gets one that is derived from its text. Default `uuid`. */
  insertId?: InsertIdMode;
  /** Longest event in bytes of JSON. Default 16 MiB. */
  maxLine?: number;
}

/**
 * Link of a pipeline: plain objects → batches. The reject record of an object that does not come from `toObjects` has
 * the object's number as its line, and the object's JSON as its text.
 *
 * @throws ImportError E_MAPPING for an invalid mapping
 */
export function fromObjects(options: FromObjectsOptions = {}): Transform {
  checkLinkOptions('fromObjects', options);
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
      yield* builder.takeFull();
    },
    flush: () => builder.end(),
  });
}
