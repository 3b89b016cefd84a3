// One call of the file system that goes wrong in a process of the command (test/campaign/faults makes thousands).
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Test, test } from 'tap';
import { type FaultPlan, PLAN } from '../campaign/faults/plan.ts';
import { inPackage, type Outcome, run } from '../support/command.ts';
import { eventsOfDays } from '../support/events.ts';
import { tempFolder } from '../support/temp.ts';

const PRELOAD = pathToFileURL(inPackage('dist/test/campaign/faults/preload.js')).href;

interface Bench {
  root: string;
  hits: string;
  calls: string;
  importWith: (fault?: FaultPlan['fault'], threads?: string) => Promise<Outcome>;
  /** The numbers of the calls with this name on a path, or an open file, that matches. */
  numbers: (name: string, path: RegExp) => number[];
}

/** Runs of one command, all calls of which are written down. */
function makeBench(t: Test): Bench {
  const folder = tempFolder(t);
  const root = join(folder, 'run');
  const [hits, calls] = [join(folder, 'hits'), join(folder, 'calls')];
  mkdirSync(root);
  writeFileSync(join(root, 'events'), eventsOfDays(400, 1, 4000));
  const importWith: Bench['importWith'] = (fault, threads = '0') => {
    writeFileSync(calls, '');
    const plan: FaultPlan = { root, hits, calls, ...(fault && { fault }) };
    const args = [join(root, 'events'), '--to', join(root, 'out'), '--if-exists', 'replace'];
    return run([...args, '--threads', threads, '--json'], {
      env: { [PLAN]: JSON.stringify(plan), NODE_OPTIONS: `--import ${PRELOAD}` },
    });
  };
  const numbers: Bench['numbers'] = (name, path) =>
    readFileSync(calls, 'utf8')
      .trimEnd()
      .split('\n')
      .filter((line) => line.split(' ')[1] === name && path.test(line))
      .map((line) => Number(line.split(' ')[0]));
  return { root, hits, calls, importWith, numbers };
}

test('an error of closing an input, or of looking at it, is no change of it', async (t) => {
  const { importWith, numbers } = makeBench(t);
  t.match(await importWith(), { code: 0 });
  const [at = 0] = numbers('close', /./);
  t.match(await importWith({ at, kind: 'fail', error: 'EIO' }), { code: 0, stderr: '' });
  const stat = numbers('stat', /events$/).at(-1) ?? 0;
  t.match(await importWith({ at: stat, kind: 'fail', error: 'EIO' }), {
    code: 1,
    stderr: /"E_INPUT_READ".*EIO/,
  });
});

test('calls of worker threads count too', async (t) => {
  const { importWith, numbers, hits } = makeBench(t);
  t.match(await importWith(undefined, '2'), { code: 0 });
  const [at = 0] = numbers('readSync', /./);
  t.ok(at > 0, 'threads read the file themselves');
  t.match(await importWith({ at, kind: 'short', error: 'EIO' }, '2'), { code: 0 });
  t.match(readFileSync(hits, 'utf8'), /^\d+ readSync/);
  t.match(await importWith({ at, kind: 'fail', error: 'EIO' }, '2'), {
    code: 1,
    stderr: /"E_INPUT_READ"/,
  });
});

test('a stop comes with a call, which is carried out', async (t) => {
  const { root, importWith, numbers } = makeBench(t);
  for (let n = 0; n < 2; n++) t.match(await importWith(), { code: 0 });
  const [at = 0] = numbers('link', /dt=2023-01-01._SUCCESS/);
  const { code, signal } = await importWith({ at, kind: 'stop', error: 'EIO' });
  // It comes too late for the only day.
  t.ok(signal === null && (code === 0 || code === 143), `${code}, ${signal}`);
  t.ok(existsSync(join(root, 'out', 'dt=2023-01-01', '_SUCCESS')));
  const [first = 0] = numbers('stat', /events$/);
  const { stderr } = await importWith({ at: first, kind: 'stop', error: 'EIO' });
  t.match(stderr, /"E_ABORTED"/);
});

test('a kill comes before a call, or after it was carried out', async (t) => {
  for (const kind of ['kill-before', 'kill-after'] as const) {
    const { root, importWith, numbers } = makeBench(t);
    // Each of them replaces the day, so that both make the same calls.
    for (let n = 0; n < 2; n++) t.match(await importWith(), { code: 0 });
    const mark = join(root, 'out', 'dt=2023-01-01', '_SUCCESS');
    const [at = 0] = numbers('link', /dt=2023-01-01._SUCCESS/);
    const { signal } = await importWith({ at, kind, error: 'EIO' });
    t.equal(signal, 'SIGKILL');
    t.equal(existsSync(mark), kind === 'kill-after');
  }
});
