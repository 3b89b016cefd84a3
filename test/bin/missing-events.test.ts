// A green exit means that the events are there: exit code 3 without them, and what the screen says.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Test, test } from 'tap';
import type { Report } from '../../lib/report.ts';
import { inPackage, jsonOf, type Outcome, run } from '../support/command.ts';
import { NOTHING, remainsIn } from '../support/folders.ts';
import { days } from '../support/read-parquet.ts';
import { tempFolder } from '../support/temp.ts';

const EVENTS = inPackage('samples/events.ndjson');

async function importing(t: Test, ...flags: string[]): Promise<Outcome & { out: string }> {
  const out = join(tempFolder(t), 'out');
  return { ...(await run([EVENTS, '--to', out, ...flags])), out };
}

test('a day without events: exit code 3, and the days that were there', async (t) => {
  for (const threads of ['0', '2']) {
    const { code, stderr, out } = await importing(t, '--date', '2023-01-09', '--threads', threads);
    t.equal(code, 3);
    t.match(stderr, /^Nothing committed: no events of 2023-01-09\. /);
    t.match(
      stderr,
      /\nEvents of other days: 2023-01-01 \(63\), 2023-01-02 \(\d+\), 2023-01-03 \(\d+\)\n/,
    );
    t.match(stderr, /\nIf that is right, --allow-empty says so\.\n/);
    t.strictSame(remainsIn(out), NOTHING);
  }
});

test('several days of which one has no events: none is committed', async (t) => {
  const range = ['--from', '2023-01-03', '--until', '2023-01-05'];
  const { code, stderr, out } = await importing(t, ...range);
  t.equal(code, 3);
  t.match(stderr, /^Nothing committed: no events of 2023-01-04, 2023-01-05\. /);
  t.match(stderr, /dt=2023-01-03 .* not committed, no _SUCCESS/);
  t.strictSame(remainsIn(out), NOTHING);
  const allowed = await importing(t, ...range, '--allow-empty');
  t.equal(allowed.code, 0);
  t.strictSame(days(allowed.out), ['2023-01-03', '2023-01-04', '2023-01-05']);
});

test('a misspelt event key: did you mean another?', async (t) => {
  const { code, stderr } = await importing(t, '--where', 'purchas');
  t.equal(code, 3);
  t.match(stderr, /^Nothing committed: none of 200 events was left\. /);
  t.match(stderr, /\nEvent keys that --where left out: .*\. Did you mean purchase\?\n/);
  const quiet = await importing(t, '--where', 'purchas', '--quiet');
  t.match(quiet, {
    code: 3,
    stderr: 'hackle-import: nothing committed: none of 200 events was left\n',
  });
});

test('a preset that takes none of the events', async (t) => {
  const folder = tempFolder(t);
  writeFileSync(join(folder, 'calls'), '{"type":"identify"}\n{"type":"page"}\n');
  const out = join(folder, 'out');
  const { code, stderr } = await run([join(folder, 'calls'), '--preset', 'segment', '--to', out]);
  t.equal(code, 3);
  t.match(
    stderr,
    /^Nothing committed: none of 2 events was left\. .*left out \(not taken by the mapping\)/s,
  );
});

test('--min-events, per run and per day', async (t) => {
  const run = await importing(t, '--min-events', '201');
  t.equal(run.code, 3);
  t.match(
    run.stderr,
    /^Nothing committed: only 200 events, at least 201 expected \(--min-events\)\. /,
  );
  t.strictSame(remainsIn(run.out), NOTHING);
  t.equal((await importing(t, '--min-events', '200')).code, 0);
  const day = await importing(t, '--date', '2023-01-01', '--min-events', '64');
  t.equal(day.code, 3);
  t.match(
    day.stderr,
    /^Nothing committed: 63 of 2023-01-01, at least 64 expected \(--min-events\)/,
  );
  t.equal((await importing(t, '--date', '2023-01-01', '--min-events', '63')).code, 0);
});

test('--json has all of it', async (t) => {
  const { code, stderr, ...outcome } = await importing(
    t,
    ...['--date', '2023-01-09', '--where', 'purchase', '--json'],
  );
  t.equal(code, 3);
  t.equal(stderr, '');
  const report = jsonOf<Report>({ code, stderr, ...outcome });
  t.match(report, {
    status: 'empty',
    partitions: [],
    shortfall: {
      expected: 1,
      events: 0,
      days: { '2023-01-09': 0 },
      otherDays: { '2023-01-01': Number },
    },
  });
  t.notMatch(report.shortfall?.otherKeys, ['purchase']);
});
