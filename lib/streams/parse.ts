import type { Transform } from 'node:stream';
import type { EventBatch } from '../batch/event-batch.ts';
import { Kernel } from '../batch/kernel.ts';
import { type EventMapping, parseMapping } from '../mapping/mapping.ts';
import { type MappingPlan, planOf } from '../mapping/plan.ts';
import { VENDOR_MAPPING } from '../mapping/vendor-mapping.ts';
import type { InsertIdMode } from '../options/options.ts';
import type { CsvOptions } from '../parse/csv/dialect.ts';
import { CsvParser } from '../parse/csv/parser.ts';
import type { EventParser } from '../parse/event-parser.ts';
import { NdjsonParser } from '../parse/ndjson/parser.ts';
import type { RunCounters } from '../run-counters.ts';
import { bytesOf } from '../source/chunks.ts';
import { generatorStage } from './stage.ts';

// The pipeline's first link; the others are in lib/stages.ts. It stands alone because checking a mapping
// loads zod, which takes longer than a small import, and most imports have none to check.

/** Options of `parseNdjson` and `parseCsv`. */
export interface ParseOptions {
  /** Name of the source, for messages. Default `stream`. */
  source?: string;
  /** Default: the vendor's own column names. */
  mapping?: EventMapping;
  /** Nested values of maps become dotted keys. Default false. */
  flatten?: boolean;
  /** With `derive`, events without a UUID get one derived from their text. Default `uuid`. */
  insertId?: InsertIdMode;
  /** Longest line, or record of CSV, in bytes. Default 16 MiB. */
  maxLine?: number;
  /** Counts the bytes that come in. */
  counters?: RunCounters;
}

/** Bytes of NDJSON → batches. */
export function parseNdjson(options: ParseOptions = {}): Transform {
  return parsed(new NdjsonParser(new Kernel(), parsePlan(options), options), options);
}

/** Bytes of CSV → batches. A column's name is a path of the mapping; maps are JSON, or a column for each key. */
export function parseCsv(options: ParseOptions & CsvOptions = {}): Transform {
  return parsed(new CsvParser(new Kernel(), parsePlan(options), options), options);
}

function parsePlan({ mapping, insertId = 'uuid', flatten = false }: ParseOptions): MappingPlan {
  const checked = mapping === undefined ? VENDOR_MAPPING : parseMapping(mapping, { insertId });
  return planOf(checked, { insertId, flatten });
}

function parsed(parser: EventParser, { source = 'stream', counters }: ParseOptions): Transform {
  parser.begin(source);
  return generatorStage<unknown, EventBatch>({
    each: (given) => {
      const chunk = bytesOf(given, source);
      if (counters) counters.bytesIn += chunk.length;
      return parser.push(chunk);
    },
    flush: () => {
      if (counters) counters.ignoredFields = parser.ignored;
      return parser.end();
    },
  });
}
