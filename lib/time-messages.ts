import type { EventBatch } from './batch/event-batch.ts';
import { isDay } from './options/day.ts';

/** The units of epoch numbers, by their number in the kernel (UNIT_…): their name in a mapping, and a unit in ms. */
const UNITS = [
  undefined,
  { name: 's', words: 'seconds', ms: 1000 },
  { name: 'ms', words: 'milliseconds', ms: 1 },
  { name: 'us', words: 'microseconds', ms: 1e-3 },
  { name: 'ns', words: 'nanoseconds', ms: 1e-6 },
] as const;

/** Between these times, a number is plausible in one unit only. */
const FIRST = Date.UTC(2000);
const LAST = Date.UTC(2100);
/** The last millisecond that has a year of four digits. */
const END = Date.parse('9999-12-31T23:59:59.999Z');

/** Says in which unit an epoch number was read, and in which one it would be a plausible time. */
export function readAs(batch: EventBatch, row: number): string {
  const unit = UNITS[batch.detail(row) >>> batch.kernel.constant('DETAIL_UNIT_SHIFT')];
  if (unit === undefined) return '';
  const value = Number(batch.scalar(row, 'ts').text);
  const asRead = `, read in ${unit.words}${asTime(value * unit.ms)}`;
  const other = UNITS.find((each) => {
    const ms = value * (each?.ms ?? 0);
    return ms >= FIRST && ms < LAST;
  });
  if (other === undefined || other === unit) return asRead;
  const time = new Date(value * other.ms).toISOString();
  return `${asRead}; in ${other.words} it is ${time}: set "unit": "${other.name}" for ts`;
}

/** A time, if it has a year that people write. */
function asTime(ms: number): string {
  return Math.abs(ms) > END ? '' : ` as ${new Date(Math.floor(ms)).toISOString()}`;
}

/** Says what to do about digits that are a date, which are not guessed to be one. */
export function dateUnit(batch: EventBatch, row: number): string {
  const { text } = batch.scalar(row, 'ts');
  const [, year, month, day] = /^(\d{4})(\d\d)(\d\d)(?:\d{6})?$/.exec(text) ?? [];
  if (!isDay(`${year}-${month}-${day}`)) return '';
  return '; if the digits are a date, set "unit": "date" for ts';
}
