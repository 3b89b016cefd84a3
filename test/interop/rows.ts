// Rows of an output as other readers find them.
import assert from 'node:assert/strict';
import type { Entries, Row } from '../reference/convert.ts';

type FoundEntries = { key: string; value: string }[];

/** A row as a reader writes it down: a time in microseconds, a number with six digits after the point. */
export interface FoundRow {
  dt: string;
  insert_id: string;
  event_key: string;
  ts: string;
  metric_value: string;
  identifiers: FoundEntries | string;
  event_properties: FoundEntries;
  user_properties: FoundEntries;
  platform_properties: FoundEntries;
}

/** A row and the day of its folder. */
export interface Placed {
  day: string;
  row: Row;
}

/** The row that a reader has written down. */
export function asRow(found: FoundRow): Placed {
  const micros = BigInt(found.ts);
  if (micros % 1000n !== 0n) throw new Error(`ts ${micros} is not in milliseconds`);
  const row: Row = {
    insert_id: found.insert_id,
    event_key: found.event_key,
    ts: micros / 1000n,
    metric_value: decimalOf(found.metric_value),
    identifiers:
      typeof found.identifiers === 'string' ? found.identifiers : entriesOf(found.identifiers),
    event_properties: entriesOf(found.event_properties),
    user_properties: entriesOf(found.user_properties),
    platform_properties: entriesOf(found.platform_properties),
  };
  return { day: found.dt, row };
}

/** The rows of all days. */
export function placed(days: ReadonlyMap<string, readonly Row[]>): Placed[] {
  return [...days].flatMap(([day, rows]) => rows.map((row) => ({ day, row })));
}

function entriesOf(entries: FoundEntries): Entries {
  return entries.map(({ key, value }) => [key, value]);
}

/** `-0.000001` → -1n */
function decimalOf(text: string): bigint {
  assert.match(text, /^-?\d+\.\d{6}$/);
  return BigInt(text.replace('.', ''));
}

/** Readers read files in an order of their own, so rows are put into one that is the same on both sides. */
export function inOrder(placed: Placed[]): Placed[] {
  const text = ({ day, row }: Placed): string =>
    JSON.stringify([day, row], (_key, value) => (typeof value === 'bigint' ? `${value}` : value));
  return placed
    .map((place): [string, Placed] => [text(place), place])
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, place]) => place);
}

/** The questions that readers answer with the help of statistics, answered by the rows themselves. */
export function answers(placed: readonly Placed[]): Record<string, number> {
  const count = (is: (place: Placed) => boolean): number => placed.filter(is).length;
  const at = (time: string): bigint => BigInt(Date.parse(time));
  return {
    all: placed.length,
    day: count(({ day }) => day === '2023-01-02'),
    from: count(({ row }) => row.ts >= at('2023-01-02T12:00:00Z')),
    until: count(({ row }) => row.ts < at('2023-01-01T12:00:00Z')),
    negative: count(({ row }) => row.metric_value < 0n),
    exact: count(({ row }) => row.metric_value === 123456789012345678123456n),
    large: count(({ row }) => row.metric_value > 1000000500000n),
    purchase: count(({ row }) => row.event_key === 'purchase'),
    after: count(({ row }) => Buffer.compare(Buffer.from(row.event_key), Buffer.from('p')) > 0),
  };
}
