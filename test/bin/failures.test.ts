// Bad inputs and bad places: a clear message, the right exit code, no _SUCCESS, nothing half-written.
import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { type Test, test } from 'tap';
import { inPackage, type Outcome, type RunOptions, run } from '../support/command.ts';
import { eventsOfDays, ndjson } from '../support/events.ts';
import { filesIn, NOTHING, namesIn, remainsIn } from '../support/folders.ts';
import { runHere } from '../support/run-here.ts';
import { type Cleaner, tempFolder } from '../support/temp.ts';

const EVENTS = inPackage('samples/events.ndjson');

/** A user without rights of any kind. */
const NOBODY = 65_534;
const isRoot = process.getuid?.() === 0;

interface Expected {
  code: number;
  said: RegExp;
}

/** Runs `INPUT --to out` where it must fail. */
async function fails(
  t: Test,
  input: string,
  { code, said }: Expected,
  options: RunOptions = {},
): Promise<Outcome> {
  const cwd = options.cwd ?? tempFolder(t);
  const runIt = options.uid === undefined ? runHere : run;
  const outcome = await runIt([input, '--to', 'out'], { ...options, cwd });
  t.equal(outcome.code, code, 'exit code');
  t.match(outcome.stderr, said);
  t.notMatch(outcome.stderr, /\n {4}at .*:\d+:\d+/, 'no stack');
  t.strictSame(remainsIn(join(cwd, 'out')), NOTHING);
  return outcome;
}

/** Writes a file into a new folder and tries to convert it. */
function failsOn(t: Test, content: string | Buffer, expected: Expected): Promise<Outcome> {
  const cwd = tempFolder(t);
  writeFileSync(join(cwd, 'input'), content);
  return fails(t, 'input', expected, { cwd });
}

test('garbage', async (t) => {
  // Of a fixed generator, so that it is the same garbage everywhere.
  let state = 1;
  const garbage = Buffer.alloc(200_000);
  for (const index of garbage.keys()) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    garbage[index] = state >>> 16;
  }
  await failsOn(t, garbage, { code: 3, said: /not valid UTF-8/ });
});

test('text that is no JSON', async (t) => {
  const { stderr } = await failsOn(t, 'Once upon a time\nthere was a file\n', {
    code: 3,
    said: /2 of 2 events rejected/,
  });
  t.match(stderr, /input:1: /, 'where');
});

test('a gzip that was cut off, found after parts were written', async (t) => {
  // More than a thread takes in advance, so that parts stand.
  const whole = gzipSync(eventsOfDays(4000, 2, 1000).repeat(5), { level: 1 });
  const cwd = tempFolder(t);
  writeFileSync(join(cwd, 'input'), whole.subarray(0, whole.length - 1000));
  const out = join(cwd, 'out');
  const sizes = ['--row-group-size', '64KiB', '--file-size', '64KiB'];
  for (const threads of ['0', '1']) {
    const args = ['input', '--to', out, '--threads', threads, ...sizes];
    const { code, stderr } = await runHere(args, { cwd });
    t.equal(code, 1);
    t.match(stderr, /input.*(cut off|truncated|ends early)/is);
    t.match(stderr, /Not complete, without _SUCCESS: 2023-01-01, 2023-01-02/);
    t.strictSame(readdirSync(out), [], `with --threads ${threads}`);
  }
});

test('an empty file is no success', async (t) => {
  const cwd = tempFolder(t);
  writeFileSync(join(cwd, 'empty'), '');
  const { code, stderr } = await runHere(['empty', '--to', 'out'], { cwd });
  t.equal(code, 3);
  t.match(stderr, /no events/);
  t.strictSame(namesIn(join(cwd, 'out')), []);
});

test('a folder, a missing file, a pattern without a file', async (t) => {
  await fails(t, '.', { code: 1, said: /\.: expected a file, got a folder/ });
  await fails(t, 'nosuch', { code: 1, said: /nosuch: there is no such file/ });
  await fails(t, '*.nosuch', { code: 1, said: /no file matches this pattern/ });
});

