// CSV files with one damaged line: every other line must come out as it went in.
import { test } from 'tap';
import { Kernel } from '../../lib/batch/kernel.ts';
import { CODE_NAMES } from '../../lib/codes.ts';
import { compileMapping } from '../../lib/mapping/compile.ts';
import { rounds } from '../support/rounds.ts';
import { csvParser } from '../support/source-parser.ts';
import { damagedCsv } from './csv-damager.ts';

const PLAN = compileMapping(
  {
    insert_id: 'id',
    event_key: 'a',
    ts: 'b',
    metric_value: 'c',
    identifiers: 'x',
    platform_properties: 'y',
  },
  { flatten: false },
);
const kernel = new Kernel();

/** Returns the good rows of a file as JSON, cut into chunks and batches of these sizes, and the lines of the others. */
function read(text: string, chunk: number, batchSize: number): { rows: Set<string>; rest: string } {
  const rows = new Set<string>();
  const rejects: unknown[] = [];
  const parser = csvParser(kernel, PLAN, { batchSize });
  const bytes = Buffer.from(text);
  const take = (batches: ReturnType<typeof parser.push>): void => {
    for (const batch of batches) {
      for (let row = 0; row < batch.rows; row++) {
        const { line, raw } = batch.origin(row);
        if (batch.codes[row] !== 0)
          rejects.push([line, raw, CODE_NAMES[batch.codes[row] as number]]);
        else {
          const values = ['insert_id', 'event_key', 'ts', 'metric_value'] as const;
          rows.add(JSON.stringify(values.map((column) => batch.scalar(row, column).text)));
        }
      }
      batch.release();
    }
  };
  parser.begin('damaged.csv');
  for (let at = 0; at < bytes.length; at += chunk)
    take(parser.push(bytes.subarray(at, at + chunk)));
  take(parser.end());
  parser.destroy();
  return { rows, rest: JSON.stringify(rejects) };
}

const lost = (rows: string[][], found: ReadonlySet<string>): string[] =>
  rows.map((cells) => JSON.stringify(cells)).filter((row) => !found.has(row));

test('a damaged line takes no other row with it', async (t) => {
  for (let seed = 0; seed < rounds(5000); seed++) {
    const file = damagedCsv(seed);
    const whole = read(file.text, file.text.length + 9, 1 << 18);
    const missing = lost(file.others, whole.rows);
    if (missing.length > 0) t.fail(`seed ${seed}: ${file.damage}`, { missing, file, ...whole });
    const cut = read(file.text, 1 + (seed % 97), 1 + (seed % 131));
    if (cut.rest !== whole.rest) {
      t.fail(`seed ${seed}: cut into pieces, it has other rejects`, { file, whole, cut });
    }
  }
  t.pass();
});
