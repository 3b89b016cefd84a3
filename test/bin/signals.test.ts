// Signals end a run cleanly: its exit code, what it says, and what it leaves.
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Test, test } from 'tap';
import { type Started, start, until } from '../support/command.ts';
import { eventsOfDays, ndjson } from '../support/events.ts';
import { NOTHING, namesIn, remainsIn } from '../support/folders.ts';
import { tempFolder } from '../support/temp.ts';

// Several batches of two days, whose parts are small: some stand when the signal comes, some are open.
const EVENTS = eventsOfDays(4000, 2, 1000);
/** A thread takes larger blocks, and several in advance. */
const MORE_EVENTS = EVENTS.repeat(5);
const SMALL = ['--row-group-size', '64KiB', '--file-size', '64KiB'];

interface Waiting extends Started {
  out: string;
}

/** A run that has written parts and waits for more input. */
async function waiting(
  t: Test,
  { threads = '0', flags = [] }: { threads?: string; flags?: string[] } = {},
): Promise<Waiting> {
  const out = join(tempFolder(t), 'out');
  const run = start(['-', '--to', out, '--threads', threads, ...SMALL, ...flags], {
    stdin: threads === '0' ? EVENTS : MORE_EVENTS,
    stdinStaysOpen: true,
  });
  t.teardown(() => run.child.kill('SIGKILL'));
  await until('a staged file', () => namesIn(out).some((name) => name.endsWith('.part')));
  return { ...run, out };
}

const windows = { skip: process.platform === 'win32' ? 'Windows has no such signals' : false };

for (const [signal, code] of [
  ['SIGHUP', 129],
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const) {
  for (const threads of ['0', '1']) {
    test(`${signal} with --threads ${threads}`, windows, async (t) => {
      const { child, ended, out } = await waiting(t, { threads });
      child.kill(signal);
      const outcome = await ended;
      t.match(outcome, { code, signal: null, stdout: '' });
      t.match(outcome.stderr, /Stopping, and cleaning up/);
      t.ok(outcome.stderr.includes(`error: stopped by ${signal} before it was complete`));
      t.match(outcome.stderr, /Not complete, without _SUCCESS: 2023-01-01, 2023-01-02/);
      t.match(outcome.stderr, /Run it again/);
      t.strictSame(remainsIn(out), NOTHING, 'no _SUCCESS, nothing unfinished');
    });
  }
}

test('with --json a stopped run is one JSON object on stderr', windows, async (t) => {
  const { child, ended } = await waiting(t, { flags: ['--json'] });
  child.kill('SIGTERM');
  const { code, stdout, stderr } = await ended;
  t.equal(code, 143);
  t.equal(stdout, '');
  t.match(JSON.parse(stderr), {
    error: { code: 'E_ABORTED', incompleteDays: ['2023-01-01', '2023-01-02'] },
  });
});

test('a stopped run leaves complete days of before alone', windows, async (t) => {
  const folder = tempFolder(t);
  const out = join(folder, 'out');
  writeFileSync(join(folder, 'old'), ndjson({ ts: '2020-02-29T00:00:00Z' }));
  t.equal((await start([join(folder, 'old'), '--to', out]).ended).code, 0);
  const { child, ended } = start(['-', '--to', out, '--threads', '0', ...SMALL], {
    stdin: EVENTS,
    stdinStaysOpen: true,
  });
  await until('a part', () => namesIn(out).length > 2);
  child.kill('SIGINT');
  t.equal((await ended).code, 130);
  t.strictSame(remainsIn(out), { ...NOTHING, success: ['dt=2020-02-29/_SUCCESS'] });
});

test('a second signal ends the run at once', windows, async (t) => {
  const folder = tempFolder(t);
  // Nobody reads it, so that what cleaning up waits for never comes.
  const fifo = join(folder, 'rejects');
  execFileSync('mkfifo', [fifo]);
  const out = join(folder, 'out');
  const { child, ended } = start(
    ['-', '--to', out, '--threads', '0', ...SMALL, '--rejects', fifo],
    {
      stdin: `{}\n${EVENTS}`,
      stdinStaysOpen: true,
    },
  );
  let said = '';
  child.stderr?.on('data', (chunk: string) => {
    said += chunk;
  });
  await until('a part', () => namesIn(out).length > 0);
  child.kill('SIGINT');
  await until('the first signal’s answer', () => said.includes('Stopping'));
  t.match(said, /Ctrl-C again exits at once/);
  // The run's own files are cleared away: what is left to wait for is the pipe.
  await until('the clean-up', () => remainsIn(out).unfinished.length === 0);
  t.equal(child.exitCode, null, 'still there');
  child.kill('SIGINT');
  // By the signal itself: an exit would wait for the pipe. A shell says 130 all the same.
  t.match(await ended, { code: null, signal: 'SIGINT' });
  t.strictSame(remainsIn(out).success, []);
});

test('a run that waits for someone to write into a pipe can be stopped', windows, async (t) => {
  const folder = tempFolder(t);
  const fifo = join(folder, 'input');
  execFileSync('mkfifo', [fifo]);
  const out = join(folder, 'out');
  const { child, ended } = start(['-', fifo, '--to', out, '--threads', '0', ...SMALL], {
    stdin: EVENTS,
  });
  t.teardown(() => child.kill('SIGKILL'));
  await until('all but the last row groups', () => namesIn(out).length >= 2);
  child.kill('SIGINT');
  const { code, signal, stderr } = await ended;
  t.ok(code === 130 || signal === 'SIGINT', `code ${code}, signal ${signal}`);
  t.match(stderr, /stopped by SIGINT/);
  t.strictSame(remainsIn(out), NOTHING);
});
