import type { RejectRecord } from '../report.ts';
import type { DayRowGroup } from '../route/open-days.ts';
import type { RunCounters } from '../run-counters.ts';
import { mergedCounts } from '../sums.ts';
import type { BlockResult } from './block-result.ts';

export interface CollectorOptions {
  counters: RunCounters;
  /** Called for each rejected event; a returned promise is awaited. */
  onReject: ((reject: RejectRecord) => void | Promise<void>) | undefined;
}

/** Adds the results of blocks, in the order of the input, to the run: counts, rejects and row groups. */
export class ResultCollector {
  readonly #options: CollectorOptions;

  constructor(options: CollectorOptions) {
    this.#options = options;
  }

  /**
   * Counts a result, reports its rejects and yields its row groups.
   *
   * @param linesBefore lines of the source before the block, if the block does not know its own line
   */
  async *collect(
    result: BlockResult,
    linesBefore: number = result.linesBefore ?? 0,
  ): AsyncGenerator<DayRowGroup> {
    const { counters, onReject } = this.#options;
    counters.add(result.counts);
    counters.bytesIn += result.bytes ?? 0;
    if (onReject !== undefined) {
      for (const reject of result.rejects) {
        const waiting = onReject({ ...reject, line: reject.line + linesBefore });
        if (waiting !== undefined) await waiting;
      }
    }
    yield* result.groups;
    const { ignored, otherKeys = [], conditions = [], times } = result;
    for (const condition of conditions) counters.noteCondition(condition);
    counters.noteOtherKeys(otherKeys);
    if (times !== undefined) counters.noteTimes(times);
    if (ignored !== undefined) {
      counters.ignoredFields = mergedCounts(counters.ignoredFields, ignored);
    }
  }
}
