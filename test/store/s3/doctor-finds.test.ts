// What `doctor` finds besides permissions: what buckets demand, what cannot be tried, replies that differ.
import t, { type Test } from 'tap';
import { examine } from '../../../lib/doctor/doctor.ts';
import type { Diagnosis } from '../../../lib/doctor/examination.ts';
import type { S3Options } from '../../../lib/store/s3/options.ts';
import { type Mode, RewritingProxy } from '../../servers/rewriting-proxy.ts';
import { S3Fault } from '../../servers/s3-fault.ts';
import { type Policy, vendorPolicy } from '../../servers/s3-policy.ts';
import type { S3Server } from '../../servers/s3-server.ts';
import {
  contentsOf,
  ENVIRONMENT,
  optionsFor,
  PREFIX,
  startS3,
  urlOf,
  useToolCredentials,
} from '../../servers/s3-support.ts';
import { run } from '../../support/command.ts';

useToolCredentials();

const SSE = 'x-amz-server-side-encryption';
const VENDOR = vendorPolicy(PREFIX);

/** The vendor's policy, and a Deny for writes without certain headers, as owners of buckets write it. */
function demanding(headers: Readonly<Record<string, string>>): Policy {
  return (action, resource, given) => {
    const isWrite = action === 's3:PutObject';
    if (isWrite && Object.entries(headers).some(([name, value]) => given[name] !== value)) {
      throw new S3Fault(
        403,
        'AccessDenied',
        'User: arn:aws:iam::1:user/x is not authorized to perform: s3:PutObject with an explicit deny in a resource-based policy',
      );
    }
    return VENDOR(action, resource, given);
  };
}

function diagnose(server: S3Server, s3: S3Options = {}): Promise<Diagnosis> {
  return examine(
    urlOf(server),
    optionsFor(server.endpoint, { s3: { endpoint: server.endpoint, ...s3 } }),
  );
}

const findingOf = ({ findings }: Diagnosis, name: string): Diagnosis['findings'][number] =>
  findings.find(({ permission }) => permission === name) as Diagnosis['findings'][number];

for (const [headers, flags, options] of [
  [{ [SSE]: 'AES256' }, '--sse AES256', { sse: 'AES256' }],
  [{ [SSE]: 'aws:kms' }, '--sse aws:kms', { sse: 'aws:kms' }],
  [{ [SSE]: 'aws:kms:dsse' }, '--sse aws:kms:dsse', { sse: 'aws:kms:dsse' }],
  [
    { 'x-amz-acl': 'bucket-owner-full-control' },
    '--acl bucket-owner-full-control',
    { acl: 'bucket-owner-full-control' },
  ],
  [
    { [SSE]: 'AES256', 'x-amz-acl': 'bucket-owner-full-control' },
    '--sse AES256 --acl bucket-owner-full-control',
    { sse: 'AES256', acl: 'bucket-owner-full-control' },
  ],
] as const) {
  t.test(`a bucket that demands ${flags}`, async (t) => {
    const server = await startS3(t, {}, demanding(headers));
    const diagnosis = await diagnose(server);
    t.equal(diagnosis.ok, false, 'an import without the options would fail');
    t.match(findingOf(diagnosis, 's3:PutObject'), { outcome: 'demanding', demand: flags });
    t.ok(
      diagnosis.findings.every(
        ({ permission, outcome }) => permission === 's3:PutObject' || outcome === 'granted',
      ),
      'the rest is told too',
    );
    t.equal(diagnosis.grant, undefined, 'no permission is missing');
    t.same(contentsOf(server), {});
    t.equal((await diagnose(server, options)).ok, true, 'with the options all is well');
  });
}

t.test('a bucket where the requester pays demands it of every request', async (t) => {
  const payer: Policy = (action, resource, headers) =>
    (action === 's3:GetBucketLocation' || headers['x-amz-request-payer'] === 'requester') &&
    VENDOR(action, resource, headers);
  const server = await startS3(t, {}, payer);
  const diagnosis = await diagnose(server);
  t.match(findingOf(diagnosis, 's3:ListBucket'), { demand: '--request-payer' });
  t.match(findingOf(diagnosis, 's3:DeleteObject'), { outcome: 'granted' });
  t.same(contentsOf(server), {});
  t.equal((await diagnose(server, { requestPayer: true })).ok, true);
});

