import { execFileSync, spawnSync } from 'node:child_process';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { type Test, test } from 'tap';
import type { Input } from '../../../lib/options/options.ts';
import { resolveInputs } from '../../../lib/source/resolve.ts';
import { eachSource } from '../../../lib/source/source.ts';
import { openFiles } from '../../support/open-files.ts';
import { type ZipEntry, zipOf } from '../../support/zip.ts';
import { collect, drip } from '../helpers.ts';

interface Read {
  /** [name, text] of each source, up to the first error. */
  sources: [string, string][];
  error: unknown;
}

async function readAll(input: Input): Promise<Read> {
  const sources: [string, string][] = [];
  try {
    for await (const source of eachSource(await resolveInputs([input]), undefined)) {
      const { text, error } = await collect(source.open());
      sources.push([source.name, text]);
      if (error !== undefined) return { sources, error };
    }
  } catch (error) {
    return { sources, error };
  }
  return { sources, error: undefined };
}

/** From a file, and from a stream in small and large chunks: the same. */
async function readZip(t: Test, bytes: Uint8Array, sizes = [7, 5000]): Promise<Read> {
  const folder = t.testdir({ tmp: {} });
  const path = join(folder, 'a.zip');
  writeFileSync(path, bytes);
  const fromFile = await readAll(path);
  const rename = ({ sources, error }: Read): unknown => ({
    sources: sources.map(([name, text]) => [name.replace(path, 'a.zip'), text]),
    error: (error as Error | undefined)?.message.replaceAll(path, 'a.zip'),
  });
  const before = process.env.TMPDIR;
  process.env.TMPDIR = join(folder, 'tmp');
  try {
    for (const size of sizes) {
      const fromStream = await readAll({ name: 'a.zip', stream: drip(bytes, size) });
      // A file's directory is looked at before the first byte is read, a stream's where it is its turn.
      t.strictSame(rename(fromStream), rename(fromFile), `as a stream, ${size} bytes at a time`);
      t.strictSame(readdirSync(join(folder, 'tmp')), [], 'no temporary file is left');
    }
  } finally {
    if (before === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = before;
  }
  return {
    sources: fromFile.sources.map(([name, text]) => [name.replace(path, 'a.zip'), text]),
    error: fromFile.error,
  };
}

const text = (content: string): Buffer => Buffer.from(content);
const LONG = '{"a":1}\n'.repeat(400_000);

test('members are sources of their own, by name', async (t) => {
  const entries: ZipEntry[] = [
    { name: 'z.ndjson', content: text('z') },
    { name: 'sub/', content: text(''), method: 0 },
    { name: 'sub/b.json.gz', content: gzipSync('b'), method: 0 },
    { name: 'sub/a.csv.br', content: brotliCompressSync('a') },
    { name: '__MACOSX/sub/._a.csv', content: text('\0') },
    { name: 'sub/.DS_Store', content: text('\0') },
    { name: '한.ndjson', content: text(LONG), zip64: true },
    { name: 'empty.ndjson', content: text('') },
    { name: 'stored64', content: text('64'), method: 0, zip64: true },
  ];
  const { sources, error } = await readZip(t, zipOf(entries), [1 << 16]);
  t.equal(error, undefined);
  t.strictSame(
    sources.map(([name, content]) => [name, content.length > 9 ? content.length : content]),
    [
      ['a.zip:empty.ndjson', ''],
      ['a.zip:stored64', '64'],
      ['a.zip:sub/a.csv.br', 'a'],
      ['a.zip:sub/b.json.gz', 'b'],
      ['a.zip:z.ndjson', 'z'],
      ['a.zip:한.ndjson', LONG.length],
    ],
  );
});

const python = spawnSync('python3', ['--version']).status === 0;

test('archives that another program wrote', { skip: !python && 'no python3' }, async (t) => {
  const path = join(t.testdir({}), 'a.zip');
  const script = `
import sys, zipfile
z = zipfile.ZipFile(sys.argv[1], 'w')
z.writestr('b.txt', 'b' * 100000, zipfile.ZIP_DEFLATED)
with z.open('a.txt', 'w', force_zip64=True) as f: f.write(b'a')
z.comment = b'a comment'
z.close()
s = zipfile.ZipFile(open(sys.argv[1] + '.stream', 'wb', buffering=0), 'w')
s.writestr('c.txt', 'c')
s.close()`;
  execFileSync('python3', ['-c', script, path]);
  t.strictSame(await readAll(path), {
    sources: [
      [`${path}:a.txt`, 'a'],
      [`${path}:b.txt`, 'b'.repeat(100000)],
    ],
    error: undefined,
  });
  t.strictSame((await readAll(`${path}.stream`)).sources, [[`${path}.stream:c.txt`, 'c']]);
});

test('names that lead out of a folder are only names', async (t) => {
  const names = ['../x/a.json', '/etc/passwd', 'C:x', 'a/../../b', '..'];
  const archive = zipOf(names.map((name) => ({ name, content: text(name) })));
  const { sources, error } = await readZip(t, archive);
  t.equal(error, undefined);
  t.strictSame(
    sources.map(([, content]) => content),
    [...names].sort(),
  );
});

test('what follows an archive is left out, as unzip and Python do', async (t) => {
  const archive = zipOf([{ name: 'a', content: text('aaaa') }]);
  const comment = Buffer.from(archive);
  comment.writeUInt16LE(3, comment.length - 2);
  for (const whole of [archive, Buffer.concat([comment, Buffer.from('hi!')])]) {
    for (const tail of [
      '',
      '\n',
      '\r\n',
      'PK\x05\x06',
      'PK\x05\x06'.repeat(20),
      '\0'.repeat(65_536),
    ]) {
      const { sources, error } = await readZip(
        t,
        Buffer.concat([whole, Buffer.from(tail)]),
        [5000],
      );
      t.equal(error, undefined, JSON.stringify(tail.slice(0, 9)));
      t.strictSame(sources, [['a.zip:a', 'aaaa']]);
    }
  }
  const far = Buffer.concat([archive, Buffer.alloc(200_000, 'x')]);
  t.match((await readZip(t, far, [5000])).error, { code: 'E_INPUT_TRUNCATED' });
});

test('what cannot be read is said before anything is', async (t) => {
  const good: ZipEntry = { name: 'a', content: text('a') };
  const cases: [string, ZipEntry[], object][] = [
    ['empty', [], { code: 'E_INPUT_FORMAT', message: /expected files/ }],
    ['folders only', [{ name: 'x/', content: text('') }], { code: 'E_INPUT_FORMAT' }],
    [
      'encrypted',
      [good, { ...good, name: 'b', encrypted: true }],
      { code: 'E_UNSUPPORTED', message: /a\.zip:b: .*encrypted/ },
    ],
    [
      'LZMA',
      [good, { ...good, name: 'b', method: 14 }],
      { code: 'E_UNSUPPORTED', message: /a\.zip:b: .*LZMA/, hint: /7z x/ },
    ],
    ['method 77', [{ ...good, method: 77 }], { code: 'E_UNSUPPORTED', message: /method 77/ }],
  ];
  for (const [what, entries, expected] of cases) {
    const { sources, error } = await readZip(t, zipOf(entries));
    t.strictSame(sources, [], what);
    t.match(error, expected, what);
  }
});

test('damaged members', async (t) => {
  const content = text('{"a":1}\n'.repeat(1000));
  const good: ZipEntry = { name: 'a', content: text('a') };
  const cases: [string, ZipEntry, object][] = [
    [
      'checksum',
      { name: 'b', content, crc: 1 },
      { code: 'E_INPUT_FORMAT', message: /a\.zip:b: .*checksum/ },
    ],
    [
      'checksum, stored',
      { name: 'b', content, crc: 1, method: 0 },
      { code: 'E_INPUT_FORMAT', message: /checksum/ },
    ],
    [
      'size',
      { name: 'b', content, size: 8001 },
      { code: 'E_INPUT_FORMAT', message: /a\.zip:b: .*expected 8001 bytes, got 8000/ },
    ],
    [
      'no deflate',
      { name: 'b', content, stored: Buffer.alloc(50, 255) },
      { code: 'E_INPUT_FORMAT', message: /a\.zip:b: the compressed data of the member is damaged/ },
    ],
    [
      'deflate truncated',
      { name: 'b', content, stored: Buffer.from([0x4a]) },
      { code: 'E_INPUT_TRUNCATED', message: /a\.zip:b: .*truncated/ },
    ],
    [
      'gzip truncated',
      { name: 'b.gz', content: gzipSync(content).subarray(0, 30) },
      { code: 'E_INPUT_TRUNCATED', message: /a\.zip:b\.gz: the gzip data/ },
    ],
    [
      'an archive',
      { name: 'b.zip', content: zipOf([good]) },
      { code: 'E_INPUT_FORMAT', message: /a\.zip:b\.zip: .*ZIP archive inside/ },
    ],
  ];
  for (const [what, entry, expected] of cases) {
    const { sources, error } = await readZip(t, zipOf([good, entry]));
    t.strictSame(sources[0], ['a.zip:a', 'a'], what);
    t.match(error, expected, what);
  }
});

test('an archive that is cut anywhere is an error', async (t) => {
  const whole = zipOf([
    { name: 'a', content: text('aaaa') },
    { name: 'b', content: text('b'), method: 0 },
  ]);
  const path = join(t.testdir({}), 'a.zip');
  for (let length = 4; length < whole.length; length++) {
    writeFileSync(path, whole.subarray(0, length));
    const { sources, error } = await readAll(path);
    t.match(error, { code: /^E_INPUT_(TRUNCATED|FORMAT)$/ }, `${length} bytes`);
    t.strictSame(sources, []);
  }
});

test('who stops early leaves nothing behind', async (t) => {
  const folder = t.testdir({});
  const before = process.env.TMPDIR;
  process.env.TMPDIR = folder;
  t.teardown(() => {
    if (before === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = before;
  });
  const bytes = zipOf([
    { name: 'a', content: text(LONG) },
    { name: 'b', content: text('b') },
  ]);
  const sources = await resolveInputs([{ name: 'a.zip', stream: drip(bytes, 5000) }]);
  for await (const source of eachSource(sources, undefined)) {
    t.equal(source.name, 'a.zip:a');
    if (process.platform === 'linux') {
      t.equal(openFiles().length, 1);
      t.same(readdirSync(folder), [], 'it has no name, which a killed run would leave');
    }
    for await (const chunk of source.open()) {
      t.ok(chunk.length > 0);
      break;
    }
    break;
  }
  t.strictSame(readdirSync(folder), []);
  if (process.platform === 'linux') t.equal(openFiles().length, 0);

  // A stream that never ends, neither as text nor as an archive.
  for (const start of ['{"a":1}\n', bytes.subarray(0, 1000)]) {
    let asked = 0;
    const endless = new Readable({
      read() {
        if (asked++ < 3) this.push(start.length < 600 ? `${start}`.repeat(100) : start);
      },
    });
    const abort = new AbortController();
    setTimeout(() => abort.abort(new Error('enough')), 50);
    const [source] = await resolveInputs([{ name: 'endless', stream: endless }]);
    if (source === undefined) throw new Error('no source');
    await t.rejects(
      (async () => {
        for await (const each of eachSource([source], abort.signal)) {
          for await (const _ of each.open(abort.signal)) t.pass('a chunk');
        }
      })(),
      { message: 'enough' },
    );
    t.ok(endless.destroyed);
  }
  t.strictSame(readdirSync(folder), []);
});

test('a place for the temporary file that cannot be used is told as that', async (t) => {
  const before = process.env.TMPDIR;
  process.env.TMPDIR = '/nowhere/to/be/found';
  t.teardown(() => {
    if (before === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = before;
  });
  const bytes = zipOf([{ name: 'a', content: text('a') }]);
  t.match(await readAll({ name: 'a.zip', stream: drip(bytes, 5000) }), {
    error: {
      code: 'E_INPUT_READ',
      message: /^a\.zip: .* temporary file in \/nowhere\/to\/be\/found: ENOENT/,
      hint: /TMPDIR/,
    },
  });
});