test('names that the system refuses to look at', async (t) => {
  const cwd = tempFolder(t);
  const long = 'a'.repeat(300);
  symlinkSync('loop', join(cwd, 'loop'));
  writeFileSync(join(cwd, 'b.ndjson'), ndjson({ id: 1 }));
  await fails(t, long, { code: 1, said: /a: reading failed: ENAMETOOLONG/ }, { cwd });
  await fails(t, 'loop', { code: 1, said: /loop: reading failed: ELOOP/ }, { cwd });
  const pattern = await runHere([`{${long},b}.ndjson`, '--to', 'out'], { cwd });
  t.equal(pattern.code, 0, 'a pattern may be longer than a name');
});

test('the last of several inputs is missing: found before any work', async (t) => {
  const cwd = tempFolder(t);
  const { code } = await runHere([EVENTS, 'nosuch', '--to', 'out'], { cwd });
  t.equal(code, 1);
  t.strictSame(namesIn(join(cwd, 'out')), []);
});

test('a file where the output folder should be', async (t) => {
  const cwd = tempFolder(t);
  writeFileSync(join(cwd, 'out'), 'precious');
  const before = filesIn(cwd);
  const { code, stderr } = await runHere([EVENTS, '--to', 'out'], { cwd });
  t.equal(code, 1);
  t.match(stderr, /out is a file, not a folder/s);
  t.strictSame(filesIn(cwd), before);
});

/** Whether the command can be run as nobody: its files may be in a folder of root's own. */
const asNobody = isRoot
  ? spawnSync(process.execPath, [inPackage('dist/bin/hackle-import.js'), '--version'], {
      uid: NOBODY,
      gid: NOBODY,
    }).status === 0
  : true;
const unprivileged = {
  skip: asNobody ? false : 'user nobody cannot run the command from where it lies',
};
const user: RunOptions = isRoot ? { uid: NOBODY } : {};

/** A folder that the unprivileged user owns. */
function ownFolder(t: Test): string {
  const folder = tempFolder(t);
  if (isRoot) chownSync(folder, NOBODY, NOBODY);
  return folder;
}

test('a file that may not be read', unprivileged, async (t) => {
  const cwd = ownFolder(t);
  writeFileSync(join(cwd, 'secret'), ndjson({}));
  chmodSync(join(cwd, 'secret'), 0o000);
  await fails(t, 'secret', { code: 1, said: /secret: no permission to read it/ }, { ...user, cwd });
});

test('a folder without write permission', unprivileged, async (t) => {
  const cwd = ownFolder(t);
  mkdirSync(join(cwd, 'out'), 0o555);
  const expected = { code: 1, said: /out.*(no permission|EACCES)/s };
  await fails(t, EVENTS, expected, { ...user, cwd });
  t.strictSame(namesIn(join(cwd, 'out')), []);

  // A day folder of somebody else's, with what is complete in it.
  chmodSync(join(cwd, 'out'), 0o777);
  const day = join(cwd, 'out', 'dt=2023-01-01');
  mkdirSync(day);
  writeFileSync(join(day, '_SUCCESS'), '');
  chmodSync(day, 0o555);
  const { code, stderr } = await run([EVENTS, '--to', 'out', '--if-exists', 'replace'], {
    ...user,
    cwd,
  });
  t.equal(code, 1);
  t.match(stderr, /dt=2023-01-01.*EACCES/s);
  t.notMatch(stderr, /Not complete.*2023-01-01/);
  t.match(remainsIn(join(cwd, 'out')), { broken: [], unfinished: [] });
  t.strictSame(readdirSync(day), ['_SUCCESS']);
});

test('a rejects file that cannot be written', unprivileged, async (t) => {
  const cwd = ownFolder(t);
  mkdirSync(join(cwd, 'ro'), 0o555);
  const args = [EVENTS, '--to', 'out', '--rejects', 'ro/bad.ndjson'];
  const { code, stderr } = await run(args, { ...user, cwd });
  t.equal(code, 1);
  t.match(stderr, /ro\/bad\.ndjson cannot be written/);
  t.strictSame(namesIn(join(cwd, 'out')), []);
});

/** Mounts a small file system in memory; its folder. */
function smallDisk(t: Cleaner, options: string): string {
  const folder = tempFolder(t);
  const { status } = spawnSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', folder]);
  if (status !== 0) throw new Error(`mount ended with ${status}`);
  t.teardown(() => spawnSync('umount', ['-l', folder]));
  return folder;
}

