// The whole job on one page: read this first. The folders are the steps of the job. source/ turns inputs into bytes.
// parse/ cuts bytes into blocks and parses these into batches of events. transform/ applies user code, record/
// validates
// and rewrites events, and route/ groups them by UTC day. parquet/ encodes row groups, commit/ writes them to files
// and
// puts `_SUCCESS`, and store/ keeps the files. engine/ runs the steps from parse/ to parquet/ on this thread or on
// several. A batch is rows of events in WebAssembly memory: batch/ is the TypeScript view of it, kernel/ the code
// that
// processes it.
import { finished, pipeline } from 'node:stream/promises';
import { now } from './clock.ts';
import { endOnAbort } from './engine/end-on-abort.ts';
import { inlineRowGroups, prefetchNext } from './engine/inline.ts';
import { threadCount } from './engine/threads/count.ts';
import { endAhead, startAhead } from './engine/threads/start.ts';
import { ImportError } from './errors.ts';
import { conditionPaths } from './explain/slot-paths.ts';
import { locationText } from './options/location.ts';
import type { ConvertOptions } from './options/options.ts';
import {
  checkConvertOptions,
  deliverySettings,
  neededEvents,
  workSettings,
} from './options/settings.ts';
import { startProgress, totalSize } from './progress.ts';
import type { Report } from './report.ts';
import type { DayRowGroup } from './route/open-days.ts';
import { RunCounters } from './run-counters.ts';
import { holdStreamErrors } from './source/byte-stream.ts';
import { resolveInputs } from './source/resolve.ts';
import { ofUnchangedFiles } from './source/unchanged.ts';
import type { StoreOptions } from './store/options.ts';
import { deliver } from './streams/deliver.ts';
import { transformerOf } from './transform/load-transform.ts';

/**
 * Runs the whole job: reads the inputs, writes the files of each day, and commits them.
 *
 * Resolves with a report, even if too many rejects (`status: 'rejected'`) or missing events (`empty`, `too-few`)
 * prevented the commit. Any other failure rejects with an ImportError. No day has `_SUCCESS` unless it is complete.
 *
 * @throws ImportError E_USAGE, E_MAPPING, E_INPUT_…, E_DAY_COMPLETE, E_STORE_…, E_ROWS_LOST, E_ABORTED
 */
export async function convert(options: ConvertOptions): Promise<Report> {
  holdStreamErrors(options?.inputs);
  checkConvertOptions(options);
  const { signal: aborted } = options;
  const to = options.to instanceof URL ? locationText(options.to) : options.to;
  const counters = new RunCounters();
  const begun = now();
  counters.needed = neededEvents(options, begun);
  const settings = deliverySettings(options, begun);
  const work = { ...(await workSettings(options, begun)), counters, onReject: options.onReject };
  counters.conditionPaths = conditionPaths(work.plan);
  const makeTransformer = await transformerOf(options.transform);
  const store: StoreOptions = {
    ...settings.store,
    onRetry: (retry) => {
      options.store?.onRetry?.(retry);
      counters.noteRetry(retry);
    },
    onNote: (note) => {
      options.store?.onNote?.(note);
      counters.notes.add(note);
    },
  };
  const delivery = deliver(to, { ...settings, store, counters });
  // All options are checked. Threads start while other files are looked up: thousands of them take as long as a thread takes to start.
  let found = 0;
  const onFile = (bytes: number): void => {
    found += bytes;
    startAhead(threadCount(options, found));
  };
  const sources = await resolveInputs(options.inputs, store, options, onFile).catch(
    async (error: unknown) => {
      await endAhead();
      throw error;
    },
  );
  const size = totalSize(sources);
  const threads = threadCount(options, size);
  if (size !== undefined) startAhead(threads);
  // The signal is aborted when any link of the pipeline fails.
  const rowGroups = async function* ({
    signal,
  }: {
    signal?: AbortSignal;
  } = {}): AsyncGenerator<DayRowGroup> {
    const groups =
      threads === 0
        ? prefetchNext(inlineRowGroups(sources, work, makeTransformer, signal))
        : (await import('./engine/threads/threads.ts')).threadedRowGroups(
            sources,
            { ...work, threads },
            signal,
          );
    yield* ofUnchangedFiles(sources, endOnAbort(groups, signal));
  };
  const stopProgress = startProgress(options.onProgress, sources, counters);
  try {
    await pipeline(rowGroups, delivery, aborted === undefined ? {} : { signal: aborted });
  } catch (error) {
    // `pipeline` does not wait until the delivery has aborted what it had begun.
    await finished(delivery.destroy()).catch(() => {});
    // A command that is an input gets a signal too, and some time to end.
    await Promise.all(sources.map(async (source) => source.stopped?.()));
    throw asImportError(error, counters, aborted?.reason);
  } finally {
    stopProgress();
  }
  return counters.report();
}

/**
 * Converts the error of a pipeline to an ImportError with the state in which the run left the days.
 *
 * @param reason the reason of the abort signal, which an AbortError does not always contain
 */
function asImportError(error: unknown, counters: RunCounters, reason: unknown): ImportError {
  // If a link fails while another one is being destroyed, `pipeline` reports both errors (AggregateError).
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
  const open = counters.partitions.filter(
    ({ success, skipped, unchanged }) => !success && !skipped && !unchanged,
  );
  known.incompleteDays = open.filter((day) => !day.uncertain).map(({ day }) => day);
  known.uncertainDays = open.filter((day) => day.uncertain).map(({ day }) => day);
  known.leftovers = counters.leftovers;
  known.notes = [...counters.notes];
  return known;
}
