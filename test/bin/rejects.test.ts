// Rejected events: --rejects, --max-rejects and exit code 3.
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Test, test } from 'tap';
import type { RejectRecord, Report } from '../../lib/report.ts';
import { jsonOf, run } from '../support/command.ts';
import { eventLine, ndjson } from '../support/events.ts';
import { NOTHING, namesIn, remainsIn } from '../support/folders.ts';
import { runHere } from '../support/run-here.ts';
import { tempFolder } from '../support/temp.ts';

const BAD = '{"bad": "한국';
const NO_KEY = eventLine({ id: 3 }).replace('"event_key":"purchase",', '');

/** Two of five events cannot be taken. */
function inputFolder(t: Test): string {
  const cwd = tempFolder(t);
  writeFileSync(join(cwd, 'in.ndjson'), ndjson({ id: 1 }, BAD, { id: 2 }, NO_KEY, { id: 4 }));
  return cwd;
}

const recordsOf = (file: string): RejectRecord[] =>
  readFileSync(file, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as RejectRecord);

test('--max-rejects is a count or a share', async (t) => {
  const cwd = inputFolder(t);
  for (const [budget, code] of [
    ['0', 3],
    ['1', 3],
    ['2', 0],
    ['39.9%', 3],
    ['40%', 0],
    ['100%', 0],
  ] as const) {
    const args = ['in.ndjson', '--to', `out-${budget}`, '--json', '--max-rejects', budget];
    const outcome = await runHere(args, { cwd });
    t.equal(outcome.code, code, budget);
    const report = jsonOf<Report>(outcome);
    t.match(report, {
      status: code === 0 ? 'committed' : 'rejected',
      rowsIn: 5,
      rowsRejected: 2,
      rejects: { invalid_json: 1, event_key_missing: 1 },
    });
    if (code === 3) t.strictSame(remainsIn(join(cwd, `out-${budget}`)), NOTHING);
  }
});

test('without --max-rejects nothing is committed, and the summary says what to do', async (t) => {
  const cwd = inputFolder(t);
  const { code, stdout, stderr } = await runHere(['in.ndjson', '--to', 'out'], { cwd });
  t.equal(code, 3);
  t.equal(stdout, '');
  t.match(stderr, /^Nothing committed: 2 of 5 events rejected, 0 allowed \(--max-rejects\)/);
  t.match(stderr, /1 × not valid JSON \(invalid_json\)\n +in\.ndjson:2: /);
  t.match(stderr, /1 × no event_key \(event_key_missing\)\n +in\.ndjson:4: /);
  t.match(stderr, /--rejects FILE/);
  t.strictSame(remainsIn(join(cwd, 'out')), NOTHING);
});

test('--rejects gets every one with its place, reason and text', async (t) => {
  const cwd = inputFolder(t);
  const args = ['in.ndjson', '--to', 'out', '--rejects', 'bad.ndjson'];
  const { code, stderr } = await runHere(args, { cwd });
  t.equal(code, 3, 'writing them down does not make them allowed');
  t.match(stderr, /All of them with their reasons: bad\.ndjson/);
  const input = readFileSync(join(cwd, 'in.ndjson'));
  const records = recordsOf(join(cwd, 'bad.ndjson'));
  t.match(records, [
    { source: 'in.ndjson', line: 2, code: 'invalid_json', message: String, raw: BAD },
    { source: 'in.ndjson', line: 4, code: 'event_key_missing', message: String, raw: NO_KEY },
  ]);
  for (const { offset, raw } of records) {
    const bytes = Buffer.from(raw);
    t.ok(input.subarray(offset, offset + bytes.length).equals(bytes), 'offset is that of the text');
  }
});

const windows = { skip: process.platform === 'win32' ? 'Windows has no such modes' : false };

test(
  'only its user may read a new rejects file; the mode of an older one stays',
  windows,
  async (t) => {
    const cwd = inputFolder(t);
    const modes: number[] = [];
    const args = ['in.ndjson', '--to', 'out', '--rejects', 'bad.ndjson'];
    for (let i = 0; i < 2; i++) {
      t.equal((await run(args, { cwd })).code, 3);
      modes.push(statSync(join(cwd, 'bad.ndjson')).mode & 0o777);
      chmodSync(join(cwd, 'bad.ndjson'), 0o640);
    }
    t.strictSame(modes, [0o600, 0o640]);
  },
);