/** Whether this process may mount: root may, unless it is in a container. */
function mayMount(): boolean {
  const undo: (() => unknown)[] = [];
  try {
    smallDisk({ teardown: (handler) => undo.unshift(handler) }, 'size=256k');
    return true;
  } catch {
    return false;
  } finally {
    for (const handler of undo) handler();
  }
}

const disk = { skip: mayMount() ? false : 'this process may not mount a small file system' };

test('a full disk', disk, async (t) => {
  const folder = smallDisk(t, 'size=2m');
  const cwd = tempFolder(t);
  const input = join(cwd, 'in.ndjson');
  writeFileSync(input, eventsOfDays(6000, 3, 1000));
  const sizes = ['--row-group-size', '64KiB', '--file-size', '16KiB', '--compression', 'none'];
  const out = join(folder, 'out');
  const { code, stderr } = await runHere([input, '--to', out, ...sizes]);
  t.equal(code, 1);
  t.match(stderr, /the disk is full \(ENOSPC\)/);
  t.match(stderr, /Not complete, without _SUCCESS: 2023-01-01, 2023-01-02, 2023-01-03/);
  t.match(stderr, /run again/, 'what to do');
  t.strictSame(readdirSync(out), [], 'the disk is as empty as before');

  // With more space, a new run repairs what the failed one left.
  spawnSync('mount', ['-o', 'remount,size=16m', folder]);
  t.match(await runHere([input, '--to', out]), { code: 0 });
  t.equal(remainsIn(out).success.length, 3);
  t.equal(namesIn(out).length, 6, 'no part of the failed run is left');
});

test('a disk that fills while a complete day is replaced', disk, async (t) => {
  const folder = smallDisk(t, 'size=256k');
  const cwd = tempFolder(t);
  const input = join(cwd, 'in.ndjson');
  writeFileSync(input, eventsOfDays(30, 3));
  const out = join(folder, 'out');
  t.match(await runHere([input, '--to', out]), { code: 0 });
  const before = filesIn(out);
  writeFileSync(input, eventsOfDays(6000, 3, 1000));
  const flags = ['--if-exists', 'replace', '--compression', 'none'];
  const { code, stderr } = await runHere([input, '--to', out, ...flags]);
  t.equal(code, 1);
  t.match(stderr, /ENOSPC/);
  t.notMatch(stderr, /Not complete/);
  t.strictSame(filesIn(out), before, 'every day is as it was, and nothing else is there');
});

test('a read-only file system', disk, async (t) => {
  const folder = smallDisk(t, 'ro,size=256k');
  const { code, stderr } = await runHere([EVENTS, '--to', join(folder, 'out')]);
  t.equal(code, 1);
  t.match(stderr, /the file system is read-only \(EROFS\)/);
});

test('a rejects file on a full disk', { skip: process.platform !== 'linux' }, async (t) => {
  const cwd = tempFolder(t);
  writeFileSync(join(cwd, 'bad'), `${ndjson({})}{}\n`);
  const args = ['bad', '--to', 'out', '--max-rejects', '1', '--rejects', '/dev/full'];
  const { code, stderr } = await runHere(args, { cwd });
  t.equal(code, 1);
  t.match(stderr, /the rejects file \/dev\/full cannot be written/);
});

test('without room for temporary files row groups are small, and the summary says why', async (t) => {
  const folder = tempFolder(t);
  const [out, TMPDIR] = [join(folder, 'out'), join(folder, 'nowhere')];
  const stdin = eventsOfDays(40_000, 100, 200);
  for (const [threads, env, count] of [
    ['0', { TMPDIR }, '1'],
    ['2', { TMPDIR }, '2'],
    ['0', {}, undefined],
  ] as const) {
    const flags = ['--threads', threads, '--memory', '8MiB', '--if-exists', 'replace'];
    const { code, stderr } = await run(['-', '--to', out, ...flags], { stdin, env });
    t.equal(code, 0, stderr);
    const said = `${count} × temporary files that could not be written (is TMPDIR full?), so that row groups are small`;
    t.equal(stderr.includes(said), count !== undefined, stderr);
  }
});
