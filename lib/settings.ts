// ConvertOptions → what the parts of a run are told: defaults filled in, everything checked.
import { ImportError } from './errors.ts';
import type { ConvertOptions, InsertIdMode } from './options.ts';
import { PARQUET_DEFAULTS, type ParquetOptions } from './parquet/options.ts';
import type { FormatWish } from './parse/detect.ts';
import type { EventMapping } from './parse/mapping.ts';
import { MAX_LINE } from './parse/ndjson.ts';
import { parsePath } from './parse/path.ts';
import { type MappingPlan, planOf } from './parse/plan.ts';
import { VENDOR_MAPPING } from './parse/vendor-mapping.ts';
import { type DayRange, dayRange, formatDay } from './route/by-day.ts';
import type { DeliverOptions } from './stages.ts';
import { rejectBudget } from './tally.ts';
import type { WorkOptions } from './threads/protocol.ts';

/** Default of `memory`: what a run may use over the bare runtime (README, memory). */
const MEMORY = 256 << 20;
/** Of that, open row groups get this share; the rest is for batches, pages on their way, and garbage. */
const ROW_GROUP_SHARE = 3 / 8;
/** @throws ImportError E_USAGE, E_MAPPING */
export async function workSettings(options: ConvertOptions): Promise<WorkOptions> {
  const plan = await mappingPlan(options);
  return {
    plan,
    transform: typeof options.transform === 'string' ? options.transform : undefined,
    ...formatWish(options),
    csv: options.csv,
    maxLine: options.maxLine ?? MAX_LINE,
    record: {
      insertId: options.insertId ?? 'uuid',
      limits: options.limits ?? 'warn',
      identifiers: options.identifiers ?? 'map',
      unit: plan.ts.unit,
      localEpochs: plan.ts.localEpochs,
      timezone: plan.ts.timezone,
    },
    days: dayRange(options),
    parquet: parquetOptions(options),
    memory: (options.memory ?? MEMORY) * ROW_GROUP_SHARE,
  };
}

/** What is said of CSV is said of inputs in CSV. */
function formatWish({ format, jsonPath, csv }: ConvertOptions): FormatWish {
  if (jsonPath === undefined) return { format: format ?? (csv && 'csv'), path: undefined };
  if (format !== undefined && format !== 'json') {
    throw new ImportError('E_USAGE', `expected jsonPath with JSON documents, got format ${format}`);
  }
  return { format, path: parsePath(jsonPath) };
}

/** @throws ImportError E_USAGE */
export function deliverySettings(options: ConvertOptions): Omit<DeliverOptions, 'tally'> {
  const { fileSize, ifExists, dryRun, maxRejects = 0 } = options;
  rejectBudget(maxRejects, 0);
  const emptyDays = options.allowEmpty ? daysBetween(options) : [];
  const store = { ...(options.signal && { signal: options.signal }), ...options.store };
  const parquet = parquetOptions(options);
  return { parquet, fileSize, ifExists, maxRejects, emptyDays, dryRun, store };
}

async function mappingPlan(options: ConvertOptions): Promise<MappingPlan> {
  const { mapping, insertId = 'uuid' } = options;
  const checked = mapping === undefined ? VENDOR_MAPPING : await checkedMapping(mapping, insertId);
  return planOf(checked, { insertId, flatten: options.flatten ?? false });
}

/** What checks a mapping is loaded only where there is one: it takes as long as a small import. */
async function checkedMapping(
  mapping: string | EventMapping,
  insertId: InsertIdMode,
): Promise<EventMapping> {
  const { loadMapping, parseMapping } = await import('./parse/mapping.ts');
  return typeof mapping === 'string'
    ? loadMapping(mapping, { insertId })
    : parseMapping(mapping, { insertId });
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
