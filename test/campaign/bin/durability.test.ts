// kill -9 at random moments. Whatever it leaves, a day with _SUCCESS is whole, and the same command
// run again gives the files of an undisturbed run.
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { test } from 'tap';
import { run, start, until } from '../../support/command.ts';
import { eventsOfDays } from '../../support/events.ts';
import { brokenParts, filesIn, namesIn } from '../../support/folders.ts';
import { days, readDay } from '../../support/read-parquet.ts';
import { rounds } from '../../support/rounds.ts';
import { tempFolder } from '../../support/temp.ts';

const KILLS = rounds(1);

const DAYS = 5;
const ROWS = 4000;
/** Of the run whose days the killed one replaces. */
const OLD_ROWS = 500;
// Dozens of parts, so that a kill hits the writing of one, the clean-up or the commit.
const SIZES = ['--row-group-size', '16KiB', '--file-size', '16KiB', '--if-exists', 'replace'];

/** An output folder: every file's hash, day by day. */
type Files = Record<string, string>;

const dayOf = (files: Files, day: string): [string, string][] =>
  Object.entries(files).filter(([name]) => name.startsWith(`dt=${day}/`));

test(`kill -9 at ${KILLS} moments`, async (t) => {
  const folder = tempFolder(t);
  const input = join(folder, 'in.ndjson');
  const oldInput = join(folder, 'old.ndjson');
  writeFileSync(input, eventsOfDays(ROWS, DAYS, 1000));
  writeFileSync(oldInput, eventsOfDays(OLD_ROWS, DAYS));
  const convert = (file: string, to: string, threads: string): string[] => [
    ...[file, '--to', join(folder, to), '--quiet', '--threads', threads],
    ...SIZES,
  ];

  /** Undisturbed runs, by number of threads, and how long they take. */
  const undisturbed = new Map<string, { files: Files; ms: number }>();
  for (const threads of ['0', '2']) {
    const to = `undisturbed-${threads}`;
    const began = performance.now();
    t.match(await run(convert(input, to, threads)), { code: 0 });
    undisturbed.set(threads, {
      files: filesIn(join(folder, to)),
      ms: performance.now() - began,
    });
  }
  t.match(await run(convert(oldInput, 'old', '0')), { code: 0 });
  const old = filesIn(join(folder, 'old'));

  const found = { nothing: 0, parts: 0, commits: 0, ended: 0 };
  for (let kill = 0; kill < KILLS; kill++) {
    const threads = kill % 2 === 0 ? '0' : '2';
    const { files: whole, ms } = undisturbed.get(threads) as { files: Files; ms: number };
    const to = `killed-${kill}`;
    const out = join(folder, to);
    // Every other pair of kills replaces complete days.
    const replaces = kill % 4 >= 2;
    if (replaces) await run(convert(oldInput, to, '0'));

    const { child, ended } = start(convert(input, to, threads));
    let moment = `kill ${kill}`;
    if (kill % 4 === 1) {
      // The commit is short: it is waited for.
      const first = join(out, 'dt=2023-01-01', '_SUCCESS');
      await until('the first _SUCCESS', () => existsSync(first), 1);
      await setTimeout(Math.random() * 20);
      moment += ' during the commit';
    } else {
      // Spread over the run and a little more, random in between.
      const delay = ((kill + Math.random()) / KILLS) * ms * 1.1;
      await setTimeout(delay);
      moment += ` after ${Math.round(delay)} ms`;
    }
    child.kill('SIGKILL');
    const { code, signal } = await ended;
    if (signal !== 'SIGKILL') t.equal(code, 0, moment);

    const left = filesIn(out);
    t.strictSame(brokenParts(out), [], `${moment}: no part is half-written`);
    let committed = 0;
    for (const day of days(out)) {
      if (left[`dt=${day}/_SUCCESS`] === undefined) continue;
      const isOld = JSON.stringify(visible(left, day)) === JSON.stringify(dayOf(old, day));
      if (!isOld) committed++;
      t.strictSame(
        visible(left, day),
        dayOf(replaces && isOld ? old : whole, day),
        `${moment}: ${day} has _SUCCESS and every file`,
      );
      const rows = await readDay(join(out, `dt=${day}`));
      t.equal(rows.length, (isOld ? OLD_ROWS : ROWS) / DAYS, `${moment}: ${day} has every row`);
    }
    if (signal !== 'SIGKILL') found.ended++;
    else if (committed > 0) found.commits++;
    else if (namesIn(out).length > 0) found.parts++;
    else found.nothing++;

    t.match(await run(convert(input, to, threads)), { code: 0 }, `${moment}: run again`);
    t.strictSame(filesIn(out), whole, `${moment}: as if nothing had happened`);
  }
  t.comment(
    `killed before anything was written, while parts were, during commits; ended: ${JSON.stringify(found)}`,
  );
});

/** A day's files as a reader lists them: without what is hidden. */
function visible(files: Files, day: string): [string, string][] {
  return dayOf(files, day).filter(([name]) => !/[\\/]\./.test(name));
}
