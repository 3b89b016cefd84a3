// The same job gives the same result with and without worker threads.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { setTimeout } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import t, { type Test } from 'tap';
import { convert } from '../../lib/convert.ts';
import { ImportError } from '../../lib/errors.ts';
import type { ConvertOptions } from '../../lib/options/options.ts';
import type { RejectRecord } from '../../lib/report.ts';
import { chunked, sampleEvents } from '../support/big-source.ts';
import { openDescriptors } from '../support/open-files.ts';
import { days } from '../support/read-parquet.ts';
import { tempFolder } from '../support/temp.ts';
import { counts, fingerprint, type Outcome } from './outcome.ts';

async function run(
  t: Test,
  threads: number,
  options: Partial<ConvertOptions> = {},
): Promise<Outcome> {
  const folder = tempFolder(t);
  const rejects: RejectRecord[] = [];
  const report = await convert({
    inputs: [
      { name: 'first', stream: chunked(sampleEvents(20_000), 700_001) },
      { name: 'second', stream: chunked(sampleEvents(8_000), 65_536) },
    ],
    to: folder,
    threads,
    maxRejects: '50%',
    onReject: (reject) => void rejects.push(reject),
    ...options,
  });
  return { folder, report, rejects };
}

function files(folder: string): Map<string, Buffer> {
  const found = new Map<string, Buffer>();
  for (const day of days(folder)) {
    for (const name of readdirSync(join(folder, `dt=${day}`))) {
      found.set(`${day}/${name}`, readFileSync(join(folder, `dt=${day}`, name)));
    }
  }
  return found;
}

t.test('lines behind one that is too long keep their numbers, wherever blocks end', async (t) => {
  const maxLine = 100_000;
  const filler = 'x'.repeat(90_000);
  // Lines that are too long by a little, by more than a batch, and by more than a chunk of a block.
  for (const size of [maxLine + 1, 300_000, 3_000_000]) {
    const lines = Array.from({ length: 200 }, (_, i) =>
      i % 50 === 20 ? 'x'.repeat(size) : `{"line":${i + 1},"filler":"${filler}"}`,
    );
    const stream = (): Readable => Readable.from([Buffer.from(`${lines.join('\n')}\n`)]);
    for (const threads of [0, 2]) {
      const inputs = [{ name: 'lines', stream: stream() }];
      const { rejects } = await run(t, threads, { inputs, maxLine, maxRejects: '100%' });
      const places = rejects.map(({ line, raw }) => [line, /"line":(\d+)/.exec(raw)?.[1]]);
      const expected = lines.map((_, i) => [i + 1, i % 50 === 20 ? undefined : String(i + 1)]);
      t.strictSame(places, expected, `${size} bytes, ${threads} threads`);
    }
  }
});

t.test('threads change neither rows nor rejects', async (t) => {
  const [inline, one, two] = [await run(t, 0), await run(t, 1), await run(t, 2)];
  t.ok(inline.rejects.length > 100, 'there are rejects');
  for (const other of [one, two]) {
    t.strictSame(other.rejects, inline.rejects);
    t.strictSame(await fingerprint(other.folder), await fingerprint(inline.folder));
    t.strictSame(counts(other.report), counts(inline.report));
  }
});

t.test(
  'files that the threads read themselves give what streams give, and are closed',
  async (t) => {
    const folder = tempFolder(t);
    const paths = ['first', 'empty', 'second'].map((name) => join(folder, `${name}.ndjson`));
    const [first, empty, second] = paths as [string, string, string];
    writeFileSync(first, sampleEvents(20_000));
    writeFileSync(empty, '');
    writeFileSync(second, sampleEvents(8_000));
    const streams = await run(t, 2);
    const openBefore = openDescriptors();
    const files = await run(t, 2, { inputs: paths });
    t.equal(openDescriptors(), openBefore);
    t.strictSame(await fingerprint(files.folder), await fingerprint(streams.folder));
    const places = (rejects: RejectRecord[]): unknown[] =>
      rejects.map(({ source, line, offset, code }) => [
        source.replace(/^.*\/|\.ndjson$/g, ''),
        line,
        offset,
        code,
      ]);
    t.strictSame(places(files.rejects), places(streams.rejects));
    t.equal(files.report.bytesIn, streams.report.bytesIn);
  },
);