t.test('the command says which option to give', async (t) => {
  const server = await startS3(t, {}, demanding({ [SSE]: 'aws:kms' }));
  const args = ['doctor', urlOf(server), '--endpoint', server.endpoint];
  const { code, stdout } = await run(args, { env: ENVIRONMENT });
  t.equal(code, 1);
  t.match(stdout, /DEMANDS +s3:PutObject .*\n +refused without --sse aws:kms, granted with it\n/);
  t.match(stdout, /refuses requests without these options\. Add to each command: --sse aws:kms$/m);
  t.notMatch(stdout, /Not granted/);
  const second = await run([...args, '--sse', 'aws:kms'], { env: ENVIRONMENT });
  t.equal(second.code, 0, second.stdout);
});

t.test('a Deny that no option helps is named as such', async (t) => {
  const server = await startS3(t, {}, demanding({ [`${SSE}-aws-kms-key-id`]: 'k' }));
  const diagnosis = await diagnose(server);
  t.match(findingOf(diagnosis, 's3:PutObject'), {
    outcome: 'missing',
    reason: /a policy denies it explicitly.*--sse-kms-key-id/,
  });
  t.equal((await diagnose(server, { sseKmsKeyId: 'k' })).ok, true);
});

t.test('a version that a server cannot name is unknown, and the rest is told', async (t) => {
  const server = await startS3(t);
  server.hooks.before = ({ query }) => {
    // As versitygw does it.
    if (query.has('versionId')) throw new S3Fault(400, 'InvalidArgument', 'Invalid version id');
  };
  const diagnosis = await diagnose(server);
  t.equal(diagnosis.ok, true, "only Hackle's importer would use it");
  t.match(findingOf(diagnosis, 's3:GetObjectVersion'), {
    outcome: 'unknown',
    reason: /\(HTTP 400 InvalidArgument\): Invalid version id/,
  });
  t.match(findingOf(diagnosis, 's3:DeleteObject'), { outcome: 'granted' });
  const args = ['doctor', urlOf(server), '--endpoint', server.endpoint];
  const { code, stdout } = await run(args, { env: ENVIRONMENT });
  t.equal(code, 0);
  t.match(stdout, /^ {2}unknown +s3:GetObjectVersion/m);
  t.match(stdout, /^Could not be tried: s3:GetObjectVersion\.$/m);
});

t.test('what an import needs and cannot be tried is not well', async (t) => {
  const server = await startS3(t);
  server.hooks.before = ({ operation }) => {
    if (operation === 'PutObject') throw new S3Fault(405, 'MethodNotAllowed', 'not here');
  };
  const diagnosis = await diagnose(server);
  t.equal(diagnosis.ok, false);
  t.match(findingOf(diagnosis, 's3:PutObject'), { outcome: 'unknown', reason: /not here/ });
  t.match(findingOf(diagnosis, 's3:ListBucket'), { outcome: 'granted' });
});

async function notesBehind(t: Test, mode: Mode): Promise<string> {
  const server = await startS3(t);
  const proxy = await RewritingProxy.start(server.endpoint, mode);
  t.teardown(() => proxy.close());
  const diagnosis = await examine(urlOf(server), optionsFor(proxy.endpoint));
  t.equal(diagnosis.ok, true);
  t.same(contentsOf(server), {});
  return diagnosis.notes.filter((note) => !note.includes('lifecycle rule')).join('\n');
}

for (const [mode, expected] of Object.entries({
  plain: /^$/,
  'unquoted-listing':
    /^One ETag in different forms \(the listing \w+, HEAD "\w+", GET "\w+"\).*same\.$/,
  'weak-head': /^One ETag in different forms \(the listing "\w+", HEAD W\/"\w+", GET "\w+"\)/,
  'weak-get': /^One ETag in different forms/,
  'no-metadata': /^Metadata of objects is removed/,
  'no-listed-etags': /^No ETag in the listing/,
  'no-etags': /^No ETag in the listing and HEAD and GET/,
  'other-head': /^Different ETags of one object \(the listing "\w+", HEAD "other-\w+", GET "\w+"\)/,
  'other-get': /^Different ETags of one object .*\nGET refuses the ETag of the listing/,
} satisfies Partial<Record<Mode, RegExp>>)) {
  t.test(`doctor compares listing, HEAD and GET: ${mode}`, async (t) => {
    t.match(await notesBehind(t, mode as Mode), expected);
  });
}
