// Options that no compiler has checked are refused at once, before anything is read or overwritten.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'tap';
import { type ConvertOptions, convert } from '../../lib/index.ts';
import { inPackage } from '../support/command.ts';
import { tempFolder } from '../support/temp.ts';

const WRONG: readonly [options: object, message: string | RegExp][] = [
  [{ ifExists: 'ignore' }, 'ifExists: expected one of fail, skip, replace, got "ignore"'],
  [{ limits: true }, 'limits: expected one of warn, reject, off, got true'],
  [{ compression: 'lz4' }, 'compression: expected one of snappy, zstd, gzip, none, got "lz4"'],
  [{ to: undefined }, 'to: expected a folder, a URL or a store, got undefined'],
  [{ to: {} }, 'to: expected a folder, a URL or a store, got an object'],
  [{ inputs: 'a.ndjson' }, 'inputs: expected a list of paths, URLs or streams, got "a.ndjson"'],
  [
    { inputs: ['a.ndjson', 5] },
    'inputs[1]: expected a path, a URL, a stream of bytes, { name, stream } or { command: [program, …] }, got 5',
  ],
  [{ memory: -5 }, 'memory: expected a whole number of bytes, at least 1, got -5'],
  [{ threads: -1 }, 'threads: expected a whole number from 0 to 256, got -1'],
  [{ fileSize: 0 }, /^fileSize: expected a whole number of bytes from 1 to .* \(5TiB\), got 0$/],
  [{ rowGroupSize: 'x' }, 'rowGroupSize: expected a whole number of bytes, at least 1, got "x"'],
  [{ nonsense: 1 }, 'nonsense: there is no such option'],
  [{ max_line: 1 }, 'max_line: there is no such option, did you mean maxLine?'],
  [{ dryrun: true }, 'dryrun: there is no such option, did you mean dryRun?'],
  [{ csv: { delimeter: ';' } }, 'csv.delimeter: there is no such option, did you mean delimiter?'],
  [{ store: { partsize: 1 } }, 'store.partsize: there is no such option, did you mean partSize?'],
  [
    { store: { s3: { regoin: 'x' } } },
    'store.s3.regoin: there is no such option, did you mean region?',
  ],
  [
    { compression: 'gzip', compressionLevel: 12 },
    'compressionLevel: expected a whole number from 1 to 9 for gzip, got 12',
  ],
  [
    { compressionLevel: 3 },
    'compressionLevel: expected compression zstd or gzip with it, got snappy, which has no levels',
  ],
  [
    { from: '2023-01-02', until: '2023-01-01' },
    'until: expected a day not before 2023-01-02, got 2023-01-01',
  ],
  [
    { allowEmpty: true, from: '2023-01-02' },
    'allowEmpty: expected both from and until with it, or no days, got one end of them',
  ],
  [{ allowEmpty: true, minEvents: 2 }, 'expected either allowEmpty or minEvents, got both'],
  [{ dedupeMemory: 1 << 20 }, 'dedupeMemory: expected dedupe with it, got none'],
  [{ preset: 'segment', mapping: 'm.json' }, 'expected either mapping or preset, got both'],
  [{ csv: { delimiter: '"' } }, 'expected a delimiter other than the quote, got " for both'],
  [
    { csv: { comment: ';', delimiter: ';' } },
    'expected a comment other than the delimiter and the quote, got ; for both',
  ],
];

test('what JavaScript may give instead of an option', async (t) => {
  const to = join(tempFolder(t), 'out');
  const inputs = [inPackage('samples/events.ndjson')];
  await convert({ inputs, to });
  const before = readdirSync(to, { recursive: true });
  for (const [options, message] of WRONG) {
    const given = { inputs, to, ifExists: 'replace', ...options } as ConvertOptions;
    await t.rejects(
      convert(given),
      { name: 'ImportError', code: 'E_USAGE', message },
      String(message),
    );
  }
  t.strictSame(readdirSync(to, { recursive: true }), before);
});

test('no options at all', async (t) => {
  for (const options of [undefined, null, [], 'a.ndjson']) {
    await t.rejects(convert(options as unknown as ConvertOptions), {
      code: 'E_USAGE',
      message: /^options: expected an object with options, got /,
    });
  }
});

test('an option that is undefined counts as not given', async (t) => {
  const to = join(tempFolder(t), 'out');
  const inputs = [inPackage('samples/events.ndjson')];
  const options = { compression: undefined, maxLine: undefined, csv: undefined, where: undefined };
  const report = await convert({ inputs, to, ...options } as unknown as ConvertOptions);
  t.equal(report.rowsWritten, 200);
});

test('a URL with a password is not repeated', async (t) => {
  const store = { s3: { endpoint: 'https://key:secret@storage.example.com' } };
  const error = await convert({ inputs: ['a'], to: 's3://b', store }).catch((e: Error) => e);
  t.match(error, {
    code: 'E_USAGE',
    message: /^store\.s3\.endpoint: expected a URL without user and password/,
  });
  t.notMatch(String((error as Error).message), /secret/);
});
