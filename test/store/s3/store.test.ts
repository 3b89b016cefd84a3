import { existsSync } from 'node:fs';
import t, { type Test } from 'tap';
import { openStore } from '../../../lib/store/open.ts';
import { makeS3Clients } from '../../../lib/store/s3/client.ts';
import { openS3Store, S3Store } from '../../../lib/store/s3/store.ts';
import { S3Fault } from '../../servers/s3-fault.ts';
import {
  contentsOf,
  openAt,
  optionsFor,
  PREFIX,
  startS3,
  TOOL_KEY,
  urlOf,
  useToolCredentials,
} from '../../servers/s3-support.ts';
import { openFiles } from '../../support/open-files.ts';
import { conformance } from '../conformance.ts';

useToolCredentials();

const PART = 'dt=2023-01-01/000000000000.parquet';
const MIB = 1 << 20;

t.test('S3Store conforms, with no more than the vendor’s policy', (t) =>
  conformance(t, async (t) => openAt(await startS3(t))),
);
t.test('S3Store conforms on a server like Ceph', (t) =>
  conformance(t, async (t) =>
    openAt(await startS3(t, { emptyCompleteEtag: true, conditions: 'ignored', pageSize: 2 })),
  ),
);

t.test('S3Store conforms where it copies in parts', (t) =>
  conformance(t, async (t) => {
    const server = await startS3(t, { largestCopy: 5 * MIB });
    const options = optionsFor(server.endpoint);
    return new S3Store(urlOf(server), options, await makeS3Clients(options), [], 5 * MIB);
  }),
);

/** Bytes that differ from part to part. */
function pattern(size: number): Buffer {
  const bytes = Buffer.alloc(size);
  for (let at = 0; at + 4 <= size; at += 4)
    bytes.writeUInt32LE(Math.imul(at, 2654435761) >>> 0, at);
  return bytes;
}

t.test('sizes around those of parts, in writes of any size', async (t) => {
  const server = await startS3(t);
  const store = await openAt(server);
  for (const size of [5 * MIB - 1, 5 * MIB, 5 * MIB + 1, 10 * MIB, 10 * MIB + 1, 11 * MIB]) {
    for (const chunk of [size, 3 * MIB - 7]) {
      const bytes = pattern(size);
      const writer = await store.create(PART);
      for (let at = 0; at < size; at += chunk) {
        await writer.write(Buffer.from(bytes.subarray(at, at + chunk)));
      }
      t.equal((await writer.close()).size, size);
      const stored = server.bucket.objects.get(`${PREFIX}/${PART}`)?.bytes;
      t.ok(stored?.equals(bytes), `${size} bytes, ${chunk} at once`);
    }
  }
  t.equal(server.bucket.uploads.size, 0);
});

const noProc = existsSync('/proc/self/fd') ? false : 'needs /proc';

t.test('what is less than a part waits in memory, then on disk', { skip: noProc }, async (t) => {
  const server = await startS3(t);
  const store = await openAt(server);
  const names = Array.from({ length: 12 }, (_, n) => `dt=2023-01-${10 + n}/000000000000.parquet`);
  const writers = await Promise.all(names.map((name) => store.create(name)));
  const pieces = names.map((_, n) => pattern(700_000 + n));
  for (let round = 0; round < 4; round++) {
    for (const [n, writer] of writers.entries()) {
      await writer.write(Buffer.from(pieces[n] as Buffer));
    }
  }
  // 12 × 2.8 MB is more than the memory for it; one file takes the rest.
  t.equal(openFiles().length, 1);
  t.equal(server.calls.length, 0);
  await Promise.all(writers.map((writer) => writer.close()));
  for (const [n, name] of names.entries()) {
    const whole = Buffer.concat(Array<Buffer>(4).fill(pieces[n] as Buffer));
    t.ok(server.bucket.objects.get(`${PREFIX}/${name}`)?.bytes.equals(whole), name);
  }
  await store.release();
  t.equal(openFiles().length, 0, 'it is closed, and had no name');
});

t.test('a slow store slows the writer down', async (t) => {
  const server = await startS3(t);
  let go = (): void => {};
  const gate = new Promise<void>((resolve) => {
    go = resolve;
  });
  server.hooks = { before: ({ operation }) => (operation === 'UploadPart' ? gate : undefined) };
  const store = await openAt(server);
  const writer = await store.create(PART);
  let written = 0;
  const writing = (async () => {
    for (; written < 20; written++) await writer.write(pattern(5 * MIB));
  })();
  const deadline = Date.now() + 10_000;
  while (server.mostAtOnce < 4 && Date.now() < deadline) await pause(20);
  await pause(500);
  t.ok(written <= 8, `${written} parts were taken while none could be sent`);
  go();
  await writing;
  t.equal((await writer.close()).size, 100 * MIB);
});

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

t.test('another run’s object of the same name is not taken for one’s own', async (t) => {
  const server = await startS3(t);
  const [first, second] = [await openAt(server), await openAt(server)];
  const write = async (store: typeof first): Promise<unknown> => {
    const writer = await store.create(PART);
    await writer.write(Buffer.from('the same bytes'));
    return writer.close();
  };
  let nested = false;
  server.hooks = {
    after: async ({ operation }) => {
      if (operation === 'PutObject' && !nested) {
        nested = true;
        await write(second);
      }
      return undefined;
    },
  };
  await t.rejects(write(first), { code: 'E_STORE_CONFLICT' });
});

