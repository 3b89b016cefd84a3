// What a failed run says of days: never that a day whose `_SUCCESS` stands has none.
import { chmodSync, existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import type { Report } from '../../lib/report.ts';
import { S3Fault } from '../servers/s3-fault.ts';
import { ENVIRONMENT, PREFIX, startS3, urlOf } from '../servers/s3-support.ts';
import { type Outcome, run, start, until } from '../support/command.ts';
import { eventsOfDays } from '../support/events.ts';
import { namesIn } from '../support/folders.ts';
import { runHere } from '../support/run-here.ts';
import { tempFolder } from '../support/temp.ts';

interface FailureJson {
  error: { code: string; incompleteDays?: string[]; uncertainDays?: string[] };
}

const DAYS = 2;
const MARKS = ['dt=2023-01-01/_SUCCESS', 'dt=2023-01-02/_SUCCESS'];

/** A folder with two complete days in `out`. */
async function complete(t: Test): Promise<string> {
  const folder = tempFolder(t);
  writeFileSync(join(folder, 'old.ndjson'), eventsOfDays(100, DAYS));
  const { code } = await runHere(['old.ndjson', '--to', 'out'], { cwd: folder });
  t.equal(code, 0);
  return folder;
}

/** Fails where the outcome says anything of days that is not so: both are complete, as they were. */
function saysNothing(t: Test, { stdout, stderr }: Outcome, folder: string): void {
  for (const mark of MARKS) t.ok(existsSync(join(folder, 'out', mark)), `${mark} stands`);
  t.notMatch(`${stdout}${stderr}`, /without _SUCCESS|no _SUCCESS|[nN]ot complete/);
}

/** Runs a command with and without --json over two complete days, which stay as they are. */
async function both(
  t: Test,
  folder: string,
  args: readonly string[],
  expected: { code: number; error: string },
): Promise<void> {
  const all = [...args, '--to', 'out', '--if-exists', 'replace'];
  const text = await runHere(all, { cwd: folder });
  t.equal(text.code, expected.code);
  saysNothing(t, text, folder);
  const json = await runHere([...all, '--json'], { cwd: folder });
  t.equal(json.code, expected.code);
  saysNothing(t, json, folder);
  const { error } = JSON.parse(json.stderr) as FailureJson;
  t.equal(error.code, expected.error);
  t.notOk('incompleteDays' in error || 'uncertainDays' in error);
}

t.test('an input that is broken after its first events', async (t) => {
  const folder = await complete(t);
  const events = eventsOfDays(200, DAYS).trimEnd().split('\n').join(',');
  writeFileSync(join(folder, 'cut.json'), `[${events}`);
  const flags = ['--row-group-size', '16KiB', '--memory', '64MiB'];
  await both(t, folder, ['cut.json', ...flags], { code: 1, error: 'E_INPUT_TRUNCATED' });
});

t.test('fewer events than before', async (t) => {
  const folder = await complete(t);
  writeFileSync(join(folder, 'few.ndjson'), eventsOfDays(50, DAYS));
  await both(t, folder, ['few.ndjson'], { code: 1, error: 'E_DAY_SHRINKS' });
});

t.test('a day that is complete, which must stay', async (t) => {
  const folder = await complete(t);
  const outcome = await runHere(['old.ndjson', '--to', 'out'], { cwd: folder });
  t.match(outcome, { code: 1, stderr: /is complete already/ });
  saysNothing(t, outcome, folder);
});

t.test(
  'a folder that cannot be written',
  { skip: process.getuid?.() === 0 && 'root may write anywhere' },
  async (t) => {
    const folder = await complete(t);
    writeFileSync(join(folder, 'new.ndjson'), eventsOfDays(200, DAYS));
    chmodSync(join(folder, 'out'), 0o500);
    t.teardown(() => chmodSync(join(folder, 'out'), 0o700));
    await both(t, folder, ['new.ndjson'], { code: 1, error: 'E_STORE_WRITE' });
  },
);

t.test('a place for staged files that is taken', async (t) => {
  const folder = await complete(t);
  writeFileSync(join(folder, 'new.ndjson'), eventsOfDays(200, DAYS));
  writeFileSync(join(folder, 'out', '_hackle'), 'in the way');
  await both(t, folder, ['new.ndjson'], { code: 1, error: 'E_STORE_WRITE' });
});

t.test('rejects over the budget, and missing events', async (t) => {
  const folder = await complete(t);
  writeFileSync(join(folder, 'bad.ndjson'), `${eventsOfDays(200, DAYS)}{\n`);
  for (const [flags, status] of [
    [[], 'rejected'],
    [['--max-rejects', '1', '--min-events', '1000'], 'too-few'],
  ] as const) {
    const all = ['bad.ndjson', '--to', 'out', '--if-exists', 'replace', ...flags];
    const text = await runHere(all, { cwd: folder });
    t.equal(text.code, 3);
    saysNothing(t, text, folder);
    t.match(text.stderr, /dt=2023-01-01 .* not committed: complete as it was before\n/);
    const json = await runHere([...all, '--json'], { cwd: folder });
    saysNothing(t, json, folder);
    const report = JSON.parse(json.stdout) as Report;
    t.match(report, { status, partitions: [{ unchanged: true }, { unchanged: true }] });
  }
});

for (const json of [false, true]) {
  t.test(`a signal${json ? ', --json' : ''}`, { skip: process.platform === 'win32' }, async (t) => {
    const folder = await complete(t);
    const flags = ['--row-group-size', '16KiB', '--file-size', '16KiB', '--threads', '0'];
    const { child, ended } = start(
      ['-', '--to', 'out', '--if-exists', 'replace', ...flags, ...(json ? ['--json'] : [])],
      { cwd: folder, stdin: eventsOfDays(40_000, DAYS), stdinStaysOpen: true },
    );
    await until('a staged file', () =>
      namesIn(join(folder, 'out')).some((name) => name.endsWith('.part')),
    );
    child.kill('SIGTERM');
    const outcome = await ended;
    t.equal(outcome.code, 143);
    saysNothing(t, outcome, folder);
    if (json) t.notOk('incompleteDays' in (JSON.parse(outcome.stderr) as FailureJson).error);
  });
}

const env = { ...ENVIRONMENT, AWS_PROFILE: undefined, AWS_REGION: undefined };

for (const [what, fails, uncertain] of [
  ['every listing', /^ListObjectsV2 /, ['2023-01-01', '2023-01-02']],
  ['every upload', /^PutObject /, undefined],
] as const) {
  t.test(`a bucket that refuses ${what}`, async (t) => {
    const server = await startS3(t);
    const args = ['-', '--to', urlOf(server), '--endpoint', server.endpoint, '--json'];
    const again = [...args, '--if-exists', 'replace'];
    t.equal((await run(args, { env, stdin: eventsOfDays(100, DAYS) })).code, 0);
    server.hooks = {
      before: ({ operation, key }) => {
        if (fails.test(`${operation} ${key}`)) {
          throw new S3Fault(403, 'AccessDenied', 'Access Denied');
        }
      },
    };
    const { code, stderr } = await run(again, { env, stdin: eventsOfDays(300, DAYS) });
    t.equal(code, 1);
    const { error } = JSON.parse(stderr) as FailureJson;
    for (const mark of MARKS) t.ok(server.bucket.objects.has(`${PREFIX}/${mark}`), mark);
    t.strictSame(error.incompleteDays, undefined);
    t.strictSame(error.uncertainDays, uncertain);
  });
}

t.test('_SUCCESS that could not be removed, and could not be looked for', async (t) => {
  const server = await startS3(t);
  const args = ['-', '--to', urlOf(server), '--endpoint', server.endpoint];
  t.equal((await run(args, { env, stdin: eventsOfDays(100, 1) })).code, 0);
  let isLost = false;
  server.hooks = {
    before: ({ operation, key }) => {
      if (operation === 'DeleteObject' && key.endsWith('_SUCCESS')) isLost = true;
      if (isLost) throw new S3Fault(403, 'AccessDenied', 'Access Denied');
    },
  };
  const replace = [...args, '--if-exists', 'replace'];
  const text = await run(replace, { env, stdin: eventsOfDays(300, 1) });
  t.equal(text.code, 1);
  t.match(text.stderr, /\n {2}Perhaps not complete, since the store did not answer: 2023-01-01\n/);
  t.notMatch(text.stderr, /without _SUCCESS/);
  t.ok(server.bucket.objects.has(`${PREFIX}/${MARKS[0]}`));
});
