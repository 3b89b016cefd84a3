// ConvertOptions → what the parts of a run are told: defaults filled in, everything checked.

import type { WorkOptions } from '../engine/options.ts';
import { ImportError } from '../errors.ts';
import { planOf } from '../mapping/compile.ts';
import { parsePath } from '../mapping/path.ts';
import type { EventMapping } from '../mapping/types.ts';
import { VENDOR_MAPPING } from '../mapping/vendor-mapping.ts';
import { PARQUET_DEFAULTS, type ParquetOptions } from '../parquet/options.ts';
import type { RequestedFormat } from '../parse/detect.ts';
import { MAX_LINE } from '../parse/ndjson/line-parser.ts';
import { eventMatcher } from '../record/event-filter.ts';
import { type DayRange, dayRange, formatDay } from '../route/by-day.ts';
import { DEDUPE_MEMORY, LEAST_DEDUPE_MEMORY } from '../route/duplicates.ts';
import { rejectBudget } from '../run-counters.ts';
import type { DeliverOptions } from '../streams/deliver.ts';
import { CHOICES, type ConvertOptions } from './options.ts';

/** Default of `memory`: what a run may use over the bare runtime (README, memory). */
const MEMORY = 256 << 20;
/**
 * Of that, open row groups get this share; the rest is for batches, what is on its way to a store, and
 * garbage. It does not depend on the store: the files are the same on each.
 */
const ROW_GROUP_SHARE = 1 / 2;
/** Linear memory ends at 4 GiB, and a batch of one event takes up to 64 times its bytes of addresses there. */
const MOST_LINE = 24 << 20;

/** @throws ImportError E_USAGE, E_MAPPING */
export async function workSettings(options: ConvertOptions): Promise<WorkOptions> {
  const mapping = await checkedMapping(options);
  const { insertId = 'uuid', flatten = false } = options;
  const plan = planOf(mapping, { insertId, flatten });
  const format = formatOptions(options, mapping);
  return {
    plan,
    transform: typeof options.transform === 'string' ? options.transform : undefined,
    ...requestedFormat(format),
    csv: format.csv,
    maxLine: longestLine(options),
    record: {
      insertId,
      limits: options.limits ?? 'warn',
      identifiers: options.identifiers ?? 'map',
      unit: plan.ts.unit,
      localEpochs: plan.ts.localEpochs,
      timezone: plan.ts.timezone,
      where: patterns(options.where),
    },
    days: dayRange(options),
    dedupe: dedupeMemory(options),
    parquet: parquetOptions(options),
    memory: (options.memory ?? MEMORY) * ROW_GROUP_SHARE,
  };
}

function longestLine({ maxLine = MAX_LINE }: ConvertOptions): number {
  if (maxLine >= 1 && maxLine <= MOST_LINE) return maxLine;
  throw new ImportError(
    'E_USAGE',
    `maxLine (--max-line): expected 1 to ${MOST_LINE} bytes (24MiB), got ${maxLine}`,
  );
}

/** Checked here: what is wrong with them is not for a thread to tell. */
function patterns(where: ConvertOptions['where']): readonly string[] | undefined {
  if (where === undefined) return undefined;
  eventMatcher(where);
  return [where].flat();
}

function dedupeMemory(options: ConvertOptions): number | undefined {
  const { dedupe, dedupeMemory = DEDUPE_MEMORY, insertId } = options;
  if (!dedupe) return undefined;
  if (insertId === 'any') {
    throw new ImportError('E_USAGE', 'dedupe: expected UUIDs as insert_id, got the mode "any"', {
      hint: 'With --insert-id derive an id that is no UUID becomes one.',
    });
  }
  if (!(dedupeMemory >= LEAST_DEDUPE_MEMORY)) {
    throw new ImportError(
      'E_USAGE',
      `dedupeMemory: expected at least ${LEAST_DEDUPE_MEMORY} bytes (1MiB), got ${dedupeMemory}`,
    );
  }
  return dedupeMemory;
}

/** What is said of CSV is said of inputs in CSV. */
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

/** @throws ImportError E_USAGE */
export function deliverySettings(options: ConvertOptions): Omit<DeliverOptions, 'counters'> {
  checkChoices(options);
  const { fileSize, ifExists, dryRun, maxRejects = 0 } = options;
  rejectBudget(maxRejects, 0);
  const emptyDays = options.allowEmpty ? daysBetween(options) : [];
  const store = { ...(options.signal && { signal: options.signal }), ...options.store };
  const parquet = parquetOptions(options);
  return { parquet, fileSize, ifExists, maxRejects, emptyDays, dryRun, store };
}

/** A word that is none of those known would be taken for one: `ifExists: 'ignore'` for `replace`. */
function checkChoices(options: ConvertOptions): void {
  for (const [name, choices] of Object.entries(CHOICES)) {
    const value: unknown = options[name as keyof typeof CHOICES];
    if (value === undefined || (choices as readonly unknown[]).includes(value)) continue;
    throw new ImportError(
      'E_USAGE',
      `${name}: expected one of ${choices.join(', ')}, got ${JSON.stringify(value)}`,
    );
  }
}

/** What checks a mapping is loaded only where there is one: it takes as long as a small import. */
async function checkedMapping(options: ConvertOptions): Promise<EventMapping> {
  const { mapping, preset, set = {}, insertId } = options;
  if (mapping !== undefined && preset !== undefined) {
    throw new ImportError('E_USAGE', 'expected either a mapping or a preset, got both', {
      hint: `hackle-import presets ${preset} prints the preset as a mapping file to adapt.`,
    });
  }
  if (mapping === undefined && preset === undefined && Object.keys(set).length === 0) {
    return VENDOR_MAPPING;
  }
  const { parseMapping, readMapping } = await import('../mapping/mapping.ts');
  const { withSettings } = await import('../mapping/constants.ts');
  const name = typeof mapping === 'string' ? mapping : 'mapping';
  const given = await givenMapping(options, readMapping);
  return parseMapping(withSettings(given as EventMapping, set), { insertId, name });
}

/** The mapping as it is given, not checked yet: what it lacks may be in `set`. */
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

/** What the options do not say of the inputs, the mapping may. */
function formatOptions(
  options: ConvertOptions,
  { input = {} }: EventMapping,
): Pick<ConvertOptions, 'format' | 'jsonPath' | 'csv'> {
  const { format, jsonPath, columns, delimiter, quote } = input;
  const own = Object.entries({ columns, delimiter, quote }).filter(
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
  return {
    ...PARQUET_DEFAULTS,
    compression: options.compression ?? PARQUET_DEFAULTS.compression,
    level: options.compressionLevel,
    identifiers: options.identifiers ?? PARQUET_DEFAULTS.identifiers,
    rowGroupSize: options.rowGroupSize ?? PARQUET_DEFAULTS.rowGroupSize,
  };
}

/** Every day of from … until, for `allowEmpty`. */
function daysBetween(options: ConvertOptions): string[] {
  if (options.from === undefined || options.until === undefined) {
    throw new ImportError('E_USAGE', 'allowEmpty needs the days: both from and until');
  }
  const { from, until }: DayRange = dayRange(options);
  return Array.from({ length: Math.max(0, until - from + 1) }, (_, i) => formatDay(from + i));
}
