// The benchmarks end to end on a tiny input: what takes part is measured, and its output is checked.
import { type Test, test } from 'tap';
import type { Contestant } from '../../bench/contestants.ts';
import type { HeatResult } from '../../bench/results.ts';
import { tempFolder } from '../support/temp.ts';

async function heat(t: Test, contestants: Contestant[], runs = 1): Promise<HeatResult> {
  process.env.HACKLE_BENCH_DATA ??= tempFolder(t);
  const { runHeat } = await import('../../bench/heat.ts');
  return runHeat(
    { title: 'tiny', data: { size: 300_000, days: 3 }, contestants },
    { runs, node: process.execPath, known: new Map() },
  );
}

test('a heat', async (t) => {
  process.env.HACKLE_BENCH_DATA = tempFolder(t);
  const { duckDb, FLOORS, jsonParse, parquetJs, product, stages } = await import(
    '../../bench/contestants.ts'
  );

  await t.test('compares the outputs of all contestants', async (t) => {
    const result = await heat(t, [product({ threads: 0 }), duckDb(1), parquetJs()], 2);
    t.equal(result.verified, 'Checked: every event is in each output, and all values are equal.');
    for (const { name, megabytesPerSecond, peakRss, outputBytes, runs } of result.contestants) {
      t.equal(runs.length, 2, name);
      t.ok((megabytesPerSecond?.median ?? 0) > 0 && (peakRss?.min ?? 0) > 1e7, 'has figures');
      t.ok((outputBytes ?? 0) > 10_000, 'has an output');
    }
    const { markdown } = await import('../../bench/report.ts');
    const { machine, versions } = await import('../../bench/machine.ts');
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
    t.match((await heat(t, [lost])).verified, /^FAILED: lost wrote \d+ of \d+ rows/);
    const other: Contestant = {
      name: 'other',
      command: (file, folder) => [...ours.command(file, folder), '--identifiers', 'json'],
    };
    t.match((await heat(t, [ours, other])).verified, /^FAILED: other: .* has other values/);
  });

  await t.test('goes on without a contestant that fails', async (t) => {
    const broken: Contestant = { name: 'broken', command: () => ['node', '--eval', 'throw 7'] };
    const result = await heat(t, [broken, product({ threads: 0 })]);
    t.match(result.verified, /FAILED: broken ended with 1/);
    t.match(result.verified, /Checked: every event is in the output/);
  });

  await t.test('measures readers and steps', async (t) => {
    const result = await heat(t, [...FLOORS, jsonParse(), stages('snappy', 2)]);
    t.equal(result.verified, '');
    t.strictSame(
      result.contestants.map(({ name }) => name).slice(-5),
      ['parse', 'record', 'columns', 'compress', 'compress alone, 2 threads'].map(
        (step) => `snappy: ${step}`,
      ),
    );
  });
});
