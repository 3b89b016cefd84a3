import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import t, { type Test } from 'tap';
import { storeOptions } from '../../../bin/store-options.ts';
import { convert } from '../../../lib/convert.ts';
import { resolveInputs } from '../../../lib/source/resolve.ts';
import type { Source } from '../../../lib/source/source.ts';
import type { StoreOptions } from '../../../lib/store/options.ts';
import { type Fault, GcsServer } from '../../servers/gcs-server.ts';
import { collect } from '../../source/helpers.ts';
import { tempFolder } from '../../support/temp.ts';

const KIB = 1 << 10;

async function serve(t: Test, objects: Record<string, string | Buffer>): Promise<GcsServer> {
  const server = await GcsServer.start(t);
  for (const [name, content] of Object.entries(objects)) put(server, name, content);
  server.pageSize = 2;
  return server;
}

function put(server: GcsServer, name: string, content: string | Buffer): void {
  server.bucket.create(name, Buffer.from(content), {}, null);
}

function open(server: GcsServer, inputs: string[], options: StoreOptions = {}): Promise<Source[]> {
  return resolveInputs(inputs, { gcs: { endpoint: server.endpoint }, timeout: 3000, ...options });
}

async function one(server: GcsServer, name: string, options?: StoreOptions): Promise<Source> {
  const [source] = await open(server, [`gs://bucket/${name}`], options);
  if (source === undefined) throw new Error('no source');
  return source;
}

/** Text of some length that tells where it is cut. */
function numbers(length: number): string {
  let text = '';
  for (let n = 0; text.length < length; n++) text += `${n}\n`;
  return text.slice(0, length);
}

t.test('objects and patterns', async (t) => {
  const server = await serve(t, {
    'logs/2023/01/01/b.json': 'b',
    'logs/2023/01/01/a.json': 'a',
    'logs/2023/01/01/c.txt': 'c',
    'logs/2023/01/01/sub/d.json': 'd',
    'logs/2023/01/01/': '',
    'logs/2023/01/02/e.json': 'e',
    'logs/한글 + %41?.json': 'k',
    other: 'o',
  });
  const namesOf = async (...inputs: string[]): Promise<string[]> =>
    (await open(server, inputs)).map(({ name }) => name.replace('gs://bucket/', ''));
  t.same(await namesOf('gs://bucket/logs/2023/01/01/*.json', 'GCS://bucket/other'), [
    'logs/2023/01/01/a.json',
    'logs/2023/01/01/b.json',
    'other',
  ]);
  t.same(await namesOf('gs://bucket/logs/2023/**/{a,d,e}.json'), [
    'logs/2023/01/01/a.json',
    'logs/2023/01/01/sub/d.json',
    'logs/2023/01/02/e.json',
  ]);
  t.equal((await namesOf('gs://bucket/**')).length, 7);
  const lists = server.requests.filter(({ operation }) => operation === 'list');
  t.same([...new Set(lists.map(({ name }) => name))], ['logs/2023/01/01/', 'logs/2023/', '']);
  const [odd] = await open(server, ['gs://bucket/logs/한글*']);
  t.equal(odd?.name, 'gs://bucket/logs/한글 + %41?.json');
  t.equal(odd?.size, 1);
  t.same(await collect((odd as Source).open()), { text: 'k', error: undefined });
  await t.rejects(open(server, ['gs://bucket/other', 'gs://bucket/o*']), { code: 'E_USAGE' });
});

t.test('compressed objects, also with Content-Encoding', async (t) => {
  const text = numbers(300 * KIB);
  const server = await serve(t, { 'a.gz': gzipSync(text), b: gzipSync(text) });
  const encoded = server.bucket.objects.get('b');
  if (encoded !== undefined) encoded.contentEncoding = 'gzip';
  for (const name of ['a.gz', 'b']) {
    const source = await one(server, name);
    t.ok((await collect(source.open())).text === text, name);
    t.equal(source.bytesRead, source.size);
  }
});

t.test('an empty object', async (t) => {
  const source = await one(await serve(t, { a: '' }), 'a');
  t.same(await collect(source.open()), { text: '', error: undefined });
});

const BROKEN: Record<string, Fault> = {
  'status 503': { status: 503 },
  'connection reset': { resetAt: 0 },
  'answer cut off': { cutAnswerAt: 150 * KIB },
  'nothing of the answer': { cutAnswerAt: 0 },
  'a stall': 'stall',
};

for (const [what, fault] of Object.entries(BROKEN)) {
  t.test(`${what}: the rest is asked for`, async (t) => {
    const text = numbers(700 * KIB);
    const server = await serve(t, { a: text });
    server.fault = ({ operation, count }) =>
      operation === 'media' && count < 3 ? fault : undefined;
    const source = await one(server, 'a', { timeout: 300 });
    const { text: read, error } = await collect(source.open());
    t.equal(error, undefined);
    t.ok(read === text, 'every byte once, in order');
    const asked = server.requests.filter(({ operation }) => operation === 'media');
    t.equal(asked.length, 4);
    // What has come is not asked for again.
    const firsts = asked.map(({ range }) => Number(/^bytes=(\d+)-$/.exec(range ?? '')?.[1]));
    t.same(
      firsts,
      [...firsts].sort((a, b) => a - b),
    );
    if (what === 'answer cut off') t.ok((firsts[3] ?? 0) > 100 * KIB, `resumed at ${firsts}`);
  });
}

