import { MAP_COLUMNS, type MapColumn } from '../batch/event-batch.ts';
import type { ParquetOptions } from './options.ts';

/** Bytes of metric_value, DECIMAL(24,6). */
export const DECIMAL_BYTES = 11;

/** Maps that are written as maps: identifiers may be a JSON string instead. */
export function mapColumns({ identifiers }: ParquetOptions): readonly MapColumn[] {
  return identifiers === 'json'
    ? MAP_COLUMNS.filter((name) => name !== 'identifiers')
    : MAP_COLUMNS;
}
