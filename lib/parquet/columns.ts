import { MAP_COLUMNS, type MapColumn } from '../batch/event-batch.ts';
import type { ParquetOptions } from './options.ts';

/** Bytes of metric_value, DECIMAL(24,6). */
export const DECIMAL_BYTES = 11;

/** The map columns that the file has as maps. Identifiers may be a JSON string instead. */
export function mapColumns({ identifiers }: ParquetOptions): readonly MapColumn[] {
  return identifiers === 'json'
    ? MAP_COLUMNS.filter((name) => name !== 'identifiers')
    : MAP_COLUMNS;
}
