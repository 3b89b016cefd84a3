// What a bucket demands of each request reaches the server on each request that can have it, and on no other.
import t, { type Test } from 'tap';
import { examine } from '../../../lib/doctor/doctor.ts';
import { convert } from '../../../lib/index.ts';
import type { GcsOptions } from '../../../lib/store/gcs/options.ts';
import { openGcsStore } from '../../../lib/store/gcs/store.ts';
import { GcsServer } from '../../servers/gcs-server.ts';
import { run } from '../../support/command.ts';
import { eventLine } from '../../support/events.ts';

const URL = 'gs://bucket/a';
const KEY = 'projects/p/locations/l/keyRings/r/cryptoKeys/k';

/** Requests that begin an object, with the parameter that names its key. */
const MAKES = { open: 'kmsKeyName', simple: 'kmsKeyName', whole: 'kmsKeyName' };

/** Sends every kind of request there is: an import, one that replaces it, a large object, `doctor`. */
async function sendAll(t: Test, gcs: GcsOptions): Promise<GcsServer> {
  const server = await GcsServer.start(t);
  const store = { gcs: { endpoint: server.endpoint, ...gcs }, partSize: 256 << 10 };
  server.bucket.create('in/a.ndjson', Buffer.from(eventLine()), {}, null);
  for (const ifExists of ['fail', 'replace'] as const) {
    const inputs = ['gs://bucket/in/*.ndjson'];
    await convert({ inputs, to: URL, ifExists, threads: 0, store });
  }
  await convert({ inputs: ['gs://bucket/in/a.ndjson'], to: URL, ifExists: 'skip', store });
  const opened = await openGcsStore(URL, store);
  const writer = await opened.create('large');
  await writer.write(Buffer.alloc(1 << 20));
  await writer.close();
  await examine(URL, store);
  return server;
}

/** `operation parameter` of the requests that all have a parameter with a value. */
function having(server: GcsServer, parameter: string, value: string): string[] {
  const operations = [...new Set(server.requests.map(({ operation }) => operation))].sort();
  return operations.filter((operation) => {
    const requests = server.requests.filter((each) => each.operation === operation);
    const with_ = requests.filter(({ query }) => query[parameter] !== undefined);
    if (with_.length === 0) return false;
    t.ok(
      requests.every(({ query }) => query[parameter] === value),
      `${parameter} on all of ${requests.length} ${operation}`,
    );
    return true;
  });
}

t.test('each demand is on every request that can have it, and on no other', async (t) => {
  const server = await sendAll(t, { userProject: 'payer-1', kmsKey: KEY });
  const all = [...new Set(server.requests.map(({ operation }) => operation))].sort();
  t.same(all, [
    'bucket',
    'chunk',
    'copy',
    'delete',
    'list',
    'media',
    'metadata',
    'open',
    'simple',
    'whole',
  ]);
  // A chunk goes to the address that the server gave for the upload.
  t.same(
    having(server, 'userProject', 'payer-1'),
    all.filter((operation) => operation !== 'chunk'),
  );
  t.same(having(server, 'kmsKeyName', KEY), Object.keys(MAKES));
  t.same(having(server, 'destinationKmsKeyName', KEY), ['copy']);
});

t.test('without options no request has any', async (t) => {
  const server = await sendAll(t, {});
  for (const name of ['userProject', 'kmsKeyName', 'destinationKmsKeyName']) {
    t.same(having(server, name, ''), []);
  }
});

t.test('as flags', async (t) => {
  const server = await GcsServer.start(t);
  const flags = ['--user-project', 'payer-1', '--kms-key', KEY, '--endpoint', server.endpoint];
  const { code, stderr } = await run(['samples/events.ndjson', '--to', URL, ...flags]);
  t.equal(code, 0, stderr);
  t.same(having(server, 'kmsKeyName', KEY), ['whole']);
  t.same(having(server, 'userProject', 'payer-1'), ['delete', 'list', 'whole']);
});

t.test('a bucket where the requester pays names the option that is missing', async (t) => {
  const server = await GcsServer.start(t);
  // The answer of Google.
  server.fault = ({ query }) =>
    query.userProject === undefined
      ? {
          status: 400,
          reason: 'required',
          message: 'Bucket is requester pays bucket but no user project provided.',
        }
      : undefined;
  const told = { message: /lets the requester pay/, hint: /--user-project/ };
  const store = { gcs: { endpoint: server.endpoint } };
  await t.rejects(examine(URL, store), told);
  await t.rejects(convert({ inputs: ['samples/events.ndjson'], to: URL, store }), told);
  t.equal((await examine(URL, { gcs: { ...store.gcs, userProject: 'p' } })).ok, true);
});

t.test('a constraint of the organisation is no conflict with another run', async (t) => {
  for (const size of [1, 1 << 20]) {
    const server = await GcsServer.start(t);
    server.fault = ({ operation, query }) =>
      ['whole', 'open'].includes(operation) && query.kmsKeyName === undefined
        ? {
            status: 412,
            reason: 'orgPolicyConstraintFailed',
            message: "Request violates constraint 'constraints/gcp.restrictNonCmekServices'",
          }
        : undefined;
    const write = async (gcs: GcsOptions): Promise<unknown> => {
      const options = { gcs: { endpoint: server.endpoint, ...gcs }, partSize: 256 << 10 };
      const writer = await (await openGcsStore(URL, options)).create('x', 'none');
      await writer.write(Buffer.alloc(size));
      return writer.close();
    };
    await t.rejects(write({}), {
      code: 'E_STORE_WRITE',
      message: /a constraint of the organisation forbids it .*restrictNonCmekServices/,
      hint: /--kms-key/,
    });
    await write({ kmsKey: KEY });
  }
});
