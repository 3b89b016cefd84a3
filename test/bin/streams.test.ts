// Standard input, standard output, terminals and colours.
import { spawn, spawnSync } from 'node:child_process';
import { closeSync, existsSync, openSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { test } from 'tap';
import type { Report } from '../../lib/report.ts';
import { COMMAND, inPackage, jsonOf, run, start } from '../support/command.ts';
import { eventsOfDays, ndjson } from '../support/events.ts';
import { readDay } from '../support/read-parquet.ts';
import { tempFolder } from '../support/temp.ts';

const EVENTS = inPackage('samples/events.ndjson');

test('- and a pipe without a name are standard input', async (t) => {
  const stdin = ndjson({ id: 1 }, { id: 2 });
  for (const [name, inputs, input] of [
    ['-', ['-'], stdin],
    ['a pipe', [], stdin],
    ['a pipe of gzip', [], gzipSync(stdin)],
  ] as const) {
    const out = join(tempFolder(t), 'out');
    const outcome = await run([...inputs, '--to', out, '--json'], { stdin: input });
    t.match(jsonOf<Report>(outcome), { status: 'committed', rowsWritten: 2 }, name);
    t.equal((await readDay(join(out, 'dt=2023-01-01'))).length, 2, name);
  }
});

test('a redirected file is read, and files around - keep their order', async (t) => {
  const cwd = tempFolder(t);
  for (const id of [1, 2, 3]) writeFileSync(join(cwd, `${id}.ndjson`), ndjson({ id }));
  const command = `"$0" "$1" 1.ndjson - 3.ndjson --to out --quiet < 2.ndjson`;
  const { status } = spawnSync('sh', ['-c', command, process.execPath, COMMAND], { cwd });
  t.equal(status, 0);
  const rows = await readDay(join(cwd, 'out', 'dt=2023-01-01'));
  t.equal(rows.map((row) => row.insert_id.slice(-1)).join(''), '123');
});

test('an empty pipe is an empty input, which is no success unless that is right', async (t) => {
  const out = join(tempFolder(t), 'out');
  const { code, stderr } = await run(['--to', out], { stdin: '' });
  t.equal(code, 3);
  t.match(stderr, /Nothing committed: the input has no events.*--allow-empty/s);
  t.match(await run(['--to', out, '--allow-empty'], { stdin: '' }), {
    code: 0,
    stderr: /no events/,
  });
});

test('the result goes to stderr, and stdout stays free', async (t) => {
  const out = join(tempFolder(t), 'out');
  const { code, stdout, stderr } = await run([EVENTS, '--to', out]);
  t.equal(code, 0);
  t.equal(stdout, '');
  t.match(stderr, /200 events/);
  t.notMatch(stderr, '\r', 'no progress where no one looks');
  t.notMatch(stderr, '\x1b', 'no colours either');
});

test('-q says nothing of success, and why nothing was committed', async (t) => {
  const cwd = tempFolder(t);
  writeFileSync(join(cwd, 'bad.ndjson'), `${ndjson({})}{}\n`);
  const good = await run([EVENTS, '-q', '--to', 'good'], { cwd });
  t.match(good, { code: 0, stdout: '', stderr: '' });
  const bad = await run(['bad.ndjson', '--quiet', '--to', 'bad'], { cwd });
  t.match(bad, { code: 3, stdout: '' });
  t.match(bad.stderr, /^hackle-import: [^\n]*1 of 2 events[^\n]*\n$/);
  const missing = await run(['nosuch', '-q', '--to', 'bad'], { cwd });
  t.match(missing, { code: 1, stderr: /nosuch: there is no such file/ });
});

test('with --json an error is one line of JSON', async (t) => {
  const { code, stdout, stderr } = await run(['nosuch', '--to', 'out', '--json']);
  t.equal(code, 1);
  t.equal(stdout, '');
  t.match(stderr, /^[^\n]+\n$/);
  t.match(JSON.parse(stderr), {
    error: { code: 'E_INPUT_NOT_FOUND', message: String, position: { source: 'nosuch' } },
  });
});

test('a reader that has left does not disturb the run', async (t) => {
  const out = join(tempFolder(t), 'out');
  const child = spawn(process.execPath, [COMMAND, EVENTS, '--to', out, '--json'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stderr = '';
  child.stdout.destroy();
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    stderr += chunk;
  });
  const code = await new Promise((resolve) => child.on('close', resolve));
  t.equal(stderr, '');
  t.equal(code, 0);
  t.equal((await readDay(join(out, 'dt=2023-01-01'))).length, 63, 'everything was written');

  const help = spawn(process.execPath, [COMMAND, '--help'], { stdio: ['ignore', 'pipe', 'pipe'] });
  help.stdout.destroy();
  t.equal(await new Promise((resolve) => help.on('close', resolve)), 0);
});

const full = { skip: existsSync('/dev/full') ? false : 'there is no /dev/full here' };

test('a result that cannot be told is a failure', full, async (t) => {
  const stdout = openSync('/dev/full', 'w');
  t.teardown(() => closeSync(stdout));
  const out = join(tempFolder(t), 'out');
  const told = (...args: string[]): { status: number | null; stderr: string } =>
    spawnSync(process.execPath, [COMMAND, ...args], {
      stdio: ['ignore', stdout, 'pipe'],
      encoding: 'utf8',
    });
  const { status, stderr } = told(EVENTS, '--to', out, '--json');
  t.equal(status, 1);
  t.match(JSON.parse(stderr).error.message, /^standard output cannot be written: .*ENOSPC/);
  t.match(told('--help'), { status: 1, stderr: /error: standard output cannot be written/ });
});

test('a stderr that cannot be written to changes nothing else', full, async (t) => {
  const stderr = openSync('/dev/full', 'w');
  t.teardown(() => closeSync(stderr));
  const cwd = tempFolder(t);
  writeFileSync(join(cwd, 'bad.ndjson'), `${ndjson({})}{}\n`);
  for (const [args, status] of [
    [[EVENTS, '--to', 'good'], 0],
    [['bad.ndjson', '--to', 'bad'], 3],
    [['nosuch', '--to', 'none'], 1],
    [['--nosuch'], 2],
  ] as const) {
    const outcome = spawnSync(process.execPath, [COMMAND, ...args], {
      cwd,
      stdio: ['ignore', 'pipe', stderr],
    });
    t.match(outcome, { status, signal: null }, args.join(' '));
  }
  t.equal((await readDay(join(cwd, 'good', 'dt=2023-01-01'))).length, 63);
  const json = spawnSync(process.execPath, [COMMAND, EVENTS, '--to', 'json', '--json'], {
    cwd,
    stdio: ['ignore', 'pipe', stderr],
    encoding: 'utf8',
  });
  t.match(JSON.parse(json.stdout), { status: 'committed' });
});

test('--debug escapes what it prints', async (t) => {
  const { stderr } = await run(['a\u001b[2Jb\nc', '--to', 'out', '--debug']);
  t.match(stderr, 'a\\u001b[2Jb');
  t.match(stderr, / at .*open-input|\n {4}at /);
  t.notMatch(stderr, '\u001b');
});

/** Runs the command on a terminal of 80 columns; what a person would have seen. */
async function onTerminal(
  args: readonly string[],
  options: { env?: Record<string, string>; slowly?: string } = {},
): Promise<string> {
  const words = [process.execPath, COMMAND, ...args].map((word) => `'${word}'`).join(' ');
  // The pipe into the command's input is filled in two steps, so that there is time for progress.
  const feed = options.slowly === undefined ? '' : `(cat ${options.slowly}; sleep 0.6) | `;
  const script = `stty cols 80; ${feed}${words}`;
  const { ended } = start(['-qec', script, '/dev/null'], {
    node: 'script',
    script: '--flush',
    env: { TERM: 'xterm', NO_COLOR: undefined, ...options.env },
  });
  return (await ended).stdout;
}

const hasTerminal = process.platform === 'linux' && spawnSync('script', ['--version']).status === 0;
const terminal = { skip: hasTerminal ? false : 'there is no util-linux script here' };

test('on a terminal there is progress, which goes away', terminal, async (t) => {
  const cwd = tempFolder(t);
  const input = join(cwd, 'in.ndjson');
  writeFileSync(input, eventsOfDays(500, 2));
  const seen = await onTerminal(['--to', join(cwd, 'out')], { slowly: input });
  const updates = seen.split('\r\x1b[2K').slice(1);
  t.ok(updates.length > 2, `${updates.length} updates`);
  t.match(updates[0], /MB|kB|bytes/);
  t.match(seen, /events\/s/);
  t.ok(
    updates.slice(0, -1).every((update) => update.length < 80),
    'each is one line',
  );
  t.ok(updates.at(-1)?.startsWith('\x1b[32m\x1b[1mDone'), 'it is cleared before the summary');
});

test('no progress with -q or --json', terminal, async (t) => {
  const cwd = tempFolder(t);
  const input = join(cwd, 'in.ndjson');
  writeFileSync(input, ndjson({}));
  for (const flag of ['-q', '--json']) {
    const seen = await onTerminal(['--to', join(cwd, flag), flag], { slowly: input });
    t.notMatch(seen, '\x1b', flag);
  }
});

test('colours go off by NO_COLOR, TERM=dumb and --no-color', terminal, async (t) => {
  const green = '\x1b[32m';
  const seen = (flags: string[], env: Record<string, string>): Promise<string> =>
    onTerminal([EVENTS, '--dry-run', '--to', join(tempFolder(t), 'out'), ...flags], { env });
  t.match(await seen([], {}), green);
  t.match(await seen([], { NO_COLOR: '' }), green, 'empty is not set');
  t.notMatch(await seen([], { NO_COLOR: '1' }), green);
  t.notMatch(await seen([], { TERM: 'dumb' }), green);
  t.notMatch(await seen(['--no-color'], {}), green);
});
