import { pipeline } from 'node:stream/promises';
import type { EventBatch } from './batch/event-batch.ts';
import { Kernel } from './batch/kernel.ts';
import { stage } from './batch/stage.ts';
import { ImportError } from './errors.ts';
import type { ConvertOptions } from './options.ts';
import { PARQUET_DEFAULTS, type ParquetOptions } from './parquet/options.ts';
import { type EventMapping, loadMapping, parseMapping, VENDOR_MAPPING } from './parse/mapping.ts';
import { MAX_LINE, NdjsonParser } from './parse/ndjson.ts';
import type { MappingPlan } from './parse/plan.ts';
import { type RecordStageOptions, recordStages } from './record/stages.ts';
import { TimeZone } from './record/time-zone.ts';
import type { Progress, Report } from './report.ts';
import { formatDay } from './route/by-day.ts';
import { resolveInputs } from './source/resolve.ts';
import type { Source } from './source/source.ts';
import { dayRange, deliver, planOf, route, rowGroups } from './stages.ts';
import type { StoreOptions } from './store/options.ts';
import { rejectBudget, Tally } from './tally.ts';

const PROGRESS_MS = 100;
/** Default of `memory`: what a run may use over the bare runtime (README, memory). */
const MEMORY = 256 << 20;
/** Of that, open row groups get half; the rest is for batches, pages on their way, and garbage. */
const ROW_GROUP_SHARE = 0.5;

/**
 * The whole job: reads the inputs, writes the days' files, and commits them.
 *
 * Resolves with a report also where rejects forbade the commit (`status: 'rejected'`). Whatever else goes
 * wrong rejects with an ImportError, and leaves no `_SUCCESS` on a day that is not complete.
 *
 * @throws ImportError E_USAGE, E_MAPPING, E_INPUT_…, E_DAY_COMPLETE, E_STORE_…, E_ROWS_LOST, E_ABORTED
 */
export async function convert(options: ConvertOptions): Promise<Report> {
  const tally = new Tally();
  const plan = mappingPlan(options);
  rejectBudget(options.maxRejects ?? 0, 0);
  const parquet = parquetOptions(options);
  const sources = await resolveInputs(options.inputs, storeOptions(options));
  const parser = new NdjsonParser(new Kernel(), plan, { maxLine: options.maxLine ?? MAX_LINE });
  const record = recordOptions(options, plan);
  const stopProgress = reportProgress(options.onProgress, sources, tally);
  try {
    await pipeline(
      (opts: { signal?: AbortSignal } = {}) =>
        readBatches(sources, parser, tally, opts.signal ?? options.signal),
      stage((batch) => recordStages(batch, record)),
      route({ ...days(options), tally, ...(options.onReject && { onReject: options.onReject }) }),
      rowGroups({ ...parquet, memory: (options.memory ?? MEMORY) * ROW_GROUP_SHARE }),
      deliver(options.to, {
        tally,
        parquet,
        ...(options.fileSize !== undefined && { fileSize: options.fileSize }),
        ...(options.ifExists && { ifExists: options.ifExists }),
        maxRejects: options.maxRejects ?? 0,
        emptyDays: options.allowEmpty ? daysBetween(options) : [],
        dryRun: options.dryRun ?? false,
        store: storeOptions(options),
      }),
      options.signal === undefined ? {} : { signal: options.signal },
    );
  } catch (error) {
    throw asImportError(error, tally);
  } finally {
    stopProgress();
  }
  return tally.report();
}

/** Reads the sources one after another; gives their events in batches. */
async function* readBatches(
  sources: readonly Source[],
  parser: NdjsonParser,
  tally: Tally,
  signal: AbortSignal | undefined,
): AsyncGenerator<EventBatch> {
  for (const source of sources) {
    parser.begin(source.name);
    for await (const chunk of source.open(signal)) {
      tally.bytesIn += chunk.length;
      yield* parser.push(chunk);
    }
    yield* parser.end();
  }
  tally.ignoredFields = parser.ignored;
}

function mappingPlan(options: ConvertOptions): MappingPlan {
  const { mapping, insertId = 'uuid' } = options;
  const checked: EventMapping =
    mapping === undefined
      ? VENDOR_MAPPING
      : typeof mapping === 'string'
        ? loadMapping(mapping, { insertId })
        : parseMapping(mapping, { insertId });
  return planOf(checked, { insertId, flatten: options.flatten ?? false });
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

function recordOptions(options: ConvertOptions, plan: MappingPlan): RecordStageOptions {
  return {
    insertId: options.insertId ?? 'uuid',
    limits: options.limits ?? 'warn',
    identifiers: options.identifiers ?? 'map',
    unit: plan.ts.unit,
    timeZone: plan.ts.timezone === undefined ? undefined : new TimeZone(plan.ts.timezone),
  };
}

function days({ from, until }: ConvertOptions): { from?: string; until?: string } {
  return { ...(from !== undefined && { from }), ...(until !== undefined && { until }) };
}

function storeOptions({ store, signal }: ConvertOptions): StoreOptions {
  return { ...(signal && { signal }), ...store };
}

/** Every day of from … until, for `allowEmpty`. */
function daysBetween(options: ConvertOptions): string[] {
  if (options.from === undefined || options.until === undefined) {
    throw new ImportError('E_USAGE', 'allowEmpty needs the days: both from and until');
  }
  const range = dayRange(days(options));
  return Array.from({ length: Math.max(0, range.until - range.from + 1) }, (_, i) =>
    formatDay(range.from + i),
  );
}

function reportProgress(
  onProgress: ConvertOptions['onProgress'],
  sources: readonly Source[],
  tally: Tally,
): () => void {
  if (onProgress === undefined) return () => {};
  const total = sources.reduce<number | undefined>(
    (sum, { size }) => (sum === undefined || size === undefined ? undefined : sum + size),
    0,
  );
  const report = (): void => {
    const progress: Progress = {
      bytesRead: sources.reduce((sum, { bytesRead }) => sum + bytesRead, 0),
      bytesTotal: total,
      bytesIn: tally.bytesIn,
      rowsIn: tally.rowsIn,
      rowsRejected: tally.rowsRejected,
      seconds: tally.seconds,
    };
    onProgress(progress);
  };
  const timer = setInterval(report, PROGRESS_MS);
  return () => clearInterval(timer);
}

function asImportError(error: unknown, tally: Tally): ImportError {
  const known =
    error instanceof ImportError
      ? error
      : (error as Error)?.name === 'AbortError'
        ? new ImportError('E_ABORTED', 'the run was stopped before it was complete', {
            cause: error,
          })
        : new ImportError('E_INTERNAL', `unexpected: ${(error as Error)?.message ?? error}`, {
            cause: error,
          });
  known.incompleteDays = tally.partitions
    .filter(({ success, skipped }) => !success && !skipped)
    .map(({ day }) => day);
  known.leftovers = tally.leftovers;
  return known;
}
