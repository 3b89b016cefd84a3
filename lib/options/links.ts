// The options of the links in lib/streams: those of `convert` where they mean the same, and some of their own.

import { timeFormatProblem } from '../record/time-format.ts';
import { RunCounters } from '../run-counters.ts';
import { checkOptions } from './check.ts';
import * as kinds from './kinds.ts';
import type { Kind, Option, OptionTable } from './option.ts';
import { OPTIONS } from './table.ts';

const counters = own('what counts the events of the run', {
  expected: 'RunCounters',
  accepts: (value) => value instanceof RunCounters,
});
const required = { ...counters, required: true };
const source = own('name of the source in messages', kinds.text('a name'));
const mapping = own(
  'which fields fill which columns',
  { expected: 'a mapping', accepts: kinds.isObject }, // parseMapping checks what is in it
);
const { insertId, flatten, maxLine, limits, identifiers, where, onReject } = OPTIONS;
const events = { mapping, flatten, insertId, maxLine };
const times = {
  unit: own('unit of epoch numbers', kinds.word(['auto', 's', 'ms', 'us', 'ns', 'date'])),
  timezone: own('zone of times that state none', kinds.text('an IANA time zone')),
  ambiguous: own(
    'what a local time means that a clock change repeats',
    kinds.word(['reject', 'earlier', 'later']),
  ),
  format: own('format of times', {
    expected: 'a format such as DD/MMM/YYYY:HH:mm:ss ZZ',
    accepts: (value) => typeof value === 'string' && timeFormatProblem(value) === undefined,
  }),
};
const parquet = {
  compression: OPTIONS.compression,
  level: OPTIONS.compressionLevel,
  identifiers,
  rowGroupSize: OPTIONS.rowGroupSize,
  pageSize: own('uncompressed size of a page', kinds.bytes({ least: 1 })),
};

type LinkName =
  | 'parse'
  | 'map'
  | 'toObjects'
  | 'fromObjects'
  | 'record'
  | 'validate'
  | 'truncateTimestamps'
  | 'limits'
  | 'route'
  | 'rowGroups'
  | 'deliver';

const LINKS: Readonly<Record<LinkName, OptionTable>> = {
  parse: {
    ...events,
    source,
    counters,
    format: { ...OPTIONS.format, required: true },
    jsonPath: OPTIONS.jsonPath,
    csv: OPTIONS.csv,
  },
  map: { flatten, insertId, maxLine },
  toObjects: { counters: required, onReject },
  fromObjects: { ...events, source },
  record: { ...times, insertId, limits, identifiers, where },
  validate: { insertId },
  truncateTimestamps: times,
  limits: { limits },
  route: {
    counters: required,
    onReject,
    from: OPTIONS.from,
    until: OPTIONS.until,
    anyDay: OPTIONS.anyDay,
    unfinished: OPTIONS.unfinished,
    dedupe: OPTIONS.dedupeMemory,
  },
  rowGroups: { ...parquet, memory: OPTIONS.memory },
  deliver: {
    counters: required,
    parquet: own('options of the Parquet files', kinds.options(parquet)),
    fileSize: OPTIONS.fileSize,
    ifExists: OPTIONS.ifExists,
    allowShrink: OPTIONS.allowShrink,
    maxRejects: OPTIONS.maxRejects,
    emptyDays: own(
      'days that get _SUCCESS without a row',
      kinds.listOf(kinds.day, 'a list of days'),
    ),
    dryRun: OPTIONS.dryRun,
    store: OPTIONS.store,
  },
};

/** Checks the options of a link. @throws ImportError E_USAGE that names the link and the option */
export function checkLinkOptions(link: LinkName, given: unknown): void {
  checkOptions(LINKS[link], given, link);
}

/** An option that only links have. */
function own(sentence: string, kind: Kind): Option {
  return { group: 'Run', sentence, kind };
}
