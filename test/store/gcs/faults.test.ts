import { randomBytes } from 'node:crypto';
import pLimit from 'p-limit';
import t, { type Test } from 'tap';
import { Delivery } from '../../../lib/commit/delivery.ts';
import { ImportError } from '../../../lib/errors.ts';
import { openStore } from '../../../lib/store/open.ts';
import type { StoreOptions } from '../../../lib/store/options.ts';
import { type Fault, type GcsOperation, GcsServer } from '../../servers/gcs-server.ts';
import { FAKE } from '../fake-file.ts';

const KIB = 1 << 10;
const FIRST = 19_358; // 2023-01-01
const MARKS = ['a/dt=2023-01-01/_SUCCESS', 'a/dt=2023-01-02/_SUCCESS'];
/** Two days of real size, so that the first takes chunks; the second goes in one request. */
const GROUPS: readonly (readonly [day: number, bytes: Buffer])[] = [
  [FIRST, randomBytes(300 * KIB)],
  [FIRST, randomBytes(350 * KIB)],
  [FIRST + 1, randomBytes(30 * KIB)],
  [FIRST, randomBytes(5 * KIB)],
];
const OPTIONS: StoreOptions = { partSize: 256 * KIB, timeout: 1500, retryFor: 15_000 };

/** Over what a killed run left: stale parts of both days, one of them complete. */
async function prepare(t: Test): Promise<GcsServer> {
  const server = await GcsServer.start(t);
  for (const name of ['dt=2023-01-01/000000000007.parquet', 'dt=2023-01-02/000000000000.parquet']) {
    server.bucket.create(`a/${name}`, Buffer.from('stale'), {}, null);
  }
  server.bucket.create(MARKS[0] ?? '', Buffer.alloc(0), {}, null);
  server.pageSize = 2;
  return server;
}

async function run(server: GcsServer, options: StoreOptions = {}): Promise<void> {
  const store = openStore('gs://bucket/a', {
    gcs: { endpoint: server.endpoint },
    ...OPTIONS,
    ...options,
  });
  const delivery = new Delivery(store, { ...FAKE, fileSize: 1 << 30, ifExists: 'replace' });
  try {
    for (const [day, bytes] of GROUPS) {
      const group = {
        rows: 1,
        uncompressedBytes: bytes.length,
        bytes: Buffer.from(bytes),
        columns: [],
      };
      await delivery.accept(day, group);
    }
    await delivery.commit();
  } catch (error) {
    await delivery.abort();
    throw error;
  }
}

const expected = (async () => {
  const server = await prepare(t);
  const before = server.contents();
  await run(server);
  return { contents: server.contents(), requests: server.requests, before };
})();

/** Nothing but whole objects, and `_SUCCESS` only beside exactly what an undisturbed run writes. */
async function checkDays(t: Test, server: GcsServer, what: string): Promise<void> {
  const { contents, before } = await expected;
  const found = server.contents();
  for (const mark of MARKS) {
    if (!(mark in found)) continue;
    const folder = mark.slice(0, -'_SUCCESS'.length);
    const ofDay = (files: Record<string, string>): [string, string][] =>
      Object.entries(files).filter(([name]) => name.startsWith(folder));
    const complete = [contents, ...(mark in before ? [before] : [])].map(ofDay);
    t.ok(
      complete.some((files) => JSON.stringify(files) === JSON.stringify(ofDay(found))),
      `${what}: ${folder} is as before, or what an undisturbed run writes`,
    );
  }
}

const PASSING: Record<string, Fault> = {
  'status 500': { status: 500 },
  'status 503': { status: 503, reason: 'backendError' },
  'status 429': { status: 429, reason: 'rateLimitExceeded' },
  'a rate limit said with 403': { status: 403, reason: 'rateLimitExceeded' },
  'a token that has just ended': { status: 401, reason: 'authError' },
  'reset before anything': { resetAt: 0 },
  'reset in the middle': { resetAt: 100 * KIB },
  stall: 'stall',
  'a lost reply': 'lost reply',
  'an answer before the body is read': 'early answer',
  'a reply that is cut off': { cutAnswerAt: 10 },
  'a chunk stored in part': { keep: 100 * KIB },
};
const OPERATIONS: GcsOperation[] = ['list', 'open', 'chunk', 'whole', 'delete'];

