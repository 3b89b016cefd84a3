// The whole job on one page: read this first. The folders are its steps: source/ (inputs → bytes), parse/ (bytes →
// batches of events), transform/ (user code), record/ (checks and rewrites of events), route/ (events by UTC day),
// parquet/ (columns → bytes), store/ (files, and _SUCCESS). Batches are rows in WebAssembly memory: batch/ is how
// TypeScript sees them, kernel/ what runs over them. threads/ takes the same steps in worker threads.
import { finished, pipeline } from 'node:stream/promises';
import type { EventBatch } from './batch/event-batch.ts';
import { Kernel } from './batch/kernel.ts';
import { threadCount } from './engine/threads/count.ts';
import { startAhead } from './engine/threads/start.ts';
import { ImportError } from './errors.ts';
import type { ConvertOptions } from './options/options.ts';
import { deliverySettings, workSettings } from './options/settings.ts';
import { formattedText, type RequestedFormat } from './parse/detect.ts';
import { Parsers } from './parse/formats.ts';
import { startProgress, totalSize } from './progress.ts';
import { prepared, recordStages } from './record/stages.ts';
import type { Report } from './report.ts';
import { mergedCounts, RunCounters } from './run-counters.ts';
import { releaseChunk } from './source/chunks.ts';
import { resolveInputs } from './source/resolve.ts';
import { eachSource, type Source } from './source/source.ts';
import type { StoreOptions } from './store/options.ts';
import { deliver } from './streams/deliver.ts';
import { route, rowGroups } from './streams/links.ts';
import { stage } from './streams/stage.ts';
import { EventTransformer } from './transform/event-transformer.ts';
import { transformOf } from './transform/load-transform.ts';

/** What `pipeline` gives a source that is a function: ends when any link fails or the run is aborted. */
interface Running {
  signal?: AbortSignal;
}

/**
 * The whole job: reads the inputs, writes the days' files, and commits them.
 *
 * Resolves with a report also where rejects forbade the commit (`status: 'rejected'`). Whatever else goes
 * wrong rejects with an ImportError, and leaves no `_SUCCESS` on a day that is not complete.
 *
 * @throws ImportError E_USAGE, E_MAPPING, E_INPUT_…, E_DAY_COMPLETE, E_STORE_…, E_ROWS_LOST, E_ABORTED
 */
export async function convert(options: ConvertOptions): Promise<Report> {
  const { onReject, signal: aborted } = options;
  // What is wrong with them is told further down.
  for (const input of Array.isArray(options.inputs) ? options.inputs : []) {
    // It may break before its turn comes: then that is told, and until then it must not end the process.
    if (typeof input !== 'string') input.stream.on?.('error', () => {}); // a web stream has no `on`
  }
  const counters = new RunCounters();
  const settings = deliverySettings(options);
  const work = await workSettings(options);
  const transform = await transformOf(options.transform);
  const store: StoreOptions = {
    ...settings.store,
    onRetry: (retry) => {
      options.store?.onRetry?.(retry);
      counters.noteRetry(retry);
    },
  };
  const sources = await resolveInputs(options.inputs, store, options.to);
  const size = totalSize(sources);
  const threads = threadCount(options, size);
  const delivery = deliver(options.to, { ...settings, store, counters });
  // Behind what may be wrong with the options: from here on threads are ended with the run.
  if (size !== undefined) startAhead(threads);
  const end = aborted === undefined ? {} : { signal: aborted };
  const stopProgress = startProgress(options.onProgress, sources, counters);
  try {
    if (threads > 0) {
      const { parallelRowGroups } = await import('./engine/threads/parallel.ts');
      await pipeline(
        ({ signal }: Running = {}) =>
          parallelRowGroups(sources, { ...work, threads, counters, onReject }, signal),
        delivery,
        end,
      );
    } else {
      const kernel = new Kernel();
      const parsers = new Parsers(kernel, work.plan, work);
      const transformer = transform && new EventTransformer(kernel, work.plan, transform, work);
      const record = prepared(work.record);
      await pipeline(
        ({ signal }: Running = {}) => readBatches(sources, parsers, { ...work, counters }, signal),
        (batches) => transformed(batches, transformer, counters),
        stage((batch) => recordStages(batch, record)),
        route({ days: work.days, dedupe: work.dedupe, counters, onReject }),
        rowGroups({ ...work.parquet, memory: work.memory }),
        delivery,
        end,
      );
    }
  } catch (error) {
    // `pipeline` does not wait until the delivery has given up what it had begun.
    await finished(delivery.destroy()).catch(() => {});
    throw asImportError(error, counters, aborted?.reason);
  } finally {
    stopProgress();
  }
  return counters.report();
}

/** Reads the sources one after another; gives their events in batches. */
async function* readBatches(
  sources: readonly Source[],
  parsers: Parsers,
  { counters, ...wish }: RequestedFormat & { counters: RunCounters },
  signal: AbortSignal | undefined,
): AsyncGenerator<EventBatch> {
  for await (const source of eachSource(sources, signal)) {
    const { format, chunks } = await formattedText(source.name, source.open(signal), wish);
    const parser = await parsers.of(format);
    parser.begin(source.name);
    for await (const chunk of chunks) {
      counters.bytesIn += chunk.length;
      yield* parser.push(chunk);
      releaseChunk(chunk); // the parser copied it
    }
    yield* parser.end();
  }
  counters.ignoredFields = parsers.ignored;
}

async function* transformed(
  batches: AsyncIterable<EventBatch>,
  transformer: EventTransformer | undefined,
  counters: RunCounters,
): AsyncGenerator<EventBatch> {
  if (transformer === undefined) return yield* batches;
  for await (const batch of batches) yield* transformer.apply(batch);
  counters.ignoredFields = mergedCounts(counters.ignoredFields, transformer.ignored);
}

/** @param reason why the run was aborted, if it was: an AbortError does not always tell */
function asImportError(error: unknown, counters: RunCounters, reason: unknown): ImportError {
  // Where one link fails while another is being ended, `pipeline` tells of both (AggregateError).
  const { cause, errors = [] } = error as Partial<AggregateError>;
  const known =
    [error, cause, ...errors, reason].find((each) => each instanceof ImportError) ??
    ([error, ...errors].some((each) => (each as Error)?.name === 'AbortError')
      ? new ImportError('E_ABORTED', 'the run was stopped before it was complete', {
          cause: error,
        })
      : new ImportError('E_INTERNAL', `unexpected: ${(error as Error)?.message ?? error}`, {
          cause: error,
        }));
  known.incompleteDays = counters.partitions
    .filter(({ success, skipped }) => !success && !skipped)
    .map(({ day }) => day);
  known.leftovers = counters.leftovers;
  return known;
}
