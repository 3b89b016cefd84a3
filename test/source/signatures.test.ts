import { gzipSync } from 'node:zlib';
import { test } from 'tap';
import { readBytes } from './helpers.ts';

const bytes = (hex: string): Buffer =>
  Buffer.concat([Buffer.from(hex, 'hex'), Buffer.alloc(600, ' ')]);

test('text passes as it is', async (t) => {
  const texts = ['', '\n', '{', '{"a":1}', '\ufeff{"a":1}\n', 'PK', 'BZh9 is no bzip2', '(', 'P*M'];
  for (const text of [...texts, 'x'.repeat(2000)]) {
    for (const size of [1, 2, 5000]) {
      t.strictSame(await readBytes(Buffer.from(text), size), { text, error: undefined });
    }
  }
});

test('other formats are named, with a way out', async (t) => {
  const tar = Buffer.alloc(1024);
  tar.write('ustar', 257, 'latin1');
  const known: [string, Buffer, RegExp][] = [
    ['UTF-16', Buffer.from('\ufeff{"a":1}', 'utf16le'), /iconv -f UTF-16 -t UTF-8 some\.input/],
    ['UTF-16', Buffer.from('\ufeff{"a":1}', 'utf16le').swap16(), /iconv/],
    ['UTF-32', bytes('fffe0000'), /iconv -f UTF-32/],
    ['bzip2', bytes('425a6839314159265359'), /bzip2 -dc/],
    ['xz', bytes('fd377a585a00'), /xz -dc/],
    ['lz4', bytes('04224d18'), /lz4 -dc/],
    ['Snappy', bytes('ff060000734e61507059'), /snzip/],
    ['Parquet', bytes('50415231'), /DuckDB/],
    ['Avro', bytes('4f626a01'), /avro-tools/],
    ['ORC', bytes('4f5243'), /orc-contents/],
    ['SQLite', bytes('53514c69746520666f726d6174203300'), /sqlite_scan/],
    ['tar', tar, /tar -xOf/],
  ];
  for (const [what, stored, hint] of known) {
    for (const size of [1, stored.length]) {
      const { text, error } = await readBytes(stored, size);
      t.equal(text, '');
      t.match(error, { code: 'E_INPUT_FORMAT', message: what, hint }, what);
    }
    const inside = await readBytes(gzipSync(stored));
    t.match(
      inside.error,
      {
        code: 'E_INPUT_FORMAT',
        message: /inside gzip$/,
        hint:
          what === 'tar'
            ? /-xOf some/
            : /^Decompress it first: gzip -dc some\.input > FILE\. .*FILE/,
      },
      `${what} inside gzip`,
    );
  }
});

test('a ZIP archive inside gzip is not looked into', async (t) => {
  for (const magic of ['504b0304', '504b0506', '504b0708']) {
    const { text, error } = await readBytes(gzipSync(bytes(magic)));
    t.equal(text, '');
    t.match(error, {
      code: 'E_INPUT_FORMAT',
      message: /ZIP archive inside/,
      hint: /Unpack it once/,
    });
  }
});
