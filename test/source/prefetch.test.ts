import { appendFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { gzipSync } from 'node:zlib';
import t from 'tap';
import { Prefetch } from '../../lib/source/prefetch.ts';
import { resolveInputs } from '../../lib/source/resolve.ts';
import { eachSource, type Source } from '../../lib/source/source.ts';
import { optionsFor, PREFIX, startS3, useToolCredentials } from '../servers/s3-support.ts';
import { openDescriptors } from '../support/open-files.ts';
import { collect } from './helpers.ts';

useToolCredentials();
const warnings: Error[] = [];
process.on('warning', (warning) => warnings.push(warning));

/** `000.ndjson` … with their own number as text, every third of them compressed. */
function files(folder: string, count: number): string[] {
  return Array.from({ length: count }, (_, i) => {
    const name = String(i).padStart(3, '0');
    const path = join(folder, `${name}.ndjson${i % 3 === 0 ? '.gz' : ''}`);
    writeFileSync(path, i % 3 === 0 ? gzipSync(name) : name);
    return path;
  });
}

async function texts(sources: readonly Source[]): Promise<string[]> {
  const found: string[] = [];
  for await (const source of eachSource(sources, undefined)) {
    const { text, error } = await collect(source.open());
    found.push(error === undefined ? text : `${text} ${(error as { code?: string }).code}`);
    t.equal(source.bytesRead, source.size);
  }
  return found;
}

t.test('small files come in their order', async (t) => {
  const paths = files(t.testdir(), 100);
  const expected = paths.map((_, i) => String(i).padStart(3, '0'));
  t.strictSame(await texts(await resolveInputs(paths)), expected);
});

t.test('what fails is told when it is its turn, behind what came before', async (t) => {
  const folder = t.testdir();
  const paths = files(folder, 12);
  const cut = gzipSync('x'.repeat(100_000)).subarray(0, 60);
  writeFileSync(paths[6] as string, cut);
  const sources = await resolveInputs(paths);
  rmSync(paths[10] as string);
  const seen: string[] = [];
  const reading = async (): Promise<void> => {
    for await (const source of eachSource(sources, undefined)) {
      const { text, error } = await collect(source.open());
      seen.push(`${text.slice(0, 3)}${error ? ` ${(error as { code?: string }).code}` : ''}`);
    }
  };
  await reading();
  t.equal(seen[5], '005');
  t.match(seen[6], /E_INPUT_TRUNCATED$/);
  t.equal(seen[10], ' E_INPUT_NOT_FOUND');
  t.equal(seen[11], '011');
});

t.test(
  'a file that has grown since it was looked at is an error, or as long as it was',
  async (t) => {
    for (const followGrowth of ['off', 'ignore'] as const) {
      const paths = files(t.testdir(), 3);
      const sources = await resolveInputs(paths, {}, { followGrowth });
      appendFileSync(paths[1] as string, 'x'.repeat(20_000_000));
      const found: [string, unknown][] = [];
      for await (const source of eachSource(sources, undefined)) {
        const { text, error } = await collect(source.open());
        found.push([text, (error as { code?: string } | undefined)?.code]);
      }
      const code = followGrowth === 'off' ? 'E_INPUT_CHANGED' : undefined;
      t.strictSame(found, [
        ['000', undefined],
        ['001', code],
        ['002', undefined],
      ]);
    }
  },
);

t.test('whoever stops leaves nothing open', { skip: openDescriptors() === 0 }, async (t) => {
  const paths = files(t.testdir(), 30);
  const sources = await resolveInputs(paths);
  // Too large to be read ahead as a whole: its file stays open until its turn.
  appendFileSync(paths[5] as string, 'x'.repeat(20_000_000));
  const before = openDescriptors();
  for await (const source of eachSource(sources, undefined)) {
    await collect(source.open());
    await setTimeout(50);
    break;
  }
  t.equal(openDescriptors(), before);
});

t.test('many objects of a bucket, each after a round trip', async (t) => {
  const server = await startS3(t);
  const names = Array.from({ length: 60 }, (_, i) => String(i).padStart(3, '0'));
  for (const name of names) {
    server.bucket.put(`${PREFIX}/${name}.gz`, gzipSync(name), {});
  }
  const sources = await resolveInputs(
    [`s3://bucket/${PREFIX}/*.gz`],
    optionsFor(server.endpoint, {}),
  );
  server.hooks = { before: () => setTimeout(20) };
  t.strictSame(await texts(sources), names);
  t.ok(server.mostAtOnce > 8 && server.mostAtOnce <= 17, `${server.mostAtOnce} requests at once`);
  t.equal(server.calls.length, 61);
});

t.test('what was read ahead is not kept once it was taken', async (t) => {
  setFlagsFromString('--expose-gc');
  const collectGarbage = runInNewContext('gc') as () => void;
  const ahead = new Prefetch();
  const given: WeakRef<Uint8Array>[] = [];
  ahead.begin(async function* () {
    const chunk = Buffer.from(new ArrayBuffer(100_000));
    given.push(new WeakRef(chunk));
    yield chunk;
  });
  const taken = await collect(
    ahead.orElse(() => {
      throw new Error('it was begun');
    }),
  );
  t.equal(taken.text.length, 100_000);
  await setTimeout(10);
  collectGarbage();
  t.equal(given[0]?.deref(), undefined);
  await ahead.close();
});

t.test('nobody has warned of listeners or open files', async (t) => {
  await setTimeout(10);
  t.strictSame(warnings, []);
});
