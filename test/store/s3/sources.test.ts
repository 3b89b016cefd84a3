import { gzipSync } from 'node:zlib';
import t from 'tap';
import type { ImportError } from '../../../lib/errors.ts';
import { resolveInputs } from '../../../lib/source/resolve.ts';
import { FaultProxy } from '../../servers/fault-proxy.ts';
import type { S3Server } from '../../servers/s3-server.ts';
import { optionsFor, PREFIX, startS3, useToolCredentials } from '../../servers/s3-support.ts';

useToolCredentials();

const URL_OF = `s3://bucket/${PREFIX}`;

function put(server: S3Server, name: string, bytes: Buffer): void {
  server.bucket.put(`${PREFIX}/${name}`, bytes, {});
}

async function read(inputs: string[], endpoint: string, options = {}): Promise<[string, Buffer][]> {
  const sources = await resolveInputs(inputs, optionsFor(endpoint, options));
  const found: [string, Buffer][] = [];
  for (const source of sources) {
    const chunks: Uint8Array[] = [];
    for await (const chunk of source.open()) chunks.push(chunk);
    t.equal(source.bytesRead, source.size);
    found.push([source.name.slice(URL_OF.length + 1), Buffer.concat(chunks)]);
  }
  return found;
}

/** Text that is different everywhere. */
const LARGE = Buffer.from(Array.from({ length: 2_500_000 }, (_, n) => `${n}\n`).join(''));

t.test('an object by its key; what a pattern matches, by name', async (t) => {
  const server = await startS3(t);
  put(server, '2023/01/01/b.json', Buffer.from('b'));
  put(server, '2023/01/01/a.json.gz', gzipSync('a'));
  put(server, '2023/01/01/deep/c.json', Buffer.from('c'));
  put(server, '2023/01/02/d.json', Buffer.from('d'));
  put(server, 'odd[1]*.json', Buffer.from('odd'));
  put(server, 'empty.json', Buffer.alloc(0));
  const names = async (...inputs: string[]): Promise<string> =>
    (
      await read(
        inputs.map((name) => `${URL_OF}/${name}`),
        server.endpoint,
      )
    )
      .map(([name, bytes]) => `${name}=${bytes}`)
      .join(' ');
  t.equal(await names('2023/01/01/b.json'), '2023/01/01/b.json=b');
  t.equal(await names('2023/01/01/*'), '2023/01/01/a.json.gz=a 2023/01/01/b.json=b');
  t.equal(await names('2023/**/{c,d}.json'), '2023/01/01/deep/c.json=c 2023/01/02/d.json=d');
  t.equal(await names('odd[1]*.json'), 'odd[1]*.json=odd', 'a key that looks like a pattern');
  t.equal(await names('empty.json'), 'empty.json=');
  const listed = server.calls.filter(({ operation }) => operation === 'ListObjectsV2');
  t.ok(listed.length > 0);
  for (const [inputs, code, message] of [
    [['none.json'], 'E_INPUT_NOT_FOUND', /no such object/],
    [['2023/*.csv'], 'E_INPUT_NOT_FOUND', /no object matches/],
    [['empty.json', 'empt*'], 'E_USAGE', /twice/],
  ] as const) {
    await t.rejects(names(...inputs), { code, message });
  }
  await t.rejects(read(['s3://bucket/elsewhere/*'], server.endpoint), {
    code: 'E_INPUT_READ',
    message: /access is denied/,
  });
});

t.test('connections that break again and again: every byte once, in order', async (t) => {
  const server = await startS3(t);
  put(server, 'large', LARGE);
  const proxy = await FaultProxy.start(server.port, (n) =>
    n % 2 === 1 ? { resetAfterDown: 1_000_000 + n * 1000 } : { resetAfterDown: 3_000_001 },
  );
  t.teardown(() => proxy.close());
  const [[, bytes] = []] = await read([`${URL_OF}/large`], proxy.endpoint);
  t.ok(bytes?.equals(LARGE));
  t.ok(proxy.faults >= 5, `${proxy.faults} broken connections`);
  const asked = server.calls.filter(({ operation }) => operation === 'GetObject').length;
  t.ok(asked >= 6 && asked < 60, `${asked} requests`);
});

t.test('a connection that never gives a byte', async (t) => {
  const server = await startS3(t);
  put(server, 'large', LARGE);
  const proxy = await FaultProxy.start(server.port, (n) => (n < 1 ? {} : { resetAfterDown: 0 }));
  t.teardown(() => proxy.close());
  server.hooks = { after: ({ operation }) => (operation === 'GetObject' ? 'lose' : undefined) };
  const error = await read([`${URL_OF}/large`], proxy.endpoint, { retryFor: 500 }).catch((e) => e);
  t.match(error, { code: 'E_INPUT_READ', message: /cannot read .*large: the connection failed/ });
});

t.test('an object that changes or goes while it is read', async (t) => {
  for (const change of ['changed', 'removed'] as const) {
    const server = await startS3(t);
    put(server, 'large', LARGE);
    server.hooks = {
      after: ({ operation }) => {
        if (operation !== 'GetObject') return undefined;
        if (change === 'changed') put(server, 'large', Buffer.from(LARGE).fill('x', 0, 1));
        else server.bucket.objects.delete(`${PREFIX}/large`);
        return undefined;
      },
    };
    const error = await read([`${URL_OF}/large`], server.endpoint).catch((error) => error);
    t.match(error, { code: 'E_INPUT_CHANGED' });
    // Who may not list everything is told of a missing object that access is denied.
    t.match((error as ImportError).message, /was changed or removed/);
  }
});

t.test('reading stops when the run does', async (t) => {
  const server = await startS3(t);
  put(server, 'large', LARGE);
  const [source] = await resolveInputs([`${URL_OF}/large`], optionsFor(server.endpoint));
  const stop = new AbortController();
  const reason = new Error('enough');
  await t.rejects(async () => {
    for await (const _ of source?.open(stop.signal) ?? []) stop.abort(reason);
  }, reason);
});
