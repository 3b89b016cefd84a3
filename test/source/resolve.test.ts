import { execFileSync } from 'node:child_process';
import { chmodSync, symlinkSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { pathToFileURL } from 'node:url';
import { test } from 'tap';
import { ImportError } from '../../lib/errors.ts';
import type { Input } from '../../lib/options/options.ts';
import { resolveInputs } from '../../lib/source/resolve.ts';
import type { Source } from '../../lib/source/source.ts';
import { openDescriptors } from '../support/open-files.ts';
import { collect } from './helpers.ts';

async function one(input: Input): Promise<Source> {
  const [source] = await resolveInputs([input]);
  if (source === undefined) throw new Error('no source');
  return source;
}

test('files and patterns, in order', async (t) => {
  const folder = t.testdir({
    'b.ndjson': 'b',
    'a.ndjson': 'a',
    'z10.ndjson': 'z',
    'x[1].ndjson': 'brackets',
    sub: { 'c.ndjson': 'c', folder_ndjson: {} },
  });
  const names = async (...inputs: string[]): Promise<string[]> =>
    (await resolveInputs(inputs.map((input) => join(folder, input)))).map((source) =>
      relative(folder, source.name).replaceAll('\\', '/'),
    );
  t.strictSame(await names('z10.ndjson', '[ab].ndjson'), ['z10.ndjson', 'a.ndjson', 'b.ndjson']);
  t.strictSame(await names('*.ndjson'), ['a.ndjson', 'b.ndjson', 'x[1].ndjson', 'z10.ndjson']);
  t.strictSame(await names('**/*ndjson'), [
    'a.ndjson',
    'b.ndjson',
    'sub/c.ndjson',
    'x[1].ndjson',
    'z10.ndjson',
  ]);
  t.strictSame(await names('{b,a}.ndjson'), ['a.ndjson', 'b.ndjson']);

  const cwd = process.cwd();
  t.teardown(() => process.chdir(cwd));
  process.chdir(folder);
  const relativeNames = (await resolveInputs(['[ab].ndjson', 'sub/*.ndjson'])).map(
    (source) => source.name,
  );
  t.strictSame(relativeNames, ['a.ndjson', 'b.ndjson', 'sub/c.ndjson'], 'named as given');

  const brackets = await one('x[1].ndjson');
  t.strictSame(
    await collect(brackets.open()),
    { text: 'brackets', error: undefined },
    'a name, not a pattern',
  );
});

test('size and bytes read', async (t) => {
  const folder = t.testdir({ 'a.ndjson': 'x'.repeat(3_000_000) });
  const source = await one(join(folder, 'a.ndjson'));
  t.equal(source.size, 3_000_000);
  t.equal(source.bytesRead, 0);
  const seen: number[] = [];
  for await (const chunk of source.open()) {
    t.ok(chunk.length > 0 && chunk.length <= 1 << 20);
    seen.push(source.bytesRead);
  }
  t.equal(seen.at(-1), 3_000_000);
  t.ok((seen[0] ?? 0) < 3_000_000);
});

test('a file: URL', async (t) => {
  const path = join(t.testdir({ 'a b.ndjson': 'text' }), 'a b.ndjson');
  const source = await one(pathToFileURL(path).href);
  t.equal((await collect(source.open())).text, 'text');
  t.equal(source.name, path);
});

test('inputs that cannot be read', async (t) => {
  const folder = t.testdir({ 'a.ndjson': 'a', sub: {} });
  symlinkSync(join(folder, 'a.ndjson'), join(folder, 'link.ndjson'));
  const cases: [readonly Input[], string, RegExp][] = [
    [[], 'E_USAGE', /at least one input/],
    [['-', '-'], 'E_USAGE', /twice/],
    [[''], 'E_INPUT_NOT_FOUND', /empty/],
    [[`${folder}/missing.ndjson`], 'E_INPUT_NOT_FOUND', /missing\.ndjson: there is no such file/],
    [[`${folder}/a.ndjson/b`], 'E_INPUT_NOT_FOUND', /no such file/],
    [[`${folder}/*.csv`], 'E_INPUT_NOT_FOUND', /no file matches/],
    [[`${folder}/su*`], 'E_INPUT_NOT_FOUND', /no file matches/],
    [[`${folder}/sub`], 'E_INPUT_READ', /expected a file, got a folder/],
    [[`${folder}/a.ndjson`, `${folder}/a.ndjson`], 'E_USAGE', /twice/],
    [[`${folder}/*.ndjson`], 'E_USAGE', /the same file/],
    [['constructor://bucket/key'], 'E_UNSUPPORTED', /constructor:\/\//],
    [['ftp://host/file'], 'E_UNSUPPORTED', /ftp:\/\//],
    [['file://otherhost/a'], 'E_INPUT_NOT_FOUND', /file: URL/],
  ];
  for (const [inputs, code, message] of cases) {
    await t.rejects(resolveInputs(inputs), { name: 'ImportError', code, message }, String(inputs));
  }
  await t.rejects(one(`${folder}/sub/`), { name: 'ImportError', hint: /sub\/\*\.ndjson/ });
  await t.rejects(one('https://host/key'), {
    name: 'ImportError',
    hint: /curl -fsS https:\/\/host\/key \|/,
  });
  for (const url of ['https://me:secret@host/key', 'https://host/key?signature=secret']) {
    const error = await one(url).catch((error: unknown) => error);
    t.match(error, {
      message: /^https:\/\/(…@host\/key|host\/key\?…): /,
      hint: /curl -fsS URL \|/,
    });
    t.notMatch(JSON.stringify(error) + String(error), /secret/);
  }
});

test('no permission', {
  skip: process.getuid?.() === 0 && 'root may read everything',
}, async (t) => {
  const path = join(t.testdir({ 'a.ndjson': 'a' }), 'a.ndjson');
  chmodSync(path, 0);
  t.teardown(() => chmodSync(path, 0o600));
  await t.rejects(one(path), { code: 'E_INPUT_READ', message: /no permission/ });
});

test('a file that vanishes before it is opened', async (t) => {
  const folder = t.testdir({ 'a.ndjson': 'a' });
  const source = await one(join(folder, 'a.ndjson'));
  t.testdir({});
  t.match((await collect(source.open())).error, { code: 'E_INPUT_NOT_FOUND' });
});

test('files are closed, however reading ends', {
  skip: process.platform !== 'linux',
}, async (t) => {
  const folder = t.testdir({ 'a.ndjson': 'x'.repeat(5_000_000) });
  execFileSync('gzip', ['-k', join(folder, 'a.ndjson')]);
  for (const name of ['a.ndjson', 'a.ndjson.gz']) {
    const before = openDescriptors();
    const ends: Record<string, () => Promise<void>> = {
      'read whole': async () => void (await collect((await one(join(folder, name))).open())),
      'stopped early': async () => {
        for await (const _ of (await one(join(folder, name))).open()) break;
      },
      aborted: async () => {
        const controller = new AbortController();
        const reason = new ImportError('E_ABORTED', 'stop');
        let error: unknown;
        try {
          for await (const _ of (await one(join(folder, name))).open(controller.signal))
            controller.abort(reason);
        } catch (thrown) {
          error = thrown;
        }
        t.equal(error, reason);
      },
      'aborted before': async () => {
        const { error } = await collect(
          (await one(join(folder, name))).open(AbortSignal.abort('why')),
        );
        t.equal(error, 'why');
      },
      'never read': async () => void (await one(join(folder, name))).open(),
    };
    for (const [how, end] of Object.entries(ends)) {
      await end();
      t.equal(openDescriptors(), before, `${name}: ${how}`);
    }
  }
});

test('a stream that waits does not hold up whoever stops', async (t) => {
  const idle = new PassThrough();
  idle.write('x'.repeat(600));
  const source = await one({ name: 'idle', stream: idle });
  for await (const _ of source.open()) break;
  t.ok(idle.destroyed, 'destroyed when reading stops');

  const silent = new PassThrough();
  const controller = new AbortController();
  const reading = collect((await one({ name: 'silent', stream: silent })).open(controller.signal));
  setTimeout(() => controller.abort(new Error('enough')), 10);
  t.match((await reading).error, { message: 'enough' });
  t.ok(silent.destroyed);
});

test('a stream that fails, or gives something else', async (t) => {
  const failing = new Readable({ read: () => failing.destroy(new Error('cable cut')) });
  t.match((await collect((await one({ name: 'failing', stream: failing })).open())).error, {
    code: 'E_INPUT_READ',
    message: 'failing: reading failed: cable cut',
  });
  const objects = await one({ name: 'objects', stream: Readable.from([{ a: 1 }]) });
  t.match((await collect(objects.open())).error, {
    code: 'E_INPUT_FORMAT',
    message: /stream of bytes, got object/,
  });
  const strings = await one({ name: 'strings', stream: Readable.from(['둘', '\n']) });
  t.equal((await collect(strings.open())).text, '둘\n');
});

test('a FIFO', { skip: process.platform === 'win32' }, async (t) => {
  const folder = t.testdir({});
  const path = join(folder, 'fifo');
  execFileSync('mkfifo', [path]);
  const source = await one(path);
  t.equal(source.size, undefined);
  const reading = collect(source.open());
  await writeFile(path, 'through a pipe');
  t.strictSame(await reading, { text: 'through a pipe', error: undefined });
});
