import type { ErrorCode, SourcePosition } from '../../errors.ts';
import type { MappingPlan } from '../../mapping/plan.ts';
import type { ParquetOptions } from '../../parquet/options.ts';
import type { Block } from '../../parse/block.ts';
import type { RequestedFormat } from '../../parse/detect.ts';
import type { FormatOptions } from '../../parse/formats.ts';
import type { NamedRecordOptions } from '../../record/stages.ts';
import type { RejectRecord } from '../../report.ts';
import type { DayRange } from '../../route/by-day.ts';
import type { DayRowGroup } from '../../route/open-days.ts';
import type { Counts } from '../../run-counters.ts';

// What the main thread and a worker say to each other. A worker takes one block after another; of each
// it gives one part or several, and waits for `more` behind each part but a block's last.

/** What a worker does with blocks. */
export interface WorkOptions extends RequestedFormat, FormatOptions {
  plan: MappingPlan;
  /** Path of the module with user code; each thread loads it for itself. */
  transform: string | undefined;
  record: NamedRecordOptions;
  days: DayRange;
  /** Bytes in which insert_ids are remembered before they go to disk, to drop duplicates; undefined: they stay. */
  dedupe?: number | undefined;
  parquet: ParquetOptions;
  /** Bytes of linear memory that this worker's open row groups may use. */
  memory: number;
}

export type ToWorker =
  /** Comes first. `module` is the kernel's compiled code, shared by all threads. */
  | { kind: 'start'; options: WorkOptions; module: WebAssembly.Module }
  | { kind: 'block'; source: string; block: Block & { pieces: Uint8Array<ArrayBuffer>[] } }
  | { kind: 'more' }
  /** Memory of a row group that was written. */
  | { kind: 'memory'; memory: ArrayBuffer }
  /** Asks for the row groups that are still open. */
  | { kind: 'finish' };

/** What became of a block, or of as much of it as there is to tell at once. */
export interface BlockResult {
  counts: Counts;
  /** Their lines count from the block's first one, which is 1 where the block does not know it. */
  rejects: RejectRecord[];
  groups: DayRowGroup[];
  /** Lines in the block; 0 before its last part. */
  lines: number;
  last: boolean;
  /** Of the whole run of this worker, told with its very last part. */
  ignored?: ReadonlyMap<string, number>;
}

export type FromWorker =
  | { kind: 'part'; part: BlockResult; used: Uint8Array<ArrayBuffer>[] }
  | { kind: 'failed'; failure: Failure };

/** An error on its way between threads. */
export interface Failure {
  code: ErrorCode | undefined;
  message: string;
  stack: string | undefined;
  hint: string | undefined;
  position: SourcePosition | undefined;
}
