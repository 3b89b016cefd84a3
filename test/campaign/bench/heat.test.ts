// The benchmarks end to end on a tiny input: what takes part is measured, and its output is checked.
import { test } from 'tap';
import type { Contestant } from '../../../bench/contestants.ts';
import type { HeatResult } from '../../../bench/results.ts';
import type { Fingerprint } from '../../../bench/verify.ts';
import { tempFolder } from '../../support/temp.ts';

/** Outputs that were found right, as a suite keeps them from heat to heat. */
const known = new Map<string, Fingerprint>();

async function heat(contestants: Contestant[], runs = 1): Promise<HeatResult> {
  const { runHeat } = await import('../../../bench/heat.ts');
  return runHeat(
    { title: 'tiny', data: { size: 300_000, days: 3 }, contestants },
    { runs, node: process.execPath, known },
  );
}

test('a heat', async (t) => {
  process.env.HACKLE_BENCH_DATA = tempFolder(t);
  const { duckDb, FLOORS, jsonParse, parquetJs, product, stages } = await import(
    '../../../bench/contestants.ts'
  );

  await t.test('compares the outputs of all contestants', async (t) => {
    const result = await heat([product({ threads: 0 }), duckDb(1), parquetJs()]);
    t.equal(result.verified, 'Checked: every event is in each output, and all values are equal.');
    for (const { name, megabytesPerSecond, peakRss, outputBytes, runs } of result.contestants) {
      t.equal(runs.length, 1, name);
      t.ok((megabytesPerSecond?.median ?? 0) > 0 && (peakRss?.min ?? 0) > 1e7, 'has figures');
      t.ok((outputBytes ?? 0) > 10_000, 'has an output');
    }
    const { markdown } = await import('../../../bench/report.ts');
    const { machine, versions } = await import('../../../bench/machine.ts');
    const text = markdown({
      suite: 'x',
      title: 'Title',
      date: '2024-01-01',
      command: 'npm run bench',
      machine: machine(),
      versions: versions(),
      heats: [result],
    });
    t.match(text, /hackle-import, 0 threads, snappy: \d+\.\d times DuckDB, 1 thread, snappy/);
  });

  await t.test('finds lost rows and other values', async (t) => {
    const ours = product({ threads: 0 });
    const lost: Contestant = {
      name: 'lost',
      command: (file, folder) => [...ours.command(file, folder), '--date', '2024-01-01'],
    };
    t.match((await heat([lost])).verified, /^FAILED: lost wrote \d+ of \d+ rows/);
    const other: Contestant = {
      name: 'other',
      command: (file, folder) => [...ours.command(file, folder), '--identifiers', 'json'],
    };
    t.match((await heat([other])).verified, /^FAILED: other: .* has other values/);
  });

  await t.test('goes on without a contestant that fails', async (t) => {
    const broken: Contestant = { name: 'broken', command: () => ['node', '--eval', 'throw 7'] };
    const result = await heat([broken, jsonParse()], 2);
    t.match(result.verified, /^FAILED: broken ended with 1/);
    const [{ name, runs } = { name: '', runs: [] }, ...others] = result.contestants;
    t.strictSame([name, runs.length, others.length], ['JSON.parse of each line', 2, 0]);
  });

  await t.test('measures readers and steps', async (t) => {
    const result = await heat([...FLOORS, jsonParse(), stages('snappy', 2)]);
    t.equal(result.verified, '');
    t.strictSame(
      result.contestants.map(({ name }) => name).slice(-5),
      ['parse', 'record', 'columns', 'compress', 'compress alone, 2 threads'].map(
        (step) => `snappy: ${step}`,
      ),
    );
  });
});
