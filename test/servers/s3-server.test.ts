// The test server has to refuse what AWS and Ceph refuse, or what runs against it would prove nothing.
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  HeadBucketCommand,
  ListMultipartUploadsCommand,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import t, { type Test } from 'tap';
import { OWNER_KEY, OWNER_SECRET, S3Server } from './s3-server.ts';
import { PREFIX, startS3, TOOL_KEY, TOOL_SECRET, TOOL_TOKEN } from './s3-support.ts';

const Bucket = 'bucket';
const Key = `${PREFIX}/x`;

function clientOf(server: S3Server, secret = OWNER_SECRET, key = OWNER_KEY): S3Client {
  const credentials = { accessKeyId: key, secretAccessKey: secret };
  const { endpoint } = server;
  return new S3Client({
    endpoint,
    region: 'eu-west-1',
    forcePathStyle: true,
    maxAttempts: 1,
    credentials: key === TOOL_KEY ? { ...credentials, sessionToken: TOOL_TOKEN } : credentials,
  });
}

interface Sent {
  headers: Record<string, string>;
  body?: unknown;
  path: string;
}

/** A PUT that is changed after it was signed, as by somebody on its way. */
async function tampered(t: Test, change: (request: Sent) => void): Promise<string> {
  const server = await S3Server.start();
  t.teardown(() => server.close());
  const client = clientOf(server);
  client.middlewareStack.add(
    (next) => (args) => {
      change(args.request as Sent);
      return next(args);
    },
    { step: 'finalizeRequest', priority: 'low', name: 'tamper' },
  );
  const command = new PutObjectCommand({ Bucket, Key, Body: Buffer.from('events') });
  const error = await client.send(command).catch((error: Error) => error);
  t.equal(server.bucket.objects.size, error instanceof Error ? 0 : 1);
  return error instanceof Error ? error.name : 'accepted';
}

t.test('a request that is changed on its way is refused', async (t) => {
  t.equal(await tampered(t, () => {}), 'accepted');
  const changes: [(request: Sent) => void, string][] = [
    [(r) => (r.body = Buffer.from('Events')), 'XAmzContentSHA256Mismatch'],
    [(r) => (r.path = r.path.replace(/x$/, 'y')), 'SignatureDoesNotMatch'],
    [(r) => (r.headers['x-amz-meta-a'] = 'b'), 'AccessDenied'],
    [(r) => (r.headers['x-amz-checksum-crc32'] = 'AAAAAA=='), 'SignatureDoesNotMatch'],
    [(r) => (r.headers['x-amz-date'] = '20200101T000000Z'), 'RequestTimeTooSkewed'],
    [(r) => delete r.headers.authorization, 'AccessDenied'],
  ];
  for (const [change, name] of changes) t.equal(await tampered(t, change), name);
});

t.test('wrong secrets and keys are refused', async (t) => {
  const server = await startS3(t);
  const get = new GetObjectCommand({ Bucket, Key });
  await t.rejects(clientOf(server, 'wrong').send(get), { name: 'SignatureDoesNotMatch' });
  await t.rejects(clientOf(server, OWNER_SECRET, 'NOBODY').send(get), {
    name: 'InvalidAccessKeyId',
  });
});

t.test(
  'a checksum that is not that of the body; a stream with its checksum behind it',
  async (t) => {
    const server = await startS3(t);
    const client = clientOf(server);
    const put = { Bucket, Key, Body: Buffer.from('events') };
    await t.rejects(client.send(new PutObjectCommand({ ...put, ChecksumCRC32: 'AAAAAA==' })), {
      name: 'BadDigest',
    });
    const { Readable } = await import('node:stream');
    const stream = new PutObjectCommand({
      ...put,
      Body: Readable.from([put.Body]),
      ContentLength: 6,
    });
    await t.rejects(client.send(stream), { name: 'NotImplemented' });
  },
);

t.test('rules of parts', async (t) => {
  const server = await startS3(t);
  const client = clientOf(server);
  const { UploadId } = await client.send(new CreateMultipartUploadCommand({ Bucket, Key }));
  const upload = { Bucket, Key, UploadId };
  const etags: (string | undefined)[] = [];
  for (const PartNumber of [1, 2]) {
    const Body = Buffer.alloc(1000, PartNumber);
    const { ETag } = await client.send(new UploadPartCommand({ ...upload, PartNumber, Body }));
    etags.push(ETag);
  }
  const complete = (...numbers: number[]): Promise<unknown> => {
    const Parts = numbers.map((n) => ({ PartNumber: n, ETag: etags[n - 1] ?? '"none"' }));
    const MultipartUpload = { Parts };
    return client.send(new CompleteMultipartUploadCommand({ ...upload, MultipartUpload }));
  };
  await t.rejects(complete(1, 2), { name: 'EntityTooSmall' });
  await t.rejects(complete(2, 1), { name: 'InvalidPartOrder' });
  await t.rejects(complete(3), { name: 'InvalidPart' });
  await complete(2);
  await t.rejects(complete(2), { name: 'NoSuchUpload' });
});

t.test('who has the vendor’s policy may do what it says, and nothing else', async (t) => {
  const server = await startS3(t);
  const client = clientOf(server, TOOL_SECRET, TOOL_KEY);
  const { UploadId } = await client.send(new CreateMultipartUploadCommand({ Bucket, Key }));
  const requests = [
    () => client.send(new AbortMultipartUploadCommand({ Bucket, Key, UploadId })),
    () => client.send(new ListMultipartUploadsCommand({ Bucket })),
    () => client.send(new HeadBucketCommand({ Bucket })),
    // Missing: but that is told only to those who may list everything.
    () => client.send(new GetObjectCommand({ Bucket, Key })),
    () => client.send(new PutObjectCommand({ Bucket, Key: 'elsewhere' })),
  ];
  for (const request of requests) {
    const error: unknown = await request().catch((error: unknown) => error);
    t.match(error, { $metadata: { httpStatusCode: 403 } });
  }
});
