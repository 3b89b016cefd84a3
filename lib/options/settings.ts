// Options of `convert` → what the parts of a run take: checked, and with defaults filled in.

import type { DeliverOptions } from '../commit/options.ts';
import type { WorkOptions } from '../engine/options.ts';
import { ImportError } from '../errors.ts';
import { planOf } from '../mapping/compile.ts';
import { parsePath } from '../mapping/path.ts';
import type { EventMapping } from '../mapping/types.ts';
import { VENDOR_MAPPING } from '../mapping/vendor-mapping.ts';
import { PARQUET_DEFAULTS, type ParquetOptions } from '../parquet/options.ts';
import type { RequestedFormat } from '../parse/detect.ts';
import { eventMatcher } from '../record/event-filter.ts';
import { daysBetween } from '../route/by-day.ts';
import {
  type DayRange,
  type DayRules,
  dayRange,
  dayRules,
  today,
  type UnfinishedMode,
} from '../route/day-rules.ts';
import type { NeededEvents } from '../shortfall.ts';
import { checkOptions } from './check.ts';
import { DEFAULTS } from './defaults.ts';
import type { ConvertOptions } from './options.ts';
import { checkTogether } from './rules.ts';
import { OPTIONS } from './table.ts';

/**
 * Share of `memory` for open row groups; the rest is for batches, what is on its way to a store, and garbage.
 * It does not depend on the store, so that the files are the same on each.
 */
const ROW_GROUP_SHARE = 1 / 2;

/** Checks everything about the options that shows without reading anything. @throws ImportError E_USAGE */
export function checkConvertOptions(options: ConvertOptions): void {
  checkOptions(OPTIONS, options);
  checkTogether(options);
}

/**
 * What a thread needs to turn input into row groups.
 *
 * @param now when the run began, in milliseconds since 1970
 * @throws ImportError E_USAGE, E_MAPPING
 */
export async function workSettings(options: ConvertOptions, now: number): Promise<WorkOptions> {
  const mapping = await checkedMapping(options);
  const { insertId, limits, identifiers, ...all } = withDefaults(options);
  const plan = planOf(mapping, { insertId, flatten: all.flatten });
  const format = formatOptions(options, mapping);
  return {
    plan,
    transform: typeof options.transform === 'string' ? options.transform : undefined,
    ...requestedFormat(format),
    csv: format.csv,
    maxLine: all.maxLine,
    record: {
      insertId,
      limits,
      identifiers,
      unit: plan.ts.unit,
      localEpochs: plan.ts.localEpochs,
      timezone: plan.ts.timezone,
      ambiguous: plan.ts.ambiguous,
      timeFormat: plan.ts.format,
      where: patterns(options.where),
    },
    days: dayRules(options, now),
    limit: options.limit,
    dedupe: all.dedupe ? all.dedupeMemory : undefined,
    parquet: parquetOptions(options),
    memory: all.memory * ROW_GROUP_SHARE,
  };
}

/** Checks the patterns here: in a thread they would fail after the run has begun. */
function patterns(where: ConvertOptions['where']): readonly string[] | undefined {
  if (where === undefined) return undefined;
  eventMatcher(where);
  return [where].flat();
}

/** Options for CSV make CSV the format where no other is given. */
function requestedFormat({
  format,
  jsonPath,
  csv,
}: Pick<ConvertOptions, 'format' | 'jsonPath' | 'csv'>): RequestedFormat {
  if (jsonPath === undefined) return { format: format ?? (csv && 'csv'), path: undefined };
  if (format !== undefined && format !== 'json') {
    throw new ImportError('E_USAGE', `expected jsonPath with JSON documents, got format ${format}`);
  }
  return { format, path: parsePath(jsonPath) };
}

/**
 * What the delivery of row groups to a store needs.
 *
 * @param now when the run began, in milliseconds since 1970
 */
