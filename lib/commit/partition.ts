import { formatDay } from '../route/by-day.ts';

/** The vendor's mark of a complete day; an empty object. */
export const SUCCESS = '_SUCCESS';

/** Where a day's objects are: `dt=2023-01-01/`. */
export function partitionPrefix(day: number): string {
  return `dt=${formatDay(day)}/`;
}

/** Name of a day's n-th file: 12 digits, from 0. */
export function partName(index: number): string {
  return `${String(index).padStart(12, '0')}.parquet`;
}
