// Which runs give byte-identical files, as README says it, and which do not.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { gzipSync } from 'node:zlib';
import t, { type Test } from 'tap';
import { convert } from '../../lib/convert.ts';
import type { Input } from '../../lib/options/options.ts';
import { chunked } from '../support/big-source.ts';
import { eventsOfDays } from '../support/events.ts';
import { filesIn } from '../support/folders.ts';
import { readOutput } from '../support/read-parquet.ts';
import { tempFolder } from '../support/temp.ts';

const EVENTS = Buffer.from(eventsOfDays(24_000, 2, 100));
const THREADS = [0, 1, 2];

interface Ran {
  folder: string;
  /** Path → hash. */
  files: Record<string, string>;
}

async function run(t: Test, threads: number, inputs: Input[]): Promise<Ran> {
  const folder = tempFolder(t);
  await convert({ inputs, to: folder, threads, rowGroupSize: 1 << 20 });
  return { folder, files: filesIn(folder) };
}

/** The ids of the rows of each day, in their order. */
async function ids(folder: string): Promise<[string, string[]][]> {
  const days = await readOutput(folder);
  return [...days].map(([day, rows]) => [day, rows.map(({ insert_id }) => String(insert_id))]);
}

/** An input as a file, a stream in large and in small pieces, and compressed. */
function forms(t: Test): Record<string, () => Input> {
  const folder = tempFolder(t);
  const [plain, gzip] = [join(folder, 'events.ndjson'), join(folder, 'events.ndjson.gz')];
  writeFileSync(plain, EVENTS);
  writeFileSync(gzip, gzipSync(EVENTS));
  const stream = (size: number) => (): Input => ({
    name: 'events',
    stream: chunked(Buffer.from(EVENTS), size),
  });
  return {
    file: () => plain,
    'large pieces': stream(1 << 20),
    'small pieces': stream(7777),
    gzip: () => gzip,
  };
}

t.test('the same input and number of threads give the same bytes', async (t) => {
  const { file, gzip, ...pieces } = forms(t);
  for (const threads of [0, 2]) {
    const read = async (input: (() => Input) | undefined): Promise<Ran['files']> =>
      (await run(t, threads, [input?.() as Input])).files;
    const fromFile = await read(file);
    t.equal(Object.keys(fromFile).length, 4, 'a file and _SUCCESS of two days');
    t.strictSame(await read(file), fromFile, `a file again, ${threads} threads`);
    const fromGzip = await read(gzip);
    for (const [name, input] of Object.entries(pieces)) {
      t.strictSame(await read(input), fromGzip, `${name} and gzip, ${threads} threads`);
    }
    if (threads === 0) t.strictSame(fromGzip, fromFile, 'a file is read as a stream is');
  }
});

t.test(
  'another number of threads gives other bytes, and the same events of each day',
  async (t) => {
    const { file } = forms(t);
    const runs: Ran[] = [];
    for (const threads of THREADS) runs.push(await run(t, threads, [file?.() as Input]));
    const [none, one, two] = await Promise.all(runs.map(({ folder }) => ids(folder)));
    t.notOk(isDeepStrictEqual(runs[0]?.files, runs[2]?.files), 'bytes');
    t.strictSame(one, none, 'one thread keeps the order of the input');
    t.notOk(isDeepStrictEqual(two, none), 'two threads do not');
    const sorted = (days: [string, string[]][] | undefined): unknown =>
      days?.map(([day, rows]) => [day, [...rows].sort()]);
    t.strictSame(sorted(two), sorted(none));
  },
);
