// Input files that change while a run reads them, and files that have not settled: nothing is committed.
import { existsSync, readFileSync, renameSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { type Test, test } from 'tap';
import { type ConvertOptions, convert, type Report } from '../../lib/index.ts';
import { InputFile } from '../../lib/source/input-file.ts';
import { resolveInputs } from '../../lib/source/resolve.ts';
import type { Source } from '../../lib/source/source.ts';
import { eventLine } from '../support/events.ts';
import { remainsIn } from '../support/folders.ts';
import { tempFolder } from '../support/temp.ts';
import { zipOf } from '../support/zip.ts';
import { collect } from './helpers.ts';

/** Events of one length, so that a file can be cut where a line ends. */
function lines(count: number, width: number): string[] {
  return Array.from({ length: count }, (_, id) =>
    eventLine({ id, properties: { text: 'x'.repeat(width) } }),
  );
}

const SMALL = lines(300, 100);
/** Threads read a file of this size themselves, in several blocks. */
const LARGE = lines(3000, 1800);
const asLines = (events: readonly string[]): Buffer => Buffer.from(`${events.join('\n')}\n`);
const asCsv = (events: readonly string[]): string => {
  const rows = events.map((line) => {
    const { insert_id, event_key, ts, identifiers, platform_properties } = JSON.parse(line);
    const maps = [identifiers, platform_properties].map(
      (map) => `"${JSON.stringify(map).replaceAll('"', '""')}"`,
    );
    return [insert_id, event_key, ts, ...maps].join(',');
  });
  return `${['insert_id,event_key,ts,identifiers,platform_properties', ...rows].join('\n')}\n`;
};

const FORMS: Readonly<Record<string, { bytes: Buffer; events: number }>> = {
  'small.ndjson': { bytes: asLines(SMALL), events: SMALL.length },
  'large.ndjson': { bytes: asLines(LARGE), events: LARGE.length },
  'events.ndjson.gz': { bytes: gzipSync(asLines(SMALL)), events: SMALL.length },
  'events.ndjson.br': { bytes: brotliCompressSync(asLines(SMALL)), events: SMALL.length },
  'events.zip': {
    bytes: zipOf([
      { name: 'a.ndjson', content: asLines(SMALL.slice(0, 100)) },
      { name: 'b.ndjson', content: asLines(SMALL.slice(100)) },
    ]),
    events: SMALL.length,
  },
  'events.csv': { bytes: Buffer.from(asCsv(SMALL)), events: SMALL.length },
  'events.json': { bytes: Buffer.from(`[${SMALL.join(',\n')}]`), events: SMALL.length },
};

/** What may happen to a file, as the body of a function with `fs` and the file's `path`. */
const CHANGES = {
  'cut at the end of a line': `
    const bytes = fs.readFileSync(path);
    fs.truncateSync(path, bytes.indexOf(10, bytes.length / 2) + 1);`,
  emptied: 'fs.truncateSync(path, 0);',
  'emptied and written to again, as by copytruncate': `
    const bytes = fs.readFileSync(path);
    fs.truncateSync(path, 0);
    fs.appendFileSync(path, bytes.subarray(0, bytes.length / 3));`,
  replaced: `
    const { atime, mtime } = fs.statSync(path);
    fs.copyFileSync(path, path + '.new');
    fs.utimesSync(path + '.new', atime, mtime);
    fs.renameSync(path + '.new', path);`,
  'overwritten in place': `
    const file = fs.openSync(path, 'r+');
    fs.writeSync(file, 'x', fs.fstatSync(file).size - 10);
    fs.closeSync(file);`,
  removed: 'fs.rmSync(path);',
  grown: "fs.appendFileSync(path, '{}\\\\n');",
} as const;

type Change = keyof typeof CHANGES;
const ALL = Object.keys(CHANGES) as Change[];
/** Each run with threads starts two of them, which takes longer than its events. */
const SOME: readonly Change[] = ['cut at the end of a line', 'replaced', 'grown'];

/** A module for `transform` that changes the file when the first event comes, whichever thread has it. */
function changingModule(folder: string, path: string, change: Change): string {
  const module = join(folder, 'change.mjs');
  writeFileSync(
    module,
    `import fs from 'node:fs';
const path = ${JSON.stringify(path)};
export default (event) => {
  try { fs.closeSync(fs.openSync(path + '.changed', 'wx')); } catch { return event; }
  ${CHANGES[change].replaceAll('\\\\n', '\\n')}
  return event;
};
`,
  );
  return module;
}

/** Runs over a file that changes with the first event. The file is old, so that a new time differs from its own. */
async function run(
  t: Test,
  form: string,
  change: Change,
  options: Partial<ConvertOptions>,
): Promise<{ report: Report | undefined; error: unknown; to: string }> {
  const folder = tempFolder(t);
  const path = join(folder, form);
  writeFileSync(path, FORMS[form]?.bytes as Buffer);
  utimesSync(path, 1e9, 1e9);
  const to = join(folder, 'out');
  const transform = changingModule(folder, path, change);
  let report: Report | undefined;
  let error: unknown;
  try {
    report = await convert({ inputs: [path], to, transform, ...options });
  } catch (thrown) {
    error = thrown;
  }
  t.ok(existsSync(`${path}.changed`), 'it was changed');
  return { report, error, to };
}

for (const threads of [0, 2]) {
  for (const form of Object.keys(FORMS)) {
    test(`${form}, ${threads} threads: a change ends the run`, async (t) => {
      const some = form === 'large.ndjson' ? SOME : SOME.slice(0, 1);
      for (const change of threads === 0 ? ALL : some) {
        // Allowed rejects must not hide the change.
        const { error, to } = await run(t, form, change, { threads, maxRejects: '100%' });
        t.match(error, { code: 'E_INPUT_CHANGED', message: /the file changed/ }, change);
        t.strictSame(remainsIn(to).success, [], change);
      }
    });

    if (threads > 0 && form !== 'large.ndjson') continue;
    test(`${form}, ${threads} threads: followGrowth ignore takes what was there`, async (t) => {
      const options = { threads, followGrowth: 'ignore' } as const;
      const { report } = await run(t, form, 'grown', options);
      t.match(report, { status: 'committed', rowsIn: FORMS[form]?.events, rowsRejected: 0 });
      for (const change of threads === 0 ? SOME.slice(0, 2) : []) {
        const { error } = await run(t, form, change, options);
        t.match(error, { code: 'E_INPUT_CHANGED' }, change);
      }
    });
  }
}

test('a file that was read whole, and changes before the last one was read', async (t) => {
  for (const threads of [0, 2]) {
    const folder = tempFolder(t);
    const [first, to] = [join(folder, 'first.ndjson'), join(folder, 'out')];
    writeFileSync(first, asLines(SMALL));
    async function* last(): AsyncGenerator<Buffer> {
      yield asLines(SMALL);
      writeFileSync(`${first}.new`, asLines(SMALL));
      renameSync(`${first}.new`, first);
    }
    const running = convert({ inputs: [first, { name: 'last', stream: last() }], to, threads });
    await t.rejects(running, {
      code: 'E_INPUT_CHANGED',
      message: `${first}: the file changed while the run read it: another file has taken its place`,
      position: { source: first },
    });
    t.strictSame(remainsIn(to).success, []);
  }
});

test('a file that ends before its size is an error', async (t) => {
  // The system says that it has a page of bytes.
  const path = '/sys/kernel/mm/transparent_hugepage/enabled';
  if (!existsSync(path)) {
    t.pass('there is no such file here');
    return;
  }
  t.ok(statSync(path).size > readFileSync(path).length);
  const [source] = (await resolveInputs([path])) as [Source];
  t.match((await collect(source.open())).error, {
    code: 'E_INPUT_CHANGED',
    message: /it had \d+ bytes, but only \d+ could be read/,
  });
});

test('a file that cannot be looked at is not called changed', async (t) => {
  const path = join(tempFolder(t), 'events.ndjson');
  writeFileSync(path, asLines(SMALL));
  const file = InputFile.at(path, statSync(path, { bigint: true }), {});
  const failing = (code: string) => async (): Promise<never> => {
    throw Object.assign(new Error(`${code}: no luck, fstat`), { code, syscall: 'fstat' });
  };
  await t.rejects(file.assertUnchanged(failing('EIO')), { code: 'E_INPUT_READ', message: /EIO/ });
  await t.rejects(file.assertUnchanged(failing('ENOENT')), { code: 'E_INPUT_CHANGED' });
});

const linux = { skip: process.platform === 'linux' ? false : 'there is no /proc here' };

test('a file without a size, as in /proc, is read to its end', linux, async (t) => {
  t.equal(statSync('/proc/version').size, 0);
  for (const followGrowth of ['off', 'ignore'] as const) {
    const [source] = (await resolveInputs(['/proc/version'], {}, { followGrowth })) as [Source];
    t.strictSame(await collect(source.open()), {
      text: readFileSync('/proc/version', 'utf8'),
      error: undefined,
    });
  }
  const report = await convert({ inputs: ['/proc/version'], to: join(tempFolder(t), 'out') });
  t.match(report, { status: 'rejected', rejects: { invalid_json: 1 } });
});

test('settle refuses files that have just changed, before anything is read', async (t) => {
  const folder = tempFolder(t);
  const [old, young] = [join(folder, 'old.ndjson'), join(folder, 'young.ndjson')];
  for (const path of [old, young]) writeFileSync(path, asLines(SMALL));
  const aged = (path: string, seconds: number): void =>
    utimesSync(path, Date.now() / 1000 - seconds, Date.now() / 1000 - seconds);
  aged(old, 3600);
  const to = join(folder, 'out');
  const options = { to, settle: 60, ifExists: 'replace' } as const;
  for (const [seconds, message] of [
    [20, /young\.ndjson: expected a file that has not changed for 60 s .* was 2\d s ago/],
    [-30, /the time of its last change is [23]\d s ahead of this machine's clock/],
  ] as const) {
    aged(young, seconds);
    await t.rejects(convert({ ...options, inputs: [old, young] }), {
      code: 'E_INPUT_CHANGED',
      message,
      hint: /^Nothing was read/,
    });
    t.notOk(existsSync(to));
  }
  t.match(await convert({ ...options, inputs: [old] }), { status: 'committed' });
  t.match(await convert({ ...options, settle: 0, inputs: [young] }), { status: 'committed' });
  aged(young, 61);
  t.match(await convert({ ...options, inputs: [young] }), { status: 'committed' });
});
