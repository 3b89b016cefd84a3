import type { ChunkFooter, Extreme, FileFooter } from '../parquet/file-footer.ts';
import { MS_PER_DAY, parseDay } from '../route/by-day.ts';
import { columnName, leafOf } from './column-name.ts';
import type { FindingPlace, Note } from './finding.ts';

/** Above this, a decimal has more than 24 digits for certain: hyparquet rounds the greatest one to 10^18. */
const DECIMAL_BOUND = 1.0001e18;
const CAPITAL = /[A-Z]/;
const UUID = /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/i;

/** The times of a row group, in milliseconds of its day. */
export interface GroupTimes {
  rows: number;
  first: number;
  last: number;
}

/** Checks what the least and greatest values say, and returns when the events of each row group were. */
export function checkStatistics(
  { groups }: FileFooter,
  day: string,
  file: FindingPlace,
  note: Note,
): GroupTimes[] {
  const begin = parseDay(day) * MS_PER_DAY;
  const times: GroupTimes[] = [];
  groups.forEach(({ rows, chunks }, rowGroup) => {
    for (const chunk of chunks) {
      const place = { ...file, rowGroup, column: columnName(chunk.path) };
      if (chunk.path === 'ts') {
        const found = checkTimes(chunk, begin, place, note);
        if (found !== undefined) times.push({ rows, ...found });
      } else {
        checkExtremes(chunk, place, note);
      }
    }
  });
  return times;
}

function checkTimes(
  { min, max }: ChunkFooter,
  begin: number,
  place: FindingPlace,
  note: Note,
): { first: number; last: number } | undefined {
  if (min === undefined || max === undefined) {
    note(
      'no_statistics',
      'no least and greatest value: only --deep sees whether the times are of the day',
      place,
    );
    return undefined;
  }
  const [least, greatest] = [Number(min), Number(max)];
  if (least > greatest) {
    note('statistics', `min is ${timeText(least)}, after max, ${timeText(greatest)}`, place);
  } else if (!(least >= begin && greatest < begin + MS_PER_DAY)) {
    const isBefore = !(least >= begin);
    const [name, value] = isBefore ? ['min', least] : ['max', greatest];
    note('ts_day', `${name} is ${timeText(value)}: outside its day`, place);
  } else {
    return { first: least - begin, last: greatest - begin };
  }
  return undefined;
}

/** Writes a time for people; a damaged one may be outside the years that JavaScript knows. */
export function timeText(ms: number): string {
  return Math.abs(ms) <= 8.64e15 ? new Date(ms).toISOString() : `${ms} ms since 1970`;
}

function checkExtremes(
  { path, min, max, values, nulls }: ChunkFooter,
  place: FindingPlace,
  note: Note,
): void {
  const [least, greatest] = [min, max].map(textOf);
  if (least === undefined || greatest === undefined) {
    if (path === 'metric_value') checkDecimals(min, max, place, note);
    return;
  }
  if (Buffer.compare(min as Uint8Array, max as Uint8Array) > 0) {
    note('statistics', 'min is greater than max', place);
    return;
  }
  const { column, part } = leafOf(path);
  if (part === undefined && least === '') {
    note('empty_value', 'min is empty: some events have no value', place);
  } else if (column === 'insert_id' && !(UUID.test(least) && UUID.test(greatest))) {
    const other = UUID.test(least) ? greatest : least;
    note('id_not_uuid', `${JSON.stringify(other.slice(0, 60))} is not a UUID`, place);
  } else if (part === 'key' && values !== nulls && CAPITAL.test(least + greatest)) {
    const key = CAPITAL.test(least) ? least : greatest;
    note('key_case', `the key ${JSON.stringify(key.slice(0, 60))} is not in lower case`, place);
  }
}

function checkDecimals(min: Extreme, max: Extreme, place: FindingPlace, note: Note): void {
  if (typeof min !== 'number' || typeof max !== 'number') return;
  if (min > max) note('statistics', `min, ${min}, is greater than max, ${max}`, place);
  else if (Math.max(-min, max) >= DECIMAL_BOUND) {
    note('decimal', `${max >= DECIMAL_BOUND ? max : min} has more than 24 digits`, place);
  }
}

function textOf(value: Extreme): string | undefined {
  return value instanceof Uint8Array ? Buffer.from(value).toString('utf8') : undefined;
}
