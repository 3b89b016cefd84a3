import type { MappingPlan } from '../mapping/plan.ts';
import type { ParquetOptions } from '../parquet/options.ts';
import type { RequestedFormat } from '../parse/detect.ts';
import type { CutterOptions } from '../parse/format.ts';
import type { NamedRecordOptions } from '../record/stages.ts';
import type { DayRange } from '../route/by-day.ts';

/** What is done with blocks. Everything in it can be sent to another thread. */
export interface WorkOptions extends RequestedFormat, Omit<CutterOptions, 'path'> {
  plan: MappingPlan;
  /** Path of the module with user code; each thread loads its own. */
  transform: string | undefined;
  record: NamedRecordOptions;
  days: DayRange;
  /** Bytes in which insert_ids are remembered to drop duplicates, before they go to disk; undefined: duplicates stay. */
  dedupe?: number | undefined;
  parquet: ParquetOptions;
  /** Bytes of linear memory that open row groups may use. */
  memory: number;
}
