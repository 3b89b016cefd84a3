// A program's output as the input: nothing is committed unless the program exits with 0.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { type Test, test } from 'tap';
import { type CommandInput, convert, type Report } from '../../lib/index.ts';
import { LastLines } from '../../lib/source/last-lines.ts';
import { until } from '../support/command.ts';
import { eventsOfDays } from '../support/events.ts';
import { remainsIn } from '../support/folders.ts';
import { readOutput } from '../support/read-parquet.ts';
import { tempFolder } from '../support/temp.ts';
import { zipOf } from '../support/zip.ts';

const EVENTS = eventsOfDays(2000, 2, 200);

/** A program of JavaScript: `write` waits until the pipe has taken the bytes, `events` are in the file. */
function program(t: Test, script: string, bytes: string | Buffer = EVENTS): CommandInput {
  const folder = tempFolder(t);
  writeFileSync(join(folder, 'events'), bytes);
  writeFileSync(
    join(folder, 'program.mjs'),
    `import fs from 'node:fs';
const events = fs.readFileSync(${JSON.stringify(join(folder, 'events'))});
const write = (bytes) => new Promise((done) => process.stdout.write(bytes, done));
const sleep = (ms) => new Promise((done) => setTimeout(done, ms));
${script}
`,
  );
  return { command: [process.execPath, join(folder, 'program.mjs')], name: 'producer' };
}

async function outcome(
  t: Test,
  input: CommandInput,
  threads = 0,
): Promise<{ report: Report | undefined; error: unknown; to: string }> {
  const to = join(tempFolder(t), 'out');
  let report: Report | undefined;
  let error: unknown;
  try {
    report = await convert({ inputs: [input], to, threads, rowGroupSize: 1 << 16 });
  } catch (thrown) {
    error = thrown;
  }
  return { report, error, to };
}

for (const threads of [0, 2]) {
  test(`${threads} threads: the output of a program that succeeds`, async (t) => {
    for (const [form, bytes] of [
      ['text', EVENTS],
      ['gzip', gzipSync(EVENTS)],
      ['ZIP', zipOf([{ name: 'a.ndjson', content: Buffer.from(EVENTS) }])],
    ] as const) {
      const { report, error, to } = await outcome(
        t,
        program(t, 'await write(events);', bytes),
        threads,
      );
      t.equal(error, undefined, form);
      t.match(report, { status: 'committed', rowsWritten: 2000 }, form);
      t.equal([...(await readOutput(to)).values()].flat().length, 2000, form);
    }
  });

  test(`${threads} threads: a program that dies at any point never gives a _SUCCESS`, async (t) => {
    const deaths = [
      'process.exit(1);',
      "process.kill(process.pid, 'SIGKILL'); await sleep(60_000);",
    ];
    const points = [0, 1, 40_000, EVENTS.lastIndexOf('\n', EVENTS.length / 2) + 1, EVENTS.length];
    for (const [index, death] of deaths.entries()) {
      for (const point of threads === 0 ? points : points.slice(-2)) {
        const script = `await write(events.subarray(0, ${point})); ${death}`;
        const { error, to } = await outcome(t, program(t, script), threads);
        t.match(
          error,
          {
            code: 'E_INPUT_COMMAND',
            message: index === 0 ? /^producer: the command exited with 1/ : /was ended by SIGKILL/,
          },
          `${point}: ${death}`,
        );
        t.strictSame(remainsIn(to), { success: [], broken: [], unfinished: [] });
      }
    }
  });
}

test('what it said at last on stderr is in the message', async (t) => {
  const { error } = await outcome(
    t,
    program(
      t,
      `for (let i = 0; i < 3000; i++) process.stderr.write('progress ' + i + '\\r');
       process.stderr.write('lost connection\\n\\nafter row 7');
       process.exitCode = 2;`,
    ),
  );
  const { message } = error as Error;
  t.match(message, /^producer: the command exited with 2; the end of its standard error:\n {2}/);
  t.match(message, /\n {2}progress 2999\n {2}lost connection\n {2}after row 7$/);
  t.equal(message.split('\n').length, 11);
});

