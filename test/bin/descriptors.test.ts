// A limit on open files (`ulimit -n`), which Node cannot raise where it is a hard one.
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Test, test } from 'tap';
import { COMMAND, type Started, start } from '../support/command.ts';
import { eventsOfDays } from '../support/events.ts';
import { namesIn } from '../support/folders.ts';
import { tempFolder } from '../support/temp.ts';

const LIMIT = 64;

/** Starts the command with at most `LIMIT` descriptors. */
function startLimited(...args: string[]): Started {
  const script = `ulimit -n ${LIMIT}; exec "$0" "$@"`;
  return start([script, process.execPath, COMMAND, ...args], { node: 'sh', script: '-c' });
}

/** Counts the descriptors of a process again and again until it ends; resolves with the most there were. */
async function mostDescriptors({ child, ended }: Started): Promise<number> {
  let most = 0;
  const count = (): void => {
    try {
      most = Math.max(most, readdirSync(`/proc/${child.pid}/fd`).length);
    } catch {
      // It has ended.
    }
  };
  const timer = setInterval(count, 1);
  await ended;
  clearInterval(timer);
  return most;
}

function input(t: Test, text: string): { file: string; out: string } {
  const folder = tempFolder(t);
  const file = join(folder, 'events.ndjson');
  writeFileSync(file, text);
  return { file, out: join(folder, 'out') };
}

const skip = process.platform === 'linux' ? false : 'counts descriptors in /proc';

test('1,200 days are written with 64 descriptors', { skip }, async (t) => {
  const { file, out } = input(t, eventsOfDays(1200, 1200));
  const args = [file, '--to', out, '--any-day', '--unfinished', 'commit', '--json'];
  const started = startLimited(...args);
  const most = await mostDescriptors(started);
  const { code, signal, stderr } = await started.ended;
  t.match({ code, signal }, { code: 0, signal: null }, stderr);
  const marks = namesIn(out).filter((name) => name.endsWith('/_SUCCESS'));
  t.equal(marks.length, 1200);
  t.ok(most > 0 && most < LIMIT, `${most} descriptors`);
});

test('an input that is worth threads is read without them', { skip }, async (t) => {
  const { file, out } = input(t, eventsOfDays(12_000, 2, 600));
  const { code, stderr } = await startLimited(file, '--to', out).ended;
  t.equal(code, 0, stderr);
  t.same(readdirSync(out), ['dt=2023-01-01', 'dt=2023-01-02']);
});
