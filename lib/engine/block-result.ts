import type { ConditionUse } from '../parse/block.ts';
import type { RejectRecord } from '../report.ts';
import type { DayTimes } from '../route/day-times.ts';
import type { DayRowGroup } from '../route/open-days.ts';
import { type Counts, RunCounters } from '../run-counters.ts';

/**
 * What `Work` made of one block. A block has one result or several: large ones are handed on before the block
 * ends, so that they do not pile up in memory.
 */
export interface BlockResult {
  counts: Counts;
  /** Rejected events. Their lines count from 1 at the block's start if the block does not know its own line. */
  rejects: RejectRecord[];
  /** Finished row groups, of this block's rows and of those before. */
  groups: DayRowGroup[];
  /** Lines in the block if it does not know its own line, given with its last result; else 0. */
  lines: number;
  /** Whether this is the last result of the block, or of a source that a thread reads whole. */
  last: boolean;
  /** Lines of the source before the block; only of a source that a thread reads whole. */
  linesBefore?: number;
  /** Uncompressed bytes since the result before; only of a source that a thread reads whole. */
  bytes?: number;
  /** Top-level fields that no column uses, with their counts over all blocks; only in the final result of a run. */
  ignored?: ReadonlyMap<string, number>;
  /** Event keys that `where` left out, a bounded number of them; only in the final result of a run. */
  otherKeys?: readonly string[];
  /** What events had at the paths of the mapping's conditions; only in the final result of a run. */
  conditions?: readonly ConditionUse[];
  /** When the events of each day were, over all blocks; only in the final result of a run. */
  times?: ReadonlyMap<number, DayTimes>;
}

/** A result of nothing. */
export function emptyResult(): BlockResult {
  return { counts: new RunCounters().counts, rejects: [], groups: [], lines: 0, last: true };
}