test('the last lines of an endless text', (t) => {
  const last = new LastLines();
  for (let i = 0; i < 100_000; i++) last.add(Buffer.from(`line ${i}\n`));
  t.equal(last.lines.length, 10);
  t.equal(last.lines.at(-1), 'line 99999');
  last.add(Buffer.from('x'.repeat(100_000)));
  t.strictSame(last.lines, [`${'x'.repeat(500)}…`]);
  t.end();
});

test('its name is that of the program: its arguments may be secrets', async (t) => {
  const command = ['sh', '-c', 'exit 3', '--password=secret'];
  const { error } = await outcome(t, { command });
  t.match(error, {
    code: 'E_INPUT_COMMAND',
    message: 'sh: the command exited with 3, and wrote nothing to standard error',
    position: { source: 'sh' },
  });
  t.notMatch(JSON.stringify(error), 'secret');
});

test('a program that is not there, or that no program is', async (t) => {
  for (const [command, message] of [
    [['no-such-program'], 'no-such-program: the command cannot be run: there is no such program'],
    [[tempFolder(t)], /the command cannot be run: .*EACCES/],
    [['a\0b'], /the command cannot be run: /],
  ] as const) {
    const { error, to } = await outcome(t, { command: [...command] });
    t.match(error, { code: 'E_INPUT_COMMAND', message, hint: /No shell reads the command/ });
    t.strictSame(remainsIn(to).success, []);
  }
});

test('a child that keeps the pipe open does not keep a failed program’s run', async (t) => {
  const { error } = await outcome(t, { command: ['sh', '-c', 'sleep 30 & echo gone >&2; exit 4'] });
  t.match(error, { code: 'E_INPUT_COMMAND', message: /exited with 4; .*\n {2}gone$/s });
});

test('it is not started before it is read, and not where the options are wrong', async (t) => {
  const mark = join(tempFolder(t), 'mark');
  const inputs = [{ command: ['touch', mark] }, 'no-such-file'];
  await t.rejects(convert({ inputs, to: 'out' }), { code: 'E_INPUT_NOT_FOUND' });
  t.notOk(existsSync(mark));
});

/** Whether a process is there. A zombie is one that nobody has waited for. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

test('it ends with the run, also where it ignores SIGTERM', async (t) => {
  for (const ignores of [false, true]) {
    const pid = join(tempFolder(t), 'pid');
    const script = `${ignores ? "process.on('SIGTERM', () => {});" : ''}
      await write(events);
      fs.writeFileSync(${JSON.stringify(`${pid}.new`)}, String(process.pid));
      fs.renameSync(${JSON.stringify(`${pid}.new`)}, ${JSON.stringify(pid)});
      await sleep(60_000);`;
    const to = join(tempFolder(t), 'out');
    const stop = new AbortController();
    const inputs = [program(t, script)];
    const running = convert({ inputs, to, threads: 0, signal: stop.signal });
    running.catch(() => {});
    await until('the program', () => existsSync(pid));
    stop.abort();
    await t.rejects(running, { code: 'E_ABORTED' });
    t.notOk(isAlive(Number(readFileSync(pid, 'utf8'))), `ignores SIGTERM: ${ignores}`);
    t.strictSame(remainsIn(to).success, []);
  }
});

test('it ends with a run that fails for another reason', async (t) => {
  const pid = join(tempFolder(t), 'pid');
  const script = `fs.writeFileSync(${JSON.stringify(pid)}, String(process.pid));
    await write('{"a":[');
    await write(events);
    for (;;) await write(Buffer.alloc(1 << 20, 'x'));`;
  const to = join(tempFolder(t), 'out');
  const inputs = [program(t, script)];
  await t.rejects(convert({ inputs, to, threads: 0, jsonPath: 'b.c', format: 'json' }), {
    code: 'E_INPUT_FORMAT',
  });
  t.notOk(isAlive(Number(readFileSync(pid, 'utf8'))));
});
