import { randomBytes } from 'node:crypto';
import t from 'tap';
import { GcsStore } from '../../../lib/store/gcs/store.ts';
import { openStore } from '../../../lib/store/open.ts';
import type { StoreOptions } from '../../../lib/store/options.ts';
import { GcsServer } from '../../servers/gcs-server.ts';
import { conformance } from '../conformance.ts';

const DAY = 'dt=2023-01-01/';
const PART = `${DAY}000000000000.parquet`;
const KIB = 1 << 10;

t.test('GcsStore conforms', (t) =>
  conformance(t, async (t) => {
    const server = await GcsServer.start(t);
    server.pageSize = 3;
    server.copyStep = 5_000_000;
    return storeOn(server, { timeout: 5000 });
  }),
);

t.test('GcsStore conforms at the root of a bucket', (t) =>
  conformance(t, async (t) => {
    const { endpoint } = await GcsServer.start(t);
    return openStore('gcs://bucket', { gcs: { endpoint } });
  }),
);

function storeOn(server: GcsServer, options: StoreOptions = {}): GcsStore {
  const location = { url: 'gs://bucket/a/b', scheme: 'gs', bucket: 'bucket', key: 'a/b' };
  return new GcsStore(location, { gcs: { endpoint: server.endpoint }, ...options });
}

t.test('large objects go in chunks, small ones in one request', async (t) => {
  const server = await GcsServer.start(t);
  const store = storeOn(server, { partSize: 512 * KIB });
  const bytes = randomBytes(1700 * KIB + 13);
  const writer = await store.create(PART);
  // Row groups of all sizes, over and under a unit.
  for (const [from, to] of [
    [0, 1],
    [1, 1000],
    [1000, 900 * KIB],
    [900 * KIB, bytes.length],
  ]) {
    await writer.write(bytes.subarray(from, to));
  }
  const info = await writer.close();
  const stored = server.bucket.objects.get(`a/b/${PART}`);
  t.ok(stored?.bytes.equals(bytes));
  t.same(info, { name: PART, size: bytes.length, version: stored?.generation });
  const chunks = server.requests.filter(({ operation }) => operation === 'chunk');
  t.same(
    chunks.map(({ range }) => range),
    [
      'bytes 0-524287/*',
      'bytes 524288-786431/*',
      'bytes 786432-1310719/*',
      'bytes 1310720-1572863/*',
      `bytes 1572864-${bytes.length - 1}/${bytes.length}`,
    ],
  );
  await store.put(`${DAY}_SUCCESS`, new Uint8Array(0));
  t.equal(server.requests.at(-1)?.operation, 'whole');
  t.equal(server.bucket.objects.size, 2);
});

t.test('an object that ends with a unit, and one of a single byte', async (t) => {
  const server = await GcsServer.start(t);
  const store = storeOn(server);
  for (const size of [1, 256 * KIB - 1, 256 * KIB, 256 * KIB + 1, 512 * KIB]) {
    const bytes = randomBytes(size);
    const writer = await store.create(PART);
    await writer.write(Buffer.from(bytes));
    t.equal((await writer.close()).size, size);
    t.ok(server.bucket.objects.get(`a/b/${PART}`)?.bytes.equals(bytes), `${size} bytes`);
  }
});

t.test('an emulator that the environment names, and an option wins over', async (t) => {
  const server = await GcsServer.start(t);
  const { host } = new URL(server.endpoint);
  t.teardown(() => {
    delete process.env.STORAGE_EMULATOR_HOST;
  });
  for (const address of [host, server.endpoint, `${server.endpoint}/`]) {
    process.env.STORAGE_EMULATOR_HOST = address;
    const store = openStore('gs://bucket/a');
    await (await store.create(`${DAY}_SUCCESS`)).close();
    t.same(
      (await store.list(DAY)).map(({ name }) => name),
      [`${DAY}_SUCCESS`],
      address,
    );
  }
  process.env.STORAGE_EMULATOR_HOST = 'localhost:1';
  t.equal((await storeOn(server).list('')).length, 0, 'of another prefix, at the endpoint');
  process.env.STORAGE_EMULATOR_HOST = 'localhost:x';
  await t.rejects(openStore('gs://bucket/a').list(''), {
    code: 'E_USAGE',
    message: 'STORAGE_EMULATOR_HOST: expected a URL or host:port, got localhost:x',
  });
});
