// What a bucket demands of each request reaches the server on each request that can have it, and on no other.
import { setTimeout } from 'node:timers/promises';
import t, { type Test } from 'tap';
import { examine } from '../../../lib/doctor/doctor.ts';
import { convert } from '../../../lib/index.ts';
import { makeS3Clients } from '../../../lib/store/s3/client.ts';
import type { S3Options } from '../../../lib/store/s3/options.ts';
import { S3Store } from '../../../lib/store/s3/store.ts';
import type { Call, S3Server } from '../../servers/s3-server.ts';
import {
  ENVIRONMENT,
  optionsFor,
  PREFIX,
  startS3,
  urlOf,
  useToolCredentials,
} from '../../servers/s3-support.ts';
import { run } from '../../support/command.ts';
import { eventLine } from '../../support/events.ts';

useToolCredentials();

const MIB = 1 << 20;

/** Requests that make an object. */
const MAKES = ['CopyObject', 'CreateMultipartUpload', 'PutObject'];
/** All others of a run, but GetBucketLocation of `doctor`, which takes nothing. */
const OTHERS = [
  'AbortMultipartUpload',
  'CompleteMultipartUpload',
  'DeleteObject',
  'GetObject',
  'HeadObject',
  'ListObjectsV2',
  'UploadPart',
  'UploadPartCopy',
];

/** Sends every kind of request there is: an import, one that replaces it, large objects, an upload that is given up. */
async function sendAll(server: S3Server, s3: S3Options): Promise<void> {
  const options = optionsFor(server.endpoint, { s3: { endpoint: server.endpoint, ...s3 } });
  const user = server.users.get(process.env.AWS_ACCESS_KEY_ID ?? '');
  if (user) user.policy = () => true;
  server.bucket.put(`${PREFIX}/in/a.ndjson`, Buffer.from(eventLine()), {});
  for (const ifExists of ['fail', 'replace'] as const) {
    const inputs = [`${urlOf(server)}/in/*.ndjson`];
    await convert({ inputs, to: `${urlOf(server)}/out`, ifExists, threads: 0, store: options });
  }
  const clients = await makeS3Clients(options);
  const store = new S3Store(urlOf(server), options, clients, [], 5 * MIB);
  const writer = await store.create('large');
  await writer.write(Buffer.alloc(11 * MIB));
  const large = await writer.close();
  await store.copy(large, 'larger');
  const given = await store.create('given up');
  await given.write(Buffer.alloc(11 * MIB));
  // From then on it has an id by which it can be given up.
  const isPart = ({ operation, key }: Call): boolean =>
    operation === 'UploadPart' && key.endsWith('given up');
  while (!server.calls.some(isPart)) await setTimeout(10);
  await given.abort();
  await examine(urlOf(server), options);
}

/** The operations whose requests all have a header with a value, and those of which some have it. */
function withHeader(server: S3Server, header: string, value: string): string[] {
  const operations = [...new Set(server.calls.map(({ operation }) => operation))].sort();
  return operations.filter((operation) => {
    const calls = server.calls.filter((call) => call.operation === operation);
    const having = calls.filter(({ headers }) => headers[header] !== undefined);
    if (having.length === 0) return false;
    t.ok(
      having.length === calls.length && calls.every(({ headers }) => headers[header] === value),
      `${header}: ${value} on all of ${calls.length} ${operation}`,
    );
    return true;
  });
}

const SSE = 'x-amz-server-side-encryption';
const KEY = 'x-amz-server-side-encryption-aws-kms-key-id';
const ACL = 'x-amz-acl';
const PAYER = 'x-amz-request-payer';

async function served(t: Test, s3: S3Options): Promise<S3Server> {
  const server = await startS3(t);
  await sendAll(server, s3);
  return server;
}

t.test('each demand is on every request that can have it, and on no other', async (t) => {
  const key = 'arn:aws:kms:eu-west-1:1:key/x';
  const server = await served(t, {
    sse: 'aws:kms:dsse',
    sseKmsKeyId: key,
    acl: 'bucket-owner-full-control',
    requestPayer: true,
  });
  const all = [...new Set(server.calls.map(({ operation }) => operation))].sort();
  t.same(all, [...MAKES, ...OTHERS, 'GetBucketLocation'].sort());
  t.same(withHeader(server, SSE, 'aws:kms:dsse'), MAKES);
  t.same(withHeader(server, KEY, key), MAKES);
  t.same(withHeader(server, ACL, 'bucket-owner-full-control'), MAKES);
  t.same(withHeader(server, PAYER, 'requester'), [...MAKES, ...OTHERS].sort());
});

t.test('one alone', async (t) => {
  const server = await served(t, { sse: 'AES256' });
  t.same(withHeader(server, SSE, 'AES256'), MAKES);
  for (const header of [KEY, ACL, PAYER]) t.same(withHeader(server, header, ''), []);
  const keyed = await served(t, { sseKmsKeyId: 'k' });
  t.same(withHeader(keyed, SSE, 'aws:kms'), MAKES, 'a key means encryption by KMS');
  t.same(withHeader(keyed, KEY, 'k'), MAKES);
});

t.test('without options no request has any', async (t) => {
  const server = await served(t, {});
  for (const header of [SSE, KEY, ACL, PAYER]) t.same(withHeader(server, header, ''), []);
});

t.test('a key for an encryption without keys is refused', async (t) => {
  const options = { s3: { sse: 'AES256', sseKmsKeyId: 'k' } } as const;
  await t.rejects(makeS3Clients(options), { code: 'E_USAGE', message: /sse-kms-key-id.*AES256/ });
});

t.test('as flags', async (t) => {
  const server = await startS3(t);
  const flags = ['--sse', 'aws:kms', '--sse-kms-key-id', 'k', '--request-payer'];
  const acl = ['--acl', 'bucket-owner-full-control', '--endpoint', server.endpoint];
  const { code, stderr } = await run(
    ['samples/events.ndjson', '--to', urlOf(server), ...flags, ...acl],
    { env: ENVIRONMENT },
  );
  t.equal(code, 0, stderr);
  t.same(withHeader(server, KEY, 'k'), ['PutObject']);
  t.same(withHeader(server, ACL, 'bucket-owner-full-control'), ['PutObject']);
  const all = [...new Set(server.calls.map(({ operation }) => operation))].sort();
  t.same(withHeader(server, PAYER, 'requester'), all);
});
