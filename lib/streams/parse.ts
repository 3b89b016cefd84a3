import type { Transform } from 'node:stream';
import type { EventBatch } from '../batch/event-batch.ts';
import { Kernel } from '../batch/kernel.ts';
import { planOf } from '../mapping/compile.ts';
import { parseMapping } from '../mapping/mapping.ts';
import { parsePath } from '../mapping/path.ts';
import type { MappingPlan } from '../mapping/plan.ts';
import type { EventMapping } from '../mapping/types.ts';
import { VENDOR_MAPPING } from '../mapping/vendor-mapping.ts';
import { checkLinkOptions } from '../options/links.ts';
import { type CsvOptions, checkCsvOptions } from '../parse/csv/options.ts';
import { formatOf, type TextFormat } from '../parse/formats.ts';
import { MAX_LINE } from '../parse/ndjson/line-parser.ts';
import { SourceParser } from '../parse/source-parser.ts';
import type { InsertIdMode } from '../record/modes.ts';
import type { RunCounters } from '../run-counters.ts';
import { bytesOf } from '../source/chunks.ts';
import { generatorStage } from './stage.ts';

/** Options of `parse` that apply to all formats. */
export interface ParseOptions {
  /** Name of the source in messages. Default `stream`. */
  source?: string;
  /** Says which fields fill which columns. Default: the vendor's own column names. */
  mapping?: EventMapping;
  /** Whether nested values in maps become dotted keys. Default false. */
  flatten?: boolean;
  /** With `derive`, an event without a UUID gets one that is derived from its text. Default `uuid`. */
  insertId?: InsertIdMode;
  /** Longest event in bytes; a longer event is rejected. Default 16 MiB. */
  maxLine?: number;
  /** Counts the bytes that are read, and gets the counts of ignored fields. */
  counters?: RunCounters;
}

/** Options of `parseJson`. */
export interface ParseJsonOptions extends ParseOptions {
  /** Path of the events in a document: member names separated by dots. Default: the document itself. */
  jsonPath?: string;
}

/** Options of `parseCsv`. */
export type ParseCsvOptions = ParseOptions & CsvOptions;

/**
 * Link of a pipeline: bytes of one source → batches of events. `format` is the source's format, `csv` says how CSV is
 * written, and `jsonPath` is the path of the events in a JSON document.
 *
 * @throws ImportError E_USAGE for invalid options, E_MAPPING for an invalid mapping
 */
export function parse(
  options: ParseOptions & { format: TextFormat; jsonPath?: string; csv?: CsvOptions },
): Transform {
  checkLinkOptions('parse', options);
  const { format, source = 'stream', maxLine = MAX_LINE, counters, csv = {} } = options;
  checkCsvOptions(csv);
  const path = options.jsonPath === undefined ? undefined : parsePath(options.jsonPath);
  const plan = parsePlan(options);
  let parser: SourceParser;
  return generatorStage<unknown, EventBatch>({
    async open() {
      const row = formatOf(format);
      const shared = { maxLine, continuous: true };
      parser = new SourceParser(
        await row.cutter({ ...shared, path, csv }),
        await row.blockParser(new Kernel(), plan, shared),
      );
      parser.begin(source);
    },
    each(given) {
      const chunk = bytesOf(given, source);
      if (counters) counters.bytesIn += chunk.length;
      return parser.push(chunk);
    },
    *flush() {
      yield* parser.end();
      if (counters) counters.ignoredFields = parser.ignored;
    },
  });
}

/** Link of a pipeline: bytes of NDJSON, one event per line → batches. @throws ImportError E_MAPPING */
export function parseNdjson(options: ParseOptions = {}): Transform {
  return parse({ ...options, format: 'ndjson' });
}

/**
 * Link of a pipeline: bytes of JSON documents → batches. A document is an array of events, or a single event.
 *
 * @throws ImportError E_MAPPING, also for an invalid `jsonPath`
 */
export function parseJson(options: ParseJsonOptions = {}): Transform {
  return parse({ ...options, format: 'json' });
}

/**
 * Link of a pipeline: bytes of CSV → batches. A column's name is a path that the mapping may use. A map is either a
 * column of JSON, or a column for each key, such as `event_properties.price`.
 *
 * @throws ImportError E_USAGE for invalid options, E_MAPPING for an invalid mapping
 */
export function parseCsv(options: ParseCsvOptions = {}): Transform {
  const { columns, delimiter, quote, comment, ...others } = options;
  return parse({ ...others, format: 'csv', csv: { columns, delimiter, quote, comment } });
}

function parsePlan({ mapping, insertId = 'uuid', flatten = false }: ParseOptions): MappingPlan {
  const checked = mapping === undefined ? VENDOR_MAPPING : parseMapping(mapping, { insertId });
  return planOf(checked, { insertId, flatten });
}
