// The whole program on bytes, for tests that hold two ways of it equal.
import { Readable } from 'node:stream';
import { convert } from '../../lib/convert.ts';
import type { ConvertOptions } from '../../lib/options/options.ts';
import type { RejectRecord, Report } from '../../lib/report.ts';
import type { Row } from '../reference/convert.ts';
import { faultsIn } from './faults.ts';
import { readOutput } from './read-parquet.ts';
import { type Cleaner, tempFolder } from './temp.ts';

export type RunOptions = Partial<Omit<ConvertOptions, 'inputs' | 'to'>> & { name?: string };

/** What a run gave, in a form that two runs can be compared in. */
export interface Outcome {
  /** Rows by day; entries of maps by key, since objects cannot keep every order. */
  rows: [string, Row[]][];
  rejects: RejectRecord[];
  counts: Pick<Report, 'status' | 'rowsIn' | 'rowsWritten' | 'rowsRejected' | 'rowsFiltered'>;
  warnings: Report['warnings'];
  ignoredFields: Report['ignoredFields'];
}

/** Converts the chunks of one source; every reject is allowed, so that the rest is written. */
export async function runConvert(
  t: Cleaner,
  chunks: readonly Uint8Array[],
  { name = 'test', ...options }: RunOptions = {},
): Promise<Outcome> {
  const to = tempFolder(t);
  const rejects: RejectRecord[] = [];
  // Chunks are given away: threads take their memory.
  const given = chunks.map((chunk) => Buffer.from(chunk));
  const report = await convert({
    threads: 0,
    ...options,
    inputs: [{ name, stream: Readable.from(given, { objectMode: true }) }],
    to,
    maxRejects: Number.MAX_SAFE_INTEGER,
    onReject: (reject) => {
      rejects.push(reject);
    },
  });
  // The ids of random events may repeat.
  const faults = (await faultsIn(to)).filter(({ code }) => code !== 'duplicate_id');
  if (faults.length > 0) throw new Error(`verify --deep finds ${JSON.stringify(faults)}`);
  const { status, rowsIn, rowsWritten, rowsRejected, rowsFiltered } = report;
  const rows = [...(await readOutput(to))].map(([day, list]): [string, Row[]] => [
    day,
    list.map(byKey),
  ]);
  return {
    rows,
    rejects,
    counts: { status, rowsIn, rowsWritten, rowsRejected, rowsFiltered },
    warnings: report.warnings,
    ignoredFields: report.ignoredFields,
  };
}

function byKey(row: Row): Row {
  return Object.fromEntries(
    Object.entries(row).map(([column, value]) => [
      column,
      Array.isArray(value) ? value.toSorted(([a], [b]) => (a < b ? -1 : 1)) : sortedJson(value),
    ]),
  ) as unknown as Row;
}

/** `identifiers` as JSON text. */
function sortedJson(value: unknown): unknown {
  if (typeof value !== 'string' || !value.startsWith('{"')) return value;
  try {
    return JSON.stringify(sorted(JSON.parse(value) as Record<string, number>));
  } catch {
    return value;
  }
}

function sorted<T extends Partial<Record<string, number>>>(counts: T): T {
  return Object.fromEntries(Object.entries(counts).sort(([a], [b]) => (a < b ? -1 : 1))) as T;
}

/** Words on the first difference of two outcomes; undefined where they are equal. */
export function firstDifference(a: Outcome, b: Outcome): string | undefined {
  const [left, right] = [lines(a), lines(b)];
  const at = Array.from({ length: Math.max(left.length, right.length) }).findIndex(
    (_, index) => left[index] !== right[index],
  );
  return at < 0 ? undefined : aroundDifference(left[at] ?? 'nothing', right[at] ?? 'nothing');
}

function aroundDifference(a: string, b: string): string {
  let at = 0;
  while (at < a.length && a[at] === b[at]) at++;
  const show = (text: string): string => text.slice(Math.max(0, at - 80), at + 80);
  return `${show(a)} instead of ${show(b)} in ${b.slice(0, 200)}`;
}

function lines({ rows, ...rest }: Outcome): string[] {
  const text = (value: unknown): string =>
    JSON.stringify(value, (_, each: unknown) => (typeof each === 'bigint' ? String(each) : each));
  return [
    ...rest.rejects.map(text),
    ...rows.flatMap(([day, list]) => list.map((row) => `${day} ${text(row)}`)),
    text(rest.counts),
    text(sorted(rest.warnings)),
    text(sorted(rest.ignoredFields)),
  ];
}
