// The samples do what they say: each gives the files that the command gives of the same events.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Test, test } from 'tap';
import type { Report } from '../../lib/report.ts';
import { inPackage, run } from '../support/command.ts';
import { filesIn, namesIn, remainsIn } from '../support/folders.ts';
import { firstDayDifference, readOutput } from '../support/read-parquet.ts';
import { tempFolder } from '../support/temp.ts';

const EVENTS = inPackage('samples/events.ndjson');

/** The files that the command makes of samples/events.ndjson. */
async function expectedFiles(t: Test): Promise<Record<string, string>> {
  const out = join(tempFolder(t), 'out');
  const { code } = await run([EVENTS, '--to', out]);
  t.equal(code, 0);
  const files = filesIn(out);
  t.equal(Object.keys(files).length, 6);
  return files;
}

test('compose.ts: stages composed by hand', async (t) => {
  const out = join(tempFolder(t), 'out');
  const sample = await run([EVENTS, out], { script: inPackage('dist/samples/compose.js') });
  t.match(sample, { code: 0, stdout: 'committed: 200 events in 3 days\n', stderr: '' });
  t.strictSame(filesIn(out), await expectedFiles(t));
});

test('own-stage.ts: code of one’s own', async (t) => {
  const [out, plain] = [join(tempFolder(t), 'out'), join(tempFolder(t), 'out')];
  const sample = await run([EVENTS, out], { script: inPackage('dist/samples/own-stage.js') });
  t.match(sample, { code: 0, stderr: '' });
  t.equal((await run([EVENTS, '--to', plain])).code, 0);
  const expected = await readOutput(plain);
  for (const row of [...expected.values()].flat()) row.event_properties.push(['source', 'my-app']);
  t.equal(firstDayDifference(await readOutput(out), expected), undefined);

  const counts = new Map<string, number>();
  for (const line of readFileSync(EVENTS, 'utf8').trim().split('\n')) {
    const { event_key } = JSON.parse(line) as { event_key: string };
    counts.set(event_key, (counts.get(event_key) ?? 0) + 1);
  }
  const printed = sample.stdout
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/ {2}(.*)/s) as [string, string]);
  t.strictSame(new Map(printed.map(([count, key]) => [key, Number(count)])), counts);
});

const windows = { skip: process.platform === 'win32' ? 'Windows has no sh' : false };

for (const [name, what] of [
  ['stdin.sh', 'events through a pipe'],
  ['command.sh', 'events of a command'],
] as const) {
  test(`${name}: ${what}`, windows, async (t) => {
    const folder = tempFolder(t);
    const to = join(folder, 'out');
    const sample = await run([to], {
      node: 'sh',
      script: inPackage(`samples/${name}`),
      cwd: inPackage('.'),
    });
    t.equal(sample.code, 0, sample.stderr);
    const report = JSON.parse(sample.stdout) as Report;
    t.match(report, { status: 'committed', rowsWritten: 200 });
    t.strictSame(JSON.parse(readFileSync(`${to}-report.json`, 'utf8')), report);
    t.strictSame(filesIn(to), await expectedFiles(t));
  });
}

test('demo.ts: writes into a folder of its own, deletes nothing, and says where', async (t) => {
  const cwd = tempFolder(t);
  const others = ['out/mine', 'demo-out/mine'];
  for (const path of others) {
    mkdirSync(join(cwd, dirname(path)));
    writeFileSync(join(cwd, path), 'precious');
  }
  for (const round of ['first', 'second']) {
    // CI services set `CI`, which turns colours on.
    const env = { NO_COLOR: '1' };
    const demo = await run([], { script: inPackage('dist/samples/demo.js'), cwd, env });
    t.equal(demo.code, 0, `${round}: ${demo.stderr}`);
    t.match(demo.stdout, /All of it is in \.\/demo-out\./);
  }
  for (const path of others) t.equal(readFileSync(join(cwd, path), 'utf8'), 'precious');
  t.strictSame(namesIn(join(cwd, 'out')), ['mine']);
  t.equal(remainsIn(join(cwd, 'demo-out')).success.length, 4);
});
