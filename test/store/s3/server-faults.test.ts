import t from 'tap';
import type { Retry } from '../../../lib/store/retry.ts';
import { S3Fault } from '../../servers/s3-fault.ts';
import type { Call } from '../../servers/s3-server.ts';
import { startS3, useToolCredentials } from '../../servers/s3-support.ts';
import { IMPATIENT, runLocally, runToS3 } from './run.ts';

useToolCredentials();
// Most of the time is spent waiting.
t.jobs = 4;
t.before(() => runLocally(t));

/** A fault of the first `times` requests of an operation. */
function first(operation: string, times: number, fault: () => void): (call: Call) => void {
  let seen = 0;
  return (call) => {
    if (call.operation === operation && seen++ < times) fault();
  };
}

const fail = (status: number, code: string) => () => {
  throw new S3Fault(status, code, `${code}, please`);
};

for (const operation of [
  'ListObjectsV2',
  'CreateMultipartUpload',
  'UploadPart',
  'CompleteMultipartUpload',
  'PutObject',
  'HeadObject',
]) {
  t.test(`${operation}: the reply is lost once`, async (t) => {
    const server = await startS3(t);
    let lost = 0;
    server.hooks = {
      after: (call) => (call.operation === operation && lost++ === 0 ? 'lose' : undefined),
    };
    const { report } = await runToS3(t, server);
    t.ok(report);
    const named = operation === 'CreateMultipartUpload' ? 1 : 0;
    t.equal(report?.leftovers?.length ?? 0, named);
    t.equal(server.bucket.uploads.size, named);
  });
  t.test(`${operation}: 500, then 503, then 429`, async (t) => {
    const server = await startS3(t);
    const faults = [fail(500, 'InternalError'), fail(503, 'SlowDown'), fail(429, 'TooMany')];
    server.hooks = { before: first(operation, 3, () => faults.shift()?.()) };
    const attempts: number[] = [];
    const store = { onRetry: (retry: Retry) => void attempts.push(retry.attempts) };
    t.ok((await runToS3(t, server, server.endpoint, { store })).report);
    t.equal(faults.length, 0);
    t.equal(attempts.length, 3, 'each is told');
  });
  t.test(`${operation}: 503 for good`, async (t) => {
    const server = await startS3(t);
    server.hooks = { before: first(operation, Number.POSITIVE_INFINITY, fail(503, 'SlowDown')) };
    const { error } = await runToS3(t, server, server.endpoint, IMPATIENT);
    t.match(error, { code: 'E_STORE_WRITE' });
    t.match(error?.message, /asks for fewer requests|is overloaded/);
    if (operation !== 'PutObject') return;
    server.hooks = {};
    server.bucket.uploads.clear();
    t.ok((await runToS3(t, server)).report, 'a new run repairs what this one left');
  });
}
