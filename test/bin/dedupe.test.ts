// --dedupe past --dedupe-memory, on the command line.
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'tap';
import type { Report } from '../../lib/report.ts';
import { jsonOf, run, start, until } from '../support/command.ts';
import { filesIn, NOTHING, remainsIn } from '../support/folders.ts';
import { eventWith, uuid } from '../support/ids.ts';
import { openFiles } from '../support/open-files.ts';
import { tempFolder } from '../support/temp.ts';

/** Every tenth event is one of those before, in the other case; days take turns. */
function events(count: number): string {
  let text = '';
  for (let n = 0; n < count; n++) {
    const id = n % 10 === 9 ? uuid((n * 7919) % n).toUpperCase() : uuid(n);
    text += eventWith(id, 1 + (n % 2), `k${n % 1000}`);
  }
  return text;
}

const SMALLEST = ['--dedupe', '--dedupe-memory', '1MiB'];

test('the files are those of a run that has all ids in memory', async (t) => {
  const folder = tempFolder(t);
  const input = join(folder, 'events.ndjson');
  writeFileSync(input, events(300_000));
  const outputs: Record<string, string>[] = [];
  for (const threads of ['0', '1']) {
    for (const memory of ['1MiB', '64MiB']) {
      const out = join(folder, `out-${threads}-${memory}`);
      const flags = ['--dedupe', '--dedupe-memory', memory, '--threads', threads, '--json'];
      const report = jsonOf<Report>(await run([input, '--to', out, ...flags]));
      const { duplicate_insert_id = 0 } = report.filtered;
      const { insert_id_spilled = 0 } = report.warnings;
      t.ok(duplicate_insert_id > 10_000);
      t.equal(report.rowsFiltered, duplicate_insert_id);
      t.equal(insert_id_spilled > 200_000, memory === '1MiB', `${insert_id_spilled} spilled`);
      outputs.push(filesIn(out));
    }
  }
  const [first, ...others] = outputs;
  t.equal(Object.keys(first ?? {}).length, 4, 'two days');
  for (const other of others) t.strictSame(other, first);
});

test('a killed run leaves no temporary file', async (t) => {
  const folder = tempFolder(t);
  const TMPDIR = tempFolder(t);
  for (const threads of ['0', '1']) {
    const out = join(folder, `out-${threads}`);
    const { child, ended } = start(['-', '--to', out, '--threads', threads, ...SMALLEST], {
      stdin: events(60_000),
      stdinStaysOpen: true,
      env: { TMPDIR },
    });
    t.teardown(() => child.kill('SIGKILL'));
    if (process.platform === 'linux') {
      await until('the temporary file', () => openFiles(child.pid as number).length === 1);
    }
    child.kill('SIGKILL');
    t.match(await ended, { signal: 'SIGKILL' });
    t.strictSame(readdirSync(TMPDIR), []);
  }
});

test('a folder for temporary files that is none', async (t) => {
  const folder = tempFolder(t);
  const out = join(folder, 'out');
  const TMPDIR = join(folder, 'nowhere');
  for (const threads of ['0', '1']) {
    const { code, stderr } = await run(['-', '--to', out, '--threads', threads, ...SMALLEST], {
      stdin: events(60_000),
      env: { TMPDIR },
    });
    t.equal(code, 1);
    t.ok(stderr.includes(`error: dedupe: expected to write a temporary file in ${TMPDIR}, got `));
    t.match(stderr, /ENOENT.*TMPDIR.*--dedupe-memory/s);
    t.strictSame(remainsIn(out), NOTHING);
  }
});

test('the summary tells; too little memory is refused', async (t) => {
  const out = join(tempFolder(t), 'out');
  const done = await run(['-', '--to', out, ...SMALLEST], { stdin: events(30_000) });
  t.match(done, {
    code: 0,
    stderr: /[\d,]+ × insert_ids kept on disk, as they passed --dedupe-memory/,
  });
  const refused = await run(['-', '--to', out, '--dedupe', '--dedupe-memory', '64KiB']);
  t.match(refused, {
    code: 2,
    stderr: /--dedupe-memory: expected a size of at least 1MiB, .* got "64KiB"/,
  });
});
