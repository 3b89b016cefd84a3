import type { Transform } from 'node:stream';
import type { EventBatch } from '../batch/event-batch.ts';
import { Kernel } from '../batch/kernel.ts';
import { generatorStage } from '../batch/stage.ts';
import type { InsertIdMode } from '../options.ts';
import type { Tally } from '../tally.ts';
import { type EventMapping, parseMapping } from './mapping.ts';
import { NdjsonParser } from './ndjson.ts';
import { planOf } from './plan.ts';
import { VENDOR_MAPPING } from './vendor-mapping.ts';

// The pipeline's first link; the others are in lib/stages.ts. It stands alone because checking a mapping
// loads zod, which takes longer than a small import, and most imports have none to check.

/** Options of `parseNdjson`. */
export interface ParseOptions {
  /** Name of the source, for messages. Default `stream`. */
  source?: string;
  /** Default: the vendor's own column names. */
  mapping?: EventMapping;
  /** Nested values of maps become dotted keys. Default false. */
  flatten?: boolean;
  /** With `derive`, events without a UUID get one derived from their text. Default `uuid`. */
  insertId?: InsertIdMode;
  /** Longest line in bytes. Default 16 MiB. */
  maxLine?: number;
  /** Counts the bytes that come in. */
  tally?: Tally;
}

/** Bytes of NDJSON → batches. */
export function parseNdjson(options: ParseOptions = {}): Transform {
  const { insertId = 'uuid', flatten = false } = options;
  const mapping =
    options.mapping === undefined ? VENDOR_MAPPING : parseMapping(options.mapping, { insertId });
  const plan = planOf(mapping, { insertId, flatten });
  const parser = new NdjsonParser(new Kernel(), plan, options);
  parser.begin(options.source ?? 'stream');
  return generatorStage<Uint8Array, EventBatch>({
    each: (chunk) => {
      if (options.tally) options.tally.bytesIn += chunk.length;
      return parser.push(chunk);
    },
    flush: () => {
      if (options.tally) options.tally.ignoredFields = parser.ignored;
      return parser.end();
    },
  });
}
