// What the screen says of places that nothing can be written to.
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'tap';
import { inPackage, run } from '../support/command.ts';
import { tempFolder } from '../support/temp.ts';

const EVENTS = inPackage('samples/events.ndjson');
const NEVER_SUCCESS = /(Not complete, without _SUCCESS|Perhaps not complete.*): 2023-01-01/;

test('the folder or prefix of a day is not the place of the days', async (t) => {
  const cases = [
    ['out/dt=2023-01-01', 'out'],
    ['dt=2023-01-01/', '.'],
    ['s3://bucket/a/dt=2023-01-01', 's3://bucket/a'],
    ['gs://bucket/dt=2023-01-01/', 'gs://bucket'],
  ] as const;
  for (const [to, prefix] of cases) {
    const { code, stderr } = await run([EVENTS, '--to', to], { cwd: tempFolder(t) });
    t.equal(code, 2, stderr);
    t.ok(stderr.includes(`got that of one day: ${to}`), stderr);
    t.ok(stderr.includes(`write to ${prefix}\n`), stderr);
  }
});

test('file:out is no folder at the root', async (t) => {
  const { code, stderr } = await run([EVENTS, '--to', 'file:out'], { cwd: tempFolder(t) });
  t.equal(code, 2);
  t.match(stderr, 'write the plain path, out, or file:///data/out');
});

test('a folder that cannot be made', { skip: process.platform !== 'linux' }, async (t) => {
  const cwd = tempFolder(t);
  symlinkSync('/nowhere/at/all', join(cwd, 'link'));
  writeFileSync(join(cwd, 'file'), '');
  const cases = [
    ['/proc/x/y', 'the folder /proc/x: this file system takes no new folders'],
    ['link', `${join(cwd, 'link')}: it is a symbolic link to something that does not exist`],
    ['link/sub', `${join(cwd, 'link')}: it is a symbolic link to something that does not exist`],
    ['file', `${join(cwd, 'file')} is a file, not a folder`],
    ['file/a/b', `${join(cwd, 'file')} is a file, not a folder`],
  ] as const;
  for (const [to, says] of cases) {
    const { code, stderr } = await run([EVENTS, '--to', to], { cwd });
    t.equal(code, 1, to);
    t.ok(stderr.includes(says), stderr);
    t.match(stderr, NEVER_SUCCESS);
  }
});

test('a working directory that was deleted', { skip: process.platform !== 'linux' }, async (t) => {
  const cwd = join(tempFolder(t), 'gone');
  mkdirSync(cwd);
  const script = `process.chdir(${JSON.stringify(cwd)}); require('fs').rmdirSync(${JSON.stringify(cwd)});
    process.argv.splice(1, 0, 'x'); import(${JSON.stringify(inPackage('dist/bin/hackle-import.js'))})`;
  const { code, stderr } = await run([script, EVENTS, '--to', 'out'], { script: '-e' });
  t.equal(code, 2, stderr);
  t.match(stderr, 'the working directory does not exist any more');
});
