// The figures of a suite: printed as a table, and kept where a campaign is saved.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SEED } from '../support/rounds.ts';

export type Figures = Readonly<Record<string, string | number>>;

/** What a suite found, as `npm run campaign -- --save` keeps it. */
export interface SuiteResult {
  /** A part of the path of the test, which runs it again with `npm run campaign`. */
  suite: string;
  /** The command that runs it again, where it is no test of the campaign. */
  command?: string;
  title: string;
  date: string;
  node: string;
  seed: number;
  rounds: number;
  /** What a reader has to know of the figures; written by hand. */
  note?: string;
  rows: readonly Figures[];
}

/**
 * Prints the figures of a suite, a row each, and keeps them if they are to be saved.
 *
 * @param command runs it again; default: the campaign's
 */
export function reportFigures(
  suite: string,
  title: string,
  rows: readonly Figures[],
  command?: string,
): void {
  // Not to stdout, which belongs to tap.
  process.stderr.write(`\n${title}\n\n${tableOf(rows)}\n`);
  const folder = process.env.HACKLE_CAMPAIGN_RESULTS;
  if (folder === undefined) return;
  const result: SuiteResult = {
    suite,
    ...(command !== undefined && { command }),
    title,
    date: new Date().toISOString(),
    node: process.version,
    seed: SEED,
    rounds: Number(process.env.HACKLE_ROUNDS ?? 1),
    rows,
  };
  mkdirSync(folder, { recursive: true });
  writeFileSync(
    join(folder, `${suite.replace('/', '-')}.json`),
    `${JSON.stringify(result, null, 2)}\n`,
  );
}

/** Writes rows as a Markdown table; numbers stand at the right. */
export function tableOf(rows: readonly Figures[]): string {
  const [first = {}] = rows;
  const columns = Object.keys(first);
  const line = (cells: readonly unknown[]): string => `| ${cells.join(' | ')} |\n`;
  const rules = columns.map((name) => (typeof first[name] === 'number' ? '--:' : '---'));
  return [
    line(columns),
    line(rules),
    ...rows.map((row) => line(columns.map((name) => row[name] ?? ''))),
  ].join('');
}

/** The sums of all columns with numbers. */
export function sumOf(rows: readonly Figures[]): Figures {
  const sum: Record<string, string | number> = {};
  for (const row of rows) {
    for (const [name, value] of Object.entries(row)) {
      const before = sum[name];
      sum[name] =
        typeof value === 'number' ? value + (typeof before === 'number' ? before : 0) : 'all';
    }
  }
  return sum;
}
