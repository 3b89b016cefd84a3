import type { MappingPlan } from '../mapping/plan.ts';
import type { ParquetOptions } from '../parquet/options.ts';
import type { RequestedFormat } from '../parse/detect.ts';
import type { CutterOptions } from '../parse/format.ts';
import type { NamedRecordOptions } from '../record/stages.ts';
import type { DayRules } from '../route/day-rules.ts';

/** How blocks become row groups. Everything here can be sent to another thread. */
export interface WorkOptions extends RequestedFormat, Omit<CutterOptions, 'path'> {
  plan: MappingPlan;
  /** Path of the module with user code. Each thread loads the module itself. */
  transform: string | undefined;
  record: NamedRecordOptions;
  /** UTC days and times that are taken. */
  days: DayRules;
  /**
   * Bytes of memory for insert_ids that are remembered to drop duplicates; further ids go to disk. Undefined:
   * duplicates stay.
   */
  dedupe?: number | undefined;
  parquet: ParquetOptions;
  /** Most events to read; undefined: all. */
  limit?: number | undefined;
  /** Bytes of linear memory that open row groups may use. */
  memory: number;
}