t.test('a failure closes files that threads read', async (t) => {
  const path = join(tempFolder(t), 'events.ndjson');
  writeFileSync(path, sampleEvents(20_000));
  const openBefore = openDescriptors();
  await t.rejects(run(t, 2, { inputs: [path], compression: 'lz4' as 'snappy' }), ImportError);
  t.equal(openDescriptors(), openBefore);
});

t.test('the same number of threads gives the same bytes', async (t) => {
  const [a, b] = [
    await run(t, 2, { rowGroupSize: 1 << 20 }),
    await run(t, 2, { rowGroupSize: 1 << 20 }),
  ];
  const [first, second] = [files(a.folder), files(b.folder)];
  t.strictSame([...first.keys()], [...second.keys()]);
  for (const [name, bytes] of first) t.ok(second.get(name)?.equals(bytes), name);
});

for (const format of ['ndjson', 'json'] as const) {
  t.test(`${format} gives the same bytes in whatever pieces it comes`, async (t) => {
    const lines = sampleEvents(24_000)
      .toString()
      .split('\n')
      .filter((_, n) => n % 50 !== 49);
    const text = format === 'json' ? `[${lines.join(',\n')}]` : lines.join('\n');
    for (const threads of [0, 1, 2]) {
      const [first, ...others] = await Promise.all(
        [65_536, 50_001, 1_500_000].map(async (size) => {
          const stream = chunked(Buffer.from(text), size);
          const inputs = [{ name: 'events', stream }];
          return files((await run(t, threads, { inputs, format, rowGroupSize: 1 << 18 })).folder);
        }),
      );
      for (const other of others) t.ok(isDeepStrictEqual(other, first), `${threads} threads`);
    }
  });
}

t.test('garbage in great amounts comes out as rejects, in order', async (t) => {
  const garbage = Buffer.from('x\n'.repeat(60_000));
  const rejects: number[] = [];
  const report = await convert({
    inputs: [{ name: 'garbage', stream: chunked(garbage, 10_000) }],
    to: tempFolder(t),
    threads: 2,
    onReject: async ({ line }) => void rejects.push(line),
  });
  t.equal(report.status, 'rejected');
  t.equal(report.rowsRejected, 60_000);
  t.ok(rejects.every((line, index) => line === index + 1));
});

t.test('a failure inside a worker is told as itself, and commits nothing', async (t) => {
  const folder = tempFolder(t);
  const attempt = run(t, 2, { to: folder, compression: 'lz4' as 'snappy' });
  await t.rejects(attempt, ImportError);
  t.strictSame(files(folder), new Map());
});

t.test('an aborted run ends its workers', async (t) => {
  const folder = tempFolder(t);
  const controller = new AbortController();
  const attempt = run(t, 2, {
    to: folder,
    signal: controller.signal,
    onReject: () => controller.abort(),
  });
  await t.rejects(attempt, { code: 'E_ABORTED' });
  t.notOk([...files(folder).keys()].some((name) => name.endsWith('_SUCCESS')));
});

t.test('onReject that fails ends the run', async (t) => {
  const attempt = run(t, 2, {
    onReject: () => {
      throw new ImportError('E_STORE_WRITE', 'the disk is full');
    },
  });
  await t.rejects(attempt, { code: 'E_STORE_WRITE', message: 'the disk is full' });
});

t.test('a worker that ends between two blocks ends the run', async (t) => {
  const folder = tempFolder(t);
  const transform = join(folder, 'exits.mjs');
  const gone = join(folder, 'gone');
  writeFileSync(
    transform,
    `import { writeFileSync } from 'node:fs';
    const exit = () => {
      writeFileSync(${JSON.stringify(gone)}, '');
      process.exit(7);
    };
    export default (event) => {
      setImmediate(exit);
      return event;
    };`,
  );
  const bytes = sampleEvents(8000);
  async function* untilGone(): AsyncGenerator<Buffer> {
    yield bytes;
    while (!existsSync(gone)) await setTimeout(5);
    yield Buffer.from('\n');
    yield bytes;
  }
  const attempt = run(t, 1, {
    inputs: [{ name: 'slow', stream: Readable.from(untilGone(), { objectMode: true }) }],
    transform,
    to: join(folder, 'out'),
  });
  await t.rejects(attempt, { code: 'E_INTERNAL', message: /worker thread crashed/ });
  t.strictSame(files(join(folder, 'out')), new Map());
});