export function deliverySettings(
  options: ConvertOptions,
  now: number,
): Omit<DeliverOptions, 'counters'> {
  const { fileSize, ifExists, allowShrink, maxRejects, dryRun } = withDefaults(options);
  const emptyDays =
    options.allowEmpty && areDaysKnown(options) ? daysAsked(dayRules(options, now)) : [];
  const store = { ...(options.signal && { signal: options.signal }), ...options.store };
  const parquet = parquetOptions(options);
  return { parquet, fileSize, ifExists, allowShrink, maxRejects, emptyDays, dryRun, store };
}

/** The events without which a run is not committed; undefined if it may have none. */
export function neededEvents(options: ConvertOptions, now: number): NeededEvents | undefined {
  const { allowEmpty, minEvents, from, until, unfinished } = withDefaults(options);
  if (allowEmpty) return undefined;
  return {
    least: minEvents,
    byDay: from !== undefined || until !== undefined,
    range: areDaysKnown(options) ? overDays(dayRange(options), unfinished, now) : undefined,
  };
}

/** The days of a range that get a folder: those that are over, unless others are committed too. */
function overDays({ from, until }: DayRange, unfinished: UnfinishedMode, now: number): DayRange {
  return { from, until: unfinished === 'commit' ? until : Math.min(until, today(now) - 1) };
}

/** Whether both ends of the days are given, so that it is known which days were asked for. */
function areDaysKnown({ from, until }: ConvertOptions): boolean {
  return from !== undefined && until !== undefined;
}

type Settled = ConvertOptions & Required<Pick<ConvertOptions, keyof typeof DEFAULTS>>;

/** Fills in defaults, also for options that are given as undefined. */
function withDefaults(options: ConvertOptions): Settled {
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  return { ...DEFAULTS, ...(Object.fromEntries(given) as unknown as ConvertOptions) };
}

/** Loads the code that checks a mapping only where there is one: loading takes as long as a small import. */
async function checkedMapping(options: ConvertOptions): Promise<EventMapping> {
  const { mapping, preset, set = {}, insertId } = options;
  if (mapping === undefined && preset === undefined && Object.keys(set).length === 0) {
    return VENDOR_MAPPING;
  }
  const { parseMapping, readMapping } = await import('../mapping/mapping.ts');
  const { withSettings } = await import('../mapping/constants.ts');
  const name = typeof mapping === 'string' ? mapping : 'mapping';
  const given = await givenMapping(options, readMapping);
  return parseMapping(withSettings(given as EventMapping, set), { insertId, name });
}

/** Returns the mapping as it is given, not checked yet: what it lacks may be in `set`. */
async function givenMapping(
  { mapping, preset, set }: ConvertOptions,
  readMapping: (file: string) => unknown,
): Promise<unknown> {
  if (preset !== undefined) {
    const { presetMapping } = await import('../presets/presets.ts');
    return presetMapping(preset, set);
  }
  return typeof mapping === 'string' ? readMapping(mapping) : (mapping ?? VENDOR_MAPPING);
}

/** Takes from the mapping what the options do not say about the inputs. */
function formatOptions(
  options: ConvertOptions,
  { input = {} }: EventMapping,
): Pick<ConvertOptions, 'format' | 'jsonPath' | 'csv'> {
  const { format, jsonPath, columns, delimiter, quote, comment } = input;
  const own = Object.entries({ columns, delimiter, quote, comment }).filter(
    ([, value]) => value !== undefined,
  );
  const csv = { ...Object.fromEntries(own), ...options.csv };
  const wish = {
    format: options.format ?? format,
    jsonPath: options.jsonPath ?? jsonPath,
    csv: Object.keys(csv).length > 0 ? csv : undefined,
  };
  return Object.fromEntries(Object.entries(wish).filter(([, value]) => value !== undefined));
}

function parquetOptions(options: ConvertOptions): ParquetOptions {
  const { compression, identifiers, rowGroupSize } = withDefaults(options);
  const level = options.compressionLevel;
  return { ...PARQUET_DEFAULTS, compression, level, identifiers, rowGroupSize };
}

/** Lists every day asked for that may be committed, as `YYYY-MM-DD`. */
function daysAsked({ from, until, unfinished, now }: DayRules): string[] {
  const last = unfinished === 'commit' ? until : Math.min(until, today(now) - 1);
  return daysBetween(from, last);
}
