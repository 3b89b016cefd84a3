/** The vendor's mark of a complete day; an empty object. */
export const SUCCESS = '_SUCCESS';

const MS_PER_DAY = 86_400_000;

/** `YYYY-MM-DD` of a day number, counted from 1970-01-01 UTC. */
export function dayName(day: number): string {
  return new Date(day * MS_PER_DAY).toISOString().slice(0, 10);
}

/** Where a day's objects are: `dt=2023-01-01/`. */
export function partitionPrefix(day: number): string {
  return `dt=${dayName(day)}/`;
}

/** Name of a day's n-th file: 12 digits, from 0. */
export function partName(index: number): string {
  return `${String(index).padStart(12, '0')}.parquet`;
}