t.test('what passes: the run is committed, and equal', async (t) => {
  const { contents, requests } = await expected;
  const limit = pLimit(24);
  const cases: Promise<void>[] = [];
  for (const [what, fault] of Object.entries(PASSING)) {
    for (const operation of OPERATIONS) {
      // By the same code whatever the request is.
      if (/^(status 429|a rate|a token)/.test(what) && !/list|chunk/.test(operation)) continue;
      if (what.startsWith('a chunk') && operation !== 'chunk') continue;
      const times = requests.filter((request) => request.operation === operation).length;
      for (const n of new Set([0, times - 1])) {
        cases.push(
          limit(async () => {
            const server = await prepare(t);
            server.fault = (request) =>
              request.operation === operation && request.count === n ? fault : undefined;
            await run(server);
            t.same(server.contents(), contents, `${what} at ${operation} ${n}`);
            await server.stop();
          }),
        );
      }
    }
  }
  await Promise.all(cases);
  t.ok(cases.length > 70, `${cases.length} moments`);
});

t.test('trouble upon trouble: also asking how much is stored fails', async (t) => {
  const { contents } = await expected;
  const server = await prepare(t);
  server.fault = ({ operation, count }) => {
    if (operation === 'chunk') return count % 2 === 0 ? { resetAt: 150 * KIB } : { keep: 10 };
    return operation === 'status' && count % 3 !== 2 ? { status: 503 } : undefined;
  };
  await t.rejects(run(server, { retryFor: 1500 }), { code: 'E_STORE_WRITE' });
  await checkDays(t, server, 'no progress');
  server.fault = ({ operation, count }) => {
    if (operation === 'chunk') return count % 2 === 0 ? 'lost reply' : undefined;
    return operation === 'status' && count % 2 === 0 ? { cutAnswerAt: 0 } : undefined;
  };
  await run(server);
  t.same(Object.keys(server.contents()), Object.keys(contents));
  await checkDays(t, server, 'slow progress');
});

/** Every request of the kind fails from the n-th on. */
const LASTING: [what: string, fault: Fault, message: RegExp, hint: RegExp][] = [
  ['503', { status: 503, message: 'Backend Error' }, /answered 503: Backend Error/, /Run again/],
  ['a stall', 'stall', /no answer in time/, /Run again/],
  ['resets', { resetAt: 0 }, /ECONNRESET|socket hang up/, /Run again/],
  ['401', { status: 401, message: 'Invalid Credentials' }, /refused \(401\)/, /gcloud auth/],
  [
    '403',
    { status: 403, message: 'x does not have storage.objects.frob access' },
    /storage\.objects\.frob is missing/,
    /policy gs:\/\/bucket/,
  ],
  [
    '404',
    { status: 404, message: 'The specified bucket does not exist.' },
    /no such bucket as bucket/,
    /Check the name/,
  ],
  ['400', { status: 400, message: 'Bad' }, /answered 400: Bad$/, /Run again/],
];

t.test('what stays: a clear error in time, and no _SUCCESS too early', async (t) => {
  const { requests } = await expected;
  const limit = pLimit(24);
  const cases: Promise<void>[] = [];
  for (const [what, fault, message, hint] of LASTING) {
    for (const operation of OPERATIONS) {
      // A missing object is what `remove` wants, and a forgotten upload is begun anew.
      if (what === '404' && operation !== 'list' && operation !== 'open') continue;
      const times = requests.filter((request) => request.operation === operation).length;
      for (const n of new Set([0, times - 1])) {
        cases.push(
          limit(async () => {
            const server = await prepare(t);
            server.fault = (request) =>
              request.operation === operation && request.count >= n ? fault : undefined;
            const begin = Date.now();
            const error: unknown = await run(server, {
              timeout: fault === 'stall' ? 200 : 5000,
              retryFor: 500,
            }).catch((error: unknown) => error);
            const name = `${what} at ${operation} ${n}`;
            t.type(error, ImportError, name);
            if (error instanceof ImportError && !/could not be removed/.test(error.message)) {
              t.match(error, { message, hint }, name);
            }
            // Several operations may each use their time up, one after another.
            t.ok(Date.now() - begin < 15_000, `${name} ends in time`);
            await checkDays(t, server, name);
            await server.stop();
          }),
        );
      }
    }
  }
  await Promise.all(cases);
});
