import type { RejectRecord } from '../report.ts';
import type { DayRowGroup } from '../route/open-days.ts';
import type { Counts } from '../run-counters.ts';

/** What became of a block, or of as much of it as is worth reporting at once. */
export interface BlockResult {
  counts: Counts;
  /** Their lines count from the block's first one, which is 1 where the block does not know its line. */
  rejects: RejectRecord[];
  groups: DayRowGroup[];
  /** Lines in the block; 0 before its last result. */
  lines: number;
  /** Whether the block has no further result. */
  last: boolean;
  /** Top-level fields that no column used, of all blocks; with the very last result. */
  ignored?: ReadonlyMap<string, number>;
}