test(
  'a file in the folder of a day is refused, also by another name of the folder',
  windows,
  async (t) => {
    const cwd = inputFolder(t);
    const day = join(cwd, 'out', 'dt=2023-01-01');
    mkdirSync(join(day, 'sub'), { recursive: true });
    writeFileSync(join(day, '_SUCCESS'), '');
    symlinkSync(day, join(cwd, 'link'));
    symlinkSync(join(day, '_SUCCESS'), join(cwd, 'mark.ndjson'));
    for (const path of [
      'out/dt=2023-01-01/bad.ndjson',
      'out/dt=2023-01-01/_SUCCESS',
      'out/dt=2023-01-01/sub/bad.ndjson',
      'link/bad.ndjson',
      'mark.ndjson',
    ]) {
      const { code, stderr } = await run(['in.ndjson', '--to', 'out', '--rejects', path], { cwd });
      t.equal(code, 2, path);
      t.ok(stderr.includes(`--rejects: expected a file outside the folders of days, got ${path}`));
    }
    t.strictSame(namesIn(join(cwd, 'out')), ['dt=2023-01-01/_SUCCESS']);
    t.equal(statSync(join(day, '_SUCCESS')).size, 0);
  },
);

test('the rejects file, once repaired, is an input', async (t) => {
  const cwd = inputFolder(t);
  const flags = ['--max-rejects', '2', '--rejects', 'bad.ndjson', '--quiet'];
  t.equal((await runHere(['in.ndjson', '--to', 'out', ...flags], { cwd })).code, 0);
  const [, missing] = recordsOf(join(cwd, 'bad.ndjson'));
  const repaired = missing?.raw.replace('{', '{"event_key":"purchase",') ?? '';
  const again = await run(['-', '--to', 'repaired', '--json'], { cwd, stdin: `${repaired}\n` });
  t.match(jsonOf<Report>(again), { status: 'committed', rowsWritten: 1 });
});

test('a run without rejects makes no file, and takes an older one away', async (t) => {
  const cwd = inputFolder(t);
  writeFileSync(join(cwd, 'good.ndjson'), ndjson({}));
  const into = (input: string, to: string): ReturnType<typeof runHere> =>
    runHere([input, '--to', to, '--rejects', 'bad.ndjson', '--quiet'], { cwd });
  t.equal((await into('good.ndjson', 'a')).code, 0);
  t.notOk(existsSync(join(cwd, 'bad.ndjson')));
  t.equal((await into('in.ndjson', 'b')).code, 3);
  t.equal((await into('in.ndjson', 'b')).code, 3, 'an older rejects file may be overwritten');
  t.equal(recordsOf(join(cwd, 'bad.ndjson')).length, 2, 'and is not appended to');
  t.equal((await into('good.ndjson', 'c')).code, 0);
  t.notOk(existsSync(join(cwd, 'bad.ndjson')), 'what it said is no longer so');
});

test('a file that is something else is not overwritten', async (t) => {
  const cwd = inputFolder(t);
  writeFileSync(join(cwd, 'notes.txt'), 'precious');
  const { code, stderr } = await runHere(['in.ndjson', '--to', 'out', '--rejects', 'notes.txt'], {
    cwd,
  });
  t.equal(code, 2);
  t.match(stderr, /notes\.txt, which is something else/);
  t.equal(readFileSync(join(cwd, 'notes.txt'), 'utf8'), 'precious');
});

test('a file that is an input too is not overwritten, however the input names it', async (t) => {
  const cwd = inputFolder(t);
  const before = `{"source":"app",${eventLine({ id: 1 }).slice(1)}\n${BAD}\n`;
  for (const text of [before, '']) {
    const file = join(cwd, 'too.ndjson');
    writeFileSync(file, text);
    for (const input of ['*.ndjson', 'too.ndjson', pathToFileURL(file).href]) {
      const args = ['in.ndjson', input, '--to', 'out', '--rejects', './too.ndjson'];
      const { code, stderr } = await runHere(input === '*.ndjson' ? args.slice(1) : args, { cwd });
      t.equal(code, 2, input);
      t.match(stderr, `expected a file of its own, got the input ${input}`);
    }
    t.equal(readFileSync(file, 'utf8'), text);
  }
});

test('rejects of several inputs and of standard input are told apart', async (t) => {
  const cwd = inputFolder(t);
  const args = ['in.ndjson', '-', '--to', 'out', '--rejects', 'bad.ndjson', '--quiet'];
  await run(args, { cwd, stdin: `\n\n{}\n` });
  t.strictSame(
    recordsOf(join(cwd, 'bad.ndjson')).map(({ source, line }) => [source, line]),
    [
      ['in.ndjson', 2],
      ['in.ndjson', 4],
      ['stdin', 3],
    ],
  );
});