t.test('what another run removes at once is a conflict, not a missing right', async (t) => {
  const server = await startS3(t);
  server.hooks = {
    before: ({ operation }) => {
      if (operation === 'HeadObject') server.bucket.objects.clear();
    },
  };
  await t.rejects((await openAt(server)).put(PART, Buffer.from('x')), {
    code: 'E_STORE_CONFLICT',
  });
});

t.test('two puts at once: one wins', async (t) => {
  const server = await startS3(t);
  const stores = await Promise.all(Array.from({ length: 5 }, () => openAt(server)));
  const ends = await Promise.allSettled(stores.map((store) => store.put(PART, Buffer.from('x'))));
  t.equal(ends.filter(({ status }) => status === 'fulfilled').length, 1);
  for (const end of ends) {
    if (end.status === 'rejected') t.match(end.reason, { code: 'E_STORE_CONFLICT' });
  }
});

t.test('names with every kind of character', async (t) => {
  const server = await startS3(t);
  const store = await openAt(server);
  for (const name of ['a b+c&d=e/ü한%41?#.parquet', "it's (1)!*~.parquet", '<x>"y".parquet']) {
    const info = await store.put(name, Buffer.from(name));
    t.same(await store.list(name), [info]);
    t.equal(contentsOf(server)[name], Buffer.from(name).toString('latin1'));
    await store.remove(name);
  }
  t.equal(server.bucket.objects.size, 0);
});

t.test('a clock that is an hour behind the server’s', async (t) => {
  const server = await startS3(t, { clockAhead: 3_600_000 });
  const store = await openAt(server);
  t.equal((await store.put(PART, Buffer.from('x'))).size, 1);
  // The first request tells the time, the second one uses it, and so do all that follow.
  const before = server.calls.length;
  await store.list('');
  t.equal(server.calls.length - before, 1);
});

t.test('a bucket without a prefix', async (t) => {
  const server = await startS3(t, {}, () => true);
  const store = await openS3Store('s3://bucket', { s3: { endpoint: server.endpoint } });
  await store.put(PART, Buffer.from('x'));
  t.same([...server.bucket.objects.keys()], [PART]);
  t.equal((await store.list('')).length, 1);
});

async function refusal(t: Test, code: string, status = 403): Promise<unknown> {
  const server = await startS3(t);
  server.hooks = {
    before: () => {
      throw new S3Fault(status, code, 'no');
    },
  };
  const before = Date.now();
  const error = await (await openAt(server)).list('').catch((error: unknown) => error);
  t.ok(Date.now() - before < 10_000 && server.calls.length <= 2, `${code} is not tried for long`);
  return error;
}

t.test('what is permanent is not tried again, and says what to do', async (t) => {
  for (const [code, status, message, hint] of [
    ['AccessDenied', 403, /access is denied/, /doctor s3:\/\/bucket\/customer\/import shows/],
    ['NoSuchBucket', 404, /no such bucket/, /--endpoint/],
    ['InvalidAccessKeyId', 403, /does not know the access key/, /credentials/],
    ['ExpiredToken', 400, /expired/, /sign in/],
    ['SignatureDoesNotMatch', 403, /signature/, /secret key/],
    ['RequestTimeTooSkewed', 403, /clock/, /clock/],
    ['Unheard', 400, /no \(HTTP 400, Unheard\)/, /^$/],
  ] as const) {
    const error = await refusal(t, code, status);
    t.match(error, { name: 'ImportError', code: 'E_STORE_WRITE', message });
    t.match((error as { hint?: string }).hint ?? '', hint);
  }
});

t.test('a wrong secret, a wrong bucket, no credentials', async (t) => {
  const server = await startS3(t);
  const user = server.users.get(TOOL_KEY);
  if (user) user.secret = 'another';
  const list = async (url = urlOf(server)): Promise<unknown> =>
    (await openS3Store(url, { s3: { endpoint: server.endpoint } }))
      .list('')
      .catch((error) => error);
  t.match(await list(), { message: /signature is not accepted.*SignatureDoesNotMatch/ });
  if (user) user.secret = process.env.AWS_SECRET_ACCESS_KEY ?? '';
  t.match(await list('s3://other/prefix'), { message: /no such bucket/ });
  const { AWS_ACCESS_KEY_ID: id, ...rest } = process.env;
  process.env = rest;
  t.match(await list(), { code: 'E_STORE_WRITE', message: /no credentials were found/ });
  process.env.AWS_ACCESS_KEY_ID = id;
});

t.test('openStore: what is wrong with a URL is said at once, without its secrets', async (t) => {
  t.equal(openStore('S3://bucket/a/b//').url, 's3://bucket/a/b');
  t.equal(openStore('s3://bucket').url, 's3://bucket');
  for (const url of ['s3://', 's3:///prefix', 's3:bucket', 's3://id:secret@bucket/prefix']) {
    t.throws(() => openStore(url), { code: 'E_USAGE', message: /^(?!.*secret)/ });
  }
});

t.test('a copy that another run removes at once is a conflict', async (t) => {
  const server = await startS3(t);
  const store = await openAt(server);
  const writer = await store.create('_hackle/2023-01-01/x.part');
  await writer.write(Buffer.from('staged'));
  const staged = await writer.close();
  server.hooks = {
    after: ({ operation, key }) => {
      if (operation === 'CopyObject') server.bucket.objects.delete(key);
      return undefined;
    },
  };
  await t.rejects(store.copy(staged, PART), {
    code: 'E_STORE_CONFLICT',
    message: /another run wrote it/,
  });
});
