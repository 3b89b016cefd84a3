// What the command says of itself.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'tap';
import { FLAGS } from '../../bin/flags.ts';
import { inPackage, run as runProcess } from '../support/command.ts';
import { runHere as run } from '../support/run-here.ts';
import { tempFolder } from '../support/temp.ts';

test('--help tells everything on stdout, examples first', async (t) => {
  const { code, stdout, stderr } = await run(['--help']);
  t.equal(code, 0);
  t.equal(stderr, '');
  t.ok(stdout.indexOf('Examples:') < stdout.indexOf('Usage:'), 'examples before usage');
  for (const { flags } of FLAGS) t.ok(stdout.includes(flags), flags);
  t.match(stdout, /Exit codes: 0 done, 1 failed, 2 wrong usage, 3 .*130\/143/);
  const tooLong = stdout.split('\n').filter((line) => line.length > 100);
  t.strictSame(tooLong, [], 'no line is too long for a terminal');
});

test('--version is that of the package', async (t) => {
  const { version } = JSON.parse(readFileSync(inPackage('package.json'), 'utf8'));
  for (const flag of ['--version', '-V']) {
    t.strictSame(await runProcess([flag]), {
      code: 0,
      signal: null,
      stdout: `${version}\n`,
      stderr: '',
    });
  }
});

test('without anything to do it shows examples, and that this is wrong usage', async (t) => {
  const { code, stdout, stderr } = await run([]);
  t.equal(code, 2);
  t.equal(stdout, '');
  t.match(stderr, /Examples:/);
  t.match(stderr, /hackle-import --help/);
  t.ok(stderr.split('\n').length < 17, 'it is short');
});

test('-h wins over everything else, also over what is wrong', async (t) => {
  const { stdout: help } = await run(['-h']);
  const folder = tempFolder(t);
  for (const args of [
    ['--no-such-flag', '-h'],
    ['nosuch.ndjson', '--to', join(folder, 'out'), '--help'],
    ['--compression', 'best', '-h'],
    ['-qh'],
    ['--version', '--help'],
  ]) {
    t.match(await run(args), { code: 0, stdout: help, stderr: '' }, args.join(' '));
  }
});

test('after -- everything is an input', async (t) => {
  const { code, stderr } = await run(['--to', 'out', '--', '--help'], { cwd: tempFolder(t) });
  t.equal(code, 1);
  t.match(stderr, /--help: there is no such file/);
});
