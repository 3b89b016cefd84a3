import t, { type Test } from 'tap';
import { examine } from '../../../lib/doctor/doctor.ts';
import type { Diagnosis } from '../../../lib/doctor/examination.ts';
import { type Action, vendorPolicy } from '../../servers/s3-policy.ts';
import type { S3Server } from '../../servers/s3-server.ts';
import {
  contentsOf,
  ENVIRONMENT,
  optionsFor,
  PREFIX,
  SECRETS,
  startS3,
  urlOf,
  useToolCredentials,
} from '../../servers/s3-support.ts';
import { run } from '../../support/command.ts';

useToolCredentials();

const ALL: readonly Action[] = [
  's3:GetBucketLocation',
  's3:ListBucket',
  's3:PutObject',
  's3:GetObject',
  's3:GetObjectVersion',
  's3:DeleteObject',
];

const OLD = `${PREFIX}/dt=2023-01-01/000000000000.parquet`;

async function serve(t: Test, ...taken: Action[]): Promise<S3Server> {
  return startS3(t, {}, vendorPolicy(PREFIX, taken));
}

function diagnose(server: S3Server): Promise<Diagnosis> {
  return examine(urlOf(server), optionsFor(server.endpoint));
}

function namesOf({ findings }: Diagnosis, outcome: string): string[] {
  return findings
    .filter((finding) => finding.outcome === outcome)
    .map(({ permission }) => permission);
}

t.test('the vendor’s policy is all green; nothing is left', async (t) => {
  const server = await serve(t);
  const diagnosis = await diagnose(server);
  t.equal(diagnosis.ok, true);
  t.same(namesOf(diagnosis, 'granted'), ALL);
  t.match(diagnosis.credentials, /the environment \(AWS_ACCESS_KEY_ID\)/);
  t.ok(Math.abs(diagnosis.clockAhead ?? 99) <= 2);
  t.match(diagnosis.notes.join(), /AbortIncompleteMultipartUpload/);
  t.same(diagnosis.leftovers, []);
  t.same(contentsOf(server), {});
  t.same(
    server.calls.map(({ operation }) => operation),
    [
      ...['GetBucketLocation', 'ListObjectsV2', 'PutObject', 'GetObject'],
      // What they say about the object is compared, and whether a read with its ETag is served.
      ...['ListObjectsV2', 'HeadObject', 'GetObject', 'GetObject'],
      ...['GetObject', 'DeleteObject'],
    ],
  );
  for (const secret of SECRETS) t.notMatch(JSON.stringify(diagnosis), secret);
});

for (const taken of ALL) {
  t.test(`without ${taken}: exactly that is named`, async (t) => {
    const server = await serve(t, taken);
    server.bucket.put(OLD, Buffer.from('old'), {});
    const diagnosis = await diagnose(server);
    // The vendor's own policy does not grant it on AWS.
    const spared = taken === 's3:GetBucketLocation';
    t.equal(diagnosis.ok, spared);
    t.same(namesOf(diagnosis, spared ? 'unneeded' : 'missing'), [taken]);
    t.equal(namesOf(diagnosis, 'granted').length, ALL.length - 1);
    if (!spared) t.same(JSON.parse(diagnosis.grant?.text ?? ''), diagnosis.grant?.json);
    const left = Object.keys(contentsOf(server)).filter((name) => name.includes('doctor'));
    t.equal(left.length, taken === 's3:DeleteObject' ? 1 : 0);
    t.same(
      diagnosis.leftovers,
      left.map((name) => `${urlOf(server)}/${name}, to be deleted by hand`),
    );
  });
}

t.test('what an import does without reads as such, and the exit code is 0', async (t) => {
  const server = await serve(t, 's3:GetBucketLocation');
  const args = ['doctor', urlOf(server), '--endpoint', server.endpoint];
  const { code, stdout } = await run(args, { env: ENVIRONMENT });
  t.equal(code, 0);
  t.match(stdout, /not needed s3:GetBucketLocation +an import works without it; the vendor's page/);
  t.match(stdout, /^Every permission that an import takes is granted\.$/m);
  t.notMatch(stdout, /MISSING/);
});

t.test('what is not granted is told with what to grant, each note once', async (t) => {
  const server = await serve(t, 's3:PutObject');
  const args = ['doctor', urlOf(server), '--endpoint', server.endpoint];
  const { code, stdout } = await run(args, { env: ENVIRONMENT });
  t.equal(code, 1);
  t.match(stdout, /^Not granted: s3:PutObject\. What an import takes, in full:$/m);
  t.equal(stdout.match(/AbortIncompleteMultipartUpload/g)?.length, 1);
});

for (const taken of ['s3:GetObject', 's3:GetObjectVersion'] as const) {
  t.test(`without ${taken}, where writers read their own objects`, async (t) => {
    const server = await startS3(t, { writersRead: true }, vendorPolicy(PREFIX, [taken]));
    // Neither can tell: an empty object, and one that a doctor left.
    server.bucket.put(`${PREFIX}/a`, Buffer.alloc(0), {});
    server.bucket.put(`${PREFIX}/hackle-import-doctor-x`, Buffer.from('left'), {});
    t.same(namesOf(await diagnose(server), 'missing'), []);
    server.bucket.put(OLD, Buffer.from('old'), {});
    t.same(namesOf(await diagnose(server), 'missing'), [taken]);
    server.hooks.before = ({ operation, key }) => {
      if (operation === 'GetObject' && key === OLD) server.bucket.objects.delete(OLD);
    };
    t.same(namesOf(await diagnose(server), 'missing'), [], 'it was there only a moment before');
  });
}

t.test('nothing to read: what cannot be told is not guessed', async (t) => {
  const diagnosis = await diagnose(await serve(t, 's3:PutObject'));
  t.same(namesOf(diagnosis, 'missing'), ['s3:PutObject']);
  t.same(namesOf(diagnosis, 'unknown'), ['s3:GetObject', 's3:GetObjectVersion']);
});

t.test('what is not about permissions is an error', async (t) => {
  const server = await serve(t);
  await t.rejects(examine('s3://no-such-bucket/a', optionsFor(server.endpoint)), {
    code: 'E_STORE_WRITE',
    message: /no such bucket/,
  });
  const { endpoint } = server;
  await server.close();
  await t.rejects(examine(urlOf(server), { ...optionsFor(endpoint), retryFor: 300 }), {
    message: /ECONNREFUSED/,
  });
});
