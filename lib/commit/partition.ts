import { formatDay } from '../route/by-day.ts';
import { type ObjectInfo, STAGING } from '../store/contract.ts';

/** Name of the empty object that marks a day as complete, by the vendor's definition. */
export const SUCCESS = '_SUCCESS';

/** Returns the prefix of a day's objects: `dt=2023-01-01/`. */
export function partitionPrefix(day: number): string {
  return `dt=${formatDay(day)}/`;
}

/** Returns the name of a day's n-th file: 12 digits, counted from 0. */
export function partName(index: number): string {
  return `${String(index).padStart(12, '0')}.parquet`;
}

/** Whether readers of a day take an object for one of its files. */
export function isPart({ name }: ObjectInfo): boolean {
  return name.endsWith('.parquet');
}

/** Returns the prefix of what runs have staged of a day: `_hackle/2023-01-01/`. */
export function stagePrefix(day: number): string {
  return `${STAGING}${formatDay(day)}/`;
}
