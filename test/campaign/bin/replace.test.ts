// Complete days are replaced by runs that fail or are killed. Until the commit begins, the old days stay as they are, byte
// for byte; the same command run again gives the new ones, and leaves nothing else.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { type Test, test } from 'tap';
import {
  type Outcome,
  type RunOptions,
  type Started,
  start,
  until,
} from '../../support/command.ts';
import { eventsOfDays } from '../../support/events.ts';
import { rounds } from '../../support/rounds.ts';
import { type Cleaner, tempFolder } from '../../support/temp.ts';
import { TARGETS, type Target } from '../targets.ts';

const KILLS = rounds(1);

const OLD = eventsOfDays(300, 3, 20);
/** Several files a day. */
const NEW = eventsOfDays(3000, 3, 300);
const FLAGS = ['--row-group-size', '64KiB', '--file-size', '64KiB', '--compression', 'none'];
const DAYS = ['dt=2023-01-01/', 'dt=2023-01-02/', 'dt=2023-01-03/'];

type Files = Record<string, string>;

const ofDay = (files: Files, day: string): Files =>
  Object.fromEntries(Object.entries(files).filter(([name]) => name.startsWith(day)));
const ofDays = (files: Files): Files =>
  Object.fromEntries(Object.entries(files).filter(([name]) => name.startsWith('dt=')));

function convert(target: Target, options: RunOptions & { input?: string }): Started {
  const args = [options.input ?? '-', ...target.flags, ...FLAGS, '--if-exists', 'replace'];
  return start([...args, '--threads', '0'], { ...options, env: target.env });
}

/** What a target has after an undisturbed run of each input, and how much it takes. */
async function undisturbed(
  t: Cleaner,
  make: (t: Cleaner) => Promise<Target>,
): Promise<{ old: Files; whole: Files; requests: number; ms: number }> {
  const target = await make(t);
  await convert(target, { stdin: OLD }).ended;
  const old = target.contents();
  const before = target.requests() ?? 0;
  const began = performance.now();
  await convert(target, { stdin: NEW }).ended;
  const ms = performance.now() - began;
  return { old, whole: target.contents(), requests: (target.requests() ?? 0) - before, ms };
}

/** The ways in which a run ends before its commit: each resolves when the run has ended. */
const WAYS: Record<string, (target: Target, folder: string) => Promise<Outcome>> = {
  'kill -9': (target) => stopped(target, 'SIGKILL'),
  SIGTERM: (target) => stopped(target, 'SIGTERM'),
  'rejects over the budget': (target) => convert(target, { stdin: `${NEW}{}\n` }).ended,
  'an input that was cut off': (target, folder) => {
    const input = join(folder, 'cut.ndjson.gz');
    const bytes = gzipSync(NEW);
    writeFileSync(input, bytes.subarray(0, bytes.length - 100));
    return convert(target, { input }).ended;
  },
};

/** Runs until files are staged, then sends a signal. */
async function stopped(target: Target, signal: NodeJS.Signals): Promise<Outcome> {
  const { child, ended } = convert(target, { stdin: NEW, stdinStaysOpen: true });
  const isStaged = (): boolean => Object.keys(target.contents()).some((n) => n.endsWith('.part'));
  await until('a staged file', isStaged);
  child.kill(signal);
  return ended;
}

for (const [where, make] of Object.entries(TARGETS)) {
  test(`${where}: what ends a run before its commit changes no day`, async (t) => {
    const { old, whole } = await undisturbed(t, make);
    t.ok(Object.keys(whole).length > 9, `${Object.keys(whole).length} files`);
    for (const [way, run] of Object.entries(WAYS)) {
      const target = await make(t);
      await convert(target, { stdin: OLD }).ended;
      const { code, stderr, stdout } = await run(target, tempFolder(t));
      t.not(code, 0, way);
      t.strictSame(ofDays(target.contents()), old, `${way}: every day is as it was`);
      t.notMatch(stderr + stdout, /Not complete|no _SUCCESS$/, 'and nothing else is said');
      if (way !== 'kill -9') t.strictSame(target.contents(), old, `${way}: nothing is left`);
      t.match(await convert(target, { stdin: NEW }).ended, { code: 0 });
      t.strictSame(target.contents(), whole, `${way}: the next run gives the new days`);
    }
  });

  test(`${where}: killed at ${KILLS} moments`, async (t) => {
    const { old, whole, requests, ms } = await undisturbed(t, make);
    const found = { before: 0, during: 0, after: 0, ended: 0 };
    for (let n = 0; n < KILLS; n++) {
      const target = await make(t);
      await convert(target, { stdin: OLD }).ended;
      const share = (n + Math.random()) / KILLS;
      const { child, ended } = convert(target, { stdin: NEW });
      const kill = (): void => void child.kill('SIGKILL');
      // Of the requests, each as likely; of a folder, moments up to the end, more of them near it.
      if (target.requests() === undefined) await setTimeout(Math.sqrt(share) * ms * 1.1).then(kill);
      else
        target.atRequest(Math.ceil(share * requests), n % 2 ? 'kill-after' : 'kill-before', kill);
      const { signal } = await ended;
      target.atRequest(0, 'busy');
      found[signal === null ? 'ended' : progress(t, target.contents(), old, whole)]++;
      t.match(await convert(target, { stdin: NEW }).ended, { code: 0 });
      t.strictSame(target.contents(), whole, 'the same command repairs it');
    }
    t.comment(`${where}, killed before, during and after the commit: ${JSON.stringify(found)}`);
  });
}

/** Checks that each day is old, new or without its mark; says how far the run had got. */
function progress(t: Test, files: Files, old: Files, whole: Files): 'before' | 'during' | 'after' {
  const states = DAYS.map((day) => {
    const found = JSON.stringify(visible(ofDay(files, day)));
    if (found === JSON.stringify(ofDay(old, day))) return 'before';
    if (found === JSON.stringify(ofDay(whole, day))) return 'after';
    t.notOk(`${day}_SUCCESS` in files, `${day} is neither the old one nor the new one`);
    return 'during';
  });
  return states.every((state) => state === states[0]) ? (states[0] ?? 'before') : 'during';
}

function visible(files: Files): Files {
  return Object.fromEntries(Object.entries(files).filter(([name]) => !/[\\/]\./.test(name)));
}