t.test('an object that changes or goes while it is read', async (t) => {
  for (const change of ['overwritten', 'deleted'] as const) {
    const server = await serve(t, { a: numbers(700 * KIB) });
    server.fault = ({ operation, count }) =>
      operation === 'media' && count === 0 ? { cutAnswerAt: 200 * KIB } : undefined;
    const source = await one(server, 'a');
    const chunks = source.open()[Symbol.asyncIterator]();
    await chunks.next();
    if (change === 'overwritten') put(server, 'a', numbers(700 * KIB).replaceAll('1', '2'));
    else server.bucket.objects.delete('a');
    const rest = collect({ [Symbol.asyncIterator]: () => chunks });
    t.match((await rest).error, {
      code: 'E_INPUT_CHANGED',
      message: /gs:\/\/bucket\/a was changed or removed while it was read, after \d+ bytes/,
    });
  }
});

t.test('damage on the way is found', async (t) => {
  const server = await serve(t, { a: numbers(300 * KIB) });
  const source = await one(server, 'a');
  const object = server.bucket.objects.get('a');
  if (object !== undefined) object.bytes[1000] = 0x21;
  t.match((await collect(source.open())).error, { code: 'E_INPUT_READ', message: /CRC32C/ });
});

t.test('what cannot be read says why', async (t) => {
  const server = await serve(t, { a: 'a' });
  await t.rejects(open(server, ['gs://bucket']), { code: 'E_USAGE', hint: /pattern/ });
  await t.rejects(open(server, ['gs://bucket/nothing']), {
    code: 'E_INPUT_NOT_FOUND',
    message: /cannot read gs:\/\/bucket\/nothing: there is no such object/,
  });
  await t.rejects(open(server, ['gs://bucket/nothing*']), {
    code: 'E_INPUT_NOT_FOUND',
    message: /no object matches/,
  });
  await t.rejects(open(server, ['gs://other-bucket/a*']), {
    code: 'E_INPUT_NOT_FOUND',
    message: /no such bucket as other-bucket/,
  });
  server.granted.delete('storage.objects.list');
  await t.rejects(open(server, ['gs://bucket/a*']), {
    code: 'E_INPUT_READ',
    message: /storage\.objects\.list is missing/,
  });
  server.granted.delete('storage.objects.get');
  await t.rejects(open(server, ['gs://bucket/a']), {
    code: 'E_INPUT_READ',
    message: /storage\.objects\.get is missing/,
  });
  server.fault = () => ({ status: 503 });
  await t.rejects(open(server, ['gs://bucket/a'], { retryFor: 200 }), {
    code: 'E_INPUT_READ',
    message: /answered 503/,
  });
});

t.test('an aborted run ends at once', async (t) => {
  const server = await serve(t, { a: randomBytes(100 * KIB) });
  const source = await one(server, 'a', { timeout: 60_000 });
  server.fault = () => 'stall';
  const stop = new AbortController();
  const reading = collect(source.open(stop.signal));
  setTimeout(() => stop.abort(new Error('stop')), 50);
  t.match((await reading).error, { message: 'stop' });
});

t.test('from one bucket into another, byte for byte what goes to a folder', async (t) => {
  const server = await serve(t, {
    'in/1.ndjson.gz': readFileSync('samples/wikipedia.ndjson.gz'),
  });
  const folder = tempFolder(t);
  const common = { mapping: 'samples/wikipedia.mapping.json' } as const;
  await convert({ ...common, inputs: ['samples/wikipedia.ndjson.gz'], to: folder });
  const report = await convert({
    ...common,
    inputs: ['gs://bucket/in/*.gz'],
    to: 'gs://bucket/out',
    store: { gcs: { endpoint: server.endpoint } },
  });
  t.match(report, { status: 'committed', rowsWritten: 2000 });
  const name = 'dt=2015-09-12/000000000000.parquet';
  const uploaded = server.bucket.objects.get(`out/${name}`)?.bytes;
  t.ok(uploaded?.equals(readFileSync(`${folder}/${name}`)));
  t.equal(server.bucket.objects.get('out/dt=2015-09-12/_SUCCESS')?.bytes.length, 0);
  t.equal(server.bucket.objects.size, 3);
});

t.test('--endpoint is the server of the cloud written to', async (t) => {
  const server = await serve(t, { a: 'a' });
  const input = 'gcs://bucket/a';
  const resolve = (to: string, keyFile?: string): Promise<Source[]> => {
    const { endpoint } = server;
    const flags = {
      store: { s3: { endpoint }, gcs: { endpoint, ...(keyFile !== undefined && { keyFile }) } },
    };
    return resolveInputs([input], { ...storeOptions(flags, to, [input]), retryFor: 300 });
  };
  for (const to of ['', 'out', 'gs://bucket/out', 'GCS://bucket/out']) {
    t.equal((await resolve(to)).length, 1, to);
  }
  // The input is then Google's own, for which there are no credentials.
  await t.rejects(resolve('s3://bucket/out', `${t.testdir()}/none.json`), {
    code: 'E_USAGE',
    message: /none\.json/,
  });
  t.equal(server.requests.length, 4);
});
