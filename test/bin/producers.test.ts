// Where events come from, seen from outside: commands, and files that change.
import { execFileSync, spawn } from 'node:child_process';
import {
  appendFileSync,
  closeSync,
  existsSync,
  openSync,
  readFileSync,
  renameSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { test } from 'tap';
import type { Report } from '../../lib/report.ts';
import { COMMAND, inPackage, jsonOf, run, start, until } from '../support/command.ts';
import { eventsOfDays } from '../support/events.ts';
import { NOTHING, remainsIn } from '../support/folders.ts';
import { tempFolder } from '../support/temp.ts';

const windows = { skip: process.platform === 'win32' ? 'Windows has no sh' : false };
const EVENTS = inPackage('samples/events.ndjson');

test('--from-command runs the command after --', windows, async (t) => {
  const out = join(tempFolder(t), 'out');
  const outcome = await run(['--to', out, '--json', '--from-command', '--', 'cat', EVENTS]);
  t.match(jsonOf<Report>(outcome), { status: 'committed', rowsWritten: 200 });
});

test('flags of the command are its own, and its input is empty', windows, async (t) => {
  const out = join(tempFolder(t), 'out');
  const script = 'echo "$@" "$(cat)" >&2; exit 7';
  const args = ['--to', out, '--from-command', '--', 'sh', '-c', script, 'x', '--json', '--help'];
  const { code, stdout, stderr } = await run(args, { stdin: 'not for the command' });
  t.equal(code, 1);
  t.equal(stdout, '');
  t.match(
    stderr,
    /^hackle-import: error: sh: the command exited with 7; the end of its standard error:\n {2}--json --help\n/,
  );
  t.match(stderr, /\n {2}Nothing was committed, since its output may lack events\.\n$/);
});

test('what a failed command says is escaped', windows, async (t) => {
  const script = "printf '\\033[31mred\\007' >&2; exit 1";
  const args = ['--to', join(tempFolder(t), 'out'), '--from-command', '--', 'sh', '-c', script];
  t.match((await run(args)).stderr, '\n  \\u001b[31mred\\u0007\n');
});

test('a producer that is killed from outside, at several points', windows, async (t) => {
  const lines = eventsOfDays(4000, 2, 1000);
  for (const threads of ['0', '2']) {
    for (const kilobytes of [0, 100, 3000]) {
      const folder = tempFolder(t);
      const [out, pid] = [join(folder, 'out'), join(folder, 'pid')];
      writeFileSync(join(folder, 'events'), lines);
      const script = `head -c ${kilobytes}k events; echo $$ > pid.new; mv pid.new pid; exec sleep 60`;
      const { child, ended } = start(
        ['--to', out, '--threads', threads, '--from-command', '--', 'sh', '-c', script],
        { cwd: folder },
      );
      t.teardown(() => child.kill('SIGKILL'));
      await until('the producer', () => existsSync(pid));
      process.kill(Number(readFileSync(pid, 'utf8')), 'SIGKILL');
      const { code, stderr } = await ended;
      t.equal(code, 1);
      t.match(stderr, /sh: the command was ended by SIGKILL/);
      t.strictSame(remainsIn(out), NOTHING);
    }
  }
});

test('a signal ends the command with the run', windows, async (t) => {
  for (const [signal, code] of [
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const) {
    const folder = tempFolder(t);
    const [out, pid] = [join(folder, 'out'), join(folder, 'pid')];
    const script = `cat ${EVENTS}; echo $$ > pid.new; mv pid.new pid; exec sleep 60`;
    const { child, ended } = start(['--to', out, '--from-command', '--', 'sh', '-c', script], {
      cwd: folder,
    });
    t.teardown(() => child.kill('SIGKILL'));
    await until('the producer', () => existsSync(pid));
    child.kill(signal);
    t.match(await ended, { code, stderr: new RegExp(`stopped by ${signal}`) });
    t.throws(() => process.kill(Number(readFileSync(pid, 'utf8')), 0), { code: 'ESRCH' });
    t.strictSame(remainsIn(out), NOTHING);
  }
});

/** What may happen to a file that was read, while the run waits for its next input. */
const CHANGES: Readonly<Record<string, (path: string) => void>> = {
  'it became shorter': (path) => truncateSync(path, readFileSync(path).indexOf('\n') + 1),
  'it grew': (path) => appendFileSync(path, '\n'),
  'another file has taken its place': (path) => {
    writeFileSync(`${path}.new`, readFileSync(path));
    renameSync(`${path}.new`, path);
  },
};

test('a file that changes before everything was read', windows, async (t) => {
  for (const threads of ['0', '2']) {
    for (const [said, change] of Object.entries(CHANGES)) {
      const folder = tempFolder(t);
      const [out, file, fifo] = ['out', 'events', 'fifo'].map((name) => join(folder, name)) as [
        string,
        string,
        string,
      ];
      writeFileSync(file, readFileSync(EVENTS));
      execFileSync('mkfifo', [fifo]);
      const { child, ended } = start([file, fifo, '--to', out, '--threads', threads, '--json']);
      t.teardown(() => child.kill('SIGKILL'));
      // Opens once the run reads the pipe, after the file.
      const end = spawn('sh', ['-c', 'exec 3> "$0"; echo open; read line', fifo], {
        stdio: ['pipe', 'pipe', 'inherit'],
      });
      await new Promise((resolve) => end.stdout.once('data', resolve));
      change(file);
      end.stdin.end('\n');
      const { code, stdout, stderr } = await ended;
      t.equal(code, 1, said);
      t.equal(stdout, '');
      const { error } = JSON.parse(stderr) as { error: { code: string; message: string } };
      t.equal(error.code, 'E_INPUT_CHANGED');
      t.ok(error.message.startsWith(`${file}: the file changed while the run read it: ${said}`));
      t.strictSame(remainsIn(out), NOTHING);
    }
  }
});

test('a file that is standard input, and changes', windows, async (t) => {
  for (const [mode, expected] of [
    ['off', 1],
    ['ignore', 0],
  ] as const) {
    const folder = tempFolder(t);
    const [out, file, gate] = ['out', 'events', 'gate'].map((name) => join(folder, name)) as [
      string,
      string,
      string,
    ];
    writeFileSync(file, readFileSync(EVENTS));
    utimesSync(file, 1e9, 1e9);
    const stdin = openSync(file, 'r');
    t.teardown(() => closeSync(stdin));
    // The transform waits for the change, so that the run cannot be over before it.
    writeFileSync(
      join(folder, 'wait.mjs'),
      `import fs from 'node:fs';
export default (event) => {
  fs.writeFileSync(${JSON.stringify(`${gate}.seen`)}, '');
  while (!fs.existsSync(${JSON.stringify(gate)})) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
  return event;
};\n`,
    );
    const args = [
      '-',
      '--to',
      out,
      '--json',
      '--transform',
      join(folder, 'wait.mjs'),
      '--follow-growth',
      mode,
    ];
    const child = spawn(process.execPath, [COMMAND, ...args], { stdio: [stdin, 'pipe', 'pipe'] });
    let said = '';
    for (const stream of [child.stdout as Readable, child.stderr as Readable])
      stream.setEncoding('utf8').on('data', (text: string) => {
        said += text;
      });
    const ended = new Promise((resolve) => child.on('close', resolve));
    await until('the first event', () => existsSync(`${gate}.seen`));
    appendFileSync(file, 'more');
    writeFileSync(gate, '');
    t.equal(await ended, expected, mode);
    if (mode === 'off')
      t.match(said, /stdin: the file changed while the run read it: it grew from \d+ to \d+ bytes/);
    else t.match(JSON.parse(said), { status: 'committed', rowsWritten: 200 });
  }
});

test('--settle refuses a file that has just been written', async (t) => {
  const folder = tempFolder(t);
  const [out, file] = [join(folder, 'out'), join(folder, 'events')];
  writeFileSync(file, readFileSync(EVENTS));
  const { code, stderr } = await run([file, '--to', out, '--settle', '300']);
  t.equal(code, 1);
  t.match(
    stderr,
    /events: expected a file that has not changed for 300 s \(--settle\), but its last change was \d+ s ago/,
  );
  t.notOk(existsSync(out));
  utimesSync(file, 1e9, 1e9);
  t.equal((await run([file, '--to', out, '--settle', '300'])).code, 0);
});
