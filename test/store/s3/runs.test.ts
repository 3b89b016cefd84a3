import t from 'tap';
import { ImportError } from '../../../lib/errors.ts';
import { PREFIX, startS3, TOOL_KEY, useToolCredentials } from '../../servers/s3-support.ts';
import { IMPATIENT, runLocally, runToS3 } from './run.ts';

useToolCredentials();
// Most of the time is spent waiting.
t.jobs = 4;
t.before(() => runLocally(t));

t.test('without faults: few requests, few connections, no more at once than allowed', async (t) => {
  const server = await startS3(t);
  const { report } = await runToS3(t, server);
  t.equal(report?.leftovers, undefined);
  t.equal(server.bucket.uploads.size, 0);
  t.ok(server.mostUploadsAtOnce <= 4, `${server.mostUploadsAtOnce} uploads at once`);
  t.ok(server.mostAtOnce <= 16, `${server.mostAtOnce} requests at once`);
  t.ok(server.connections <= 8, `${server.connections} connections are kept alive`);
  const parts = server.calls.filter(({ operation }) => operation === 'UploadPart').length;
  t.ok(parts === 2, `${parts} parts`);
});

t.test('a server like Ceph: no ETag from CompleteMultipartUpload', async (t) => {
  const { report } = await runToS3(t, await startS3(t, { emptyCompleteEtag: true }));
  t.ok(report);
});

t.test('servers that refuse, ignore or misread If-Match and If-None-Match', async (t) => {
  for (const conditions of ['refused', 'ignored', 'wrong'] as const) {
    t.ok((await runToS3(t, await startS3(t, { conditions }))).report, conditions);
  }
});

t.test('listings of many pages', async (t) => {
  t.ok((await runToS3(t, await startS3(t, { pageSize: 1 }))).report);
});

t.test('the reply to every CompleteMultipartUpload is lost', async (t) => {
  const server = await startS3(t);
  server.hooks = {
    after: ({ operation }) => (operation === 'CompleteMultipartUpload' ? 'lose' : undefined),
  };
  const { report } = await runToS3(t, server, server.endpoint, { store: { retryFor: 3000 } });
  t.ok(report, 'the object is found to be there');
});

for (const at of [0, 9, 18]) {
  t.test(`credentials that expire after ${at} requests`, async (t) => {
    const server = await startS3(t);
    const user = server.users.get(TOOL_KEY);
    server.hooks = {
      after: ({ number }) => {
        if (user !== undefined && number >= at) user.expired = true;
        return undefined;
      },
    };
    const { error } = await runToS3(t, server);
    t.match(error, {
      code: 'E_STORE_WRITE',
      message: /credentials have expired.*HTTP 400, ExpiredToken/,
      hint: /sign in|by hand/,
    });
  });
}

t.test('a right that is missing', async (t) => {
  for (const [action, what] of [
    ['s3:PutObject', /cannot write/],
    ['s3:ListBucket', /cannot list/],
    ['s3:GetObject', /cannot read the metadata/],
  ] as const) {
    const server = await startS3(t);
    const user = server.users.get(TOOL_KEY);
    const { policy } = user ?? {};
    if (user && policy)
      user.policy = (asked, ...rest) => asked !== action && policy(asked, ...rest);
    const { error } = await runToS3(t, server);
    t.match(error, { code: 'E_STORE_WRITE', message: what });
    t.match(error?.message, /denied/);
  }
});

for (const [how, listing] of [
  ['in the middle', (xml: string) => xml.slice(0, xml.length / 2)],
  ['at a page', (xml: string) => xml.replace('<IsTruncated>false', '<IsTruncated>true')],
  ['by an object', (xml: string) => xml.replace(/<Contents>.*?<\/Contents>/s, '')],
  ['at once', () => ''],
] as const) {
  t.test(`a listing that is cut off ${how}`, async (t) => {
    const server = await startS3(t);
    let from = 3;
    server.hooks = { listing: (xml) => (from-- > 0 ? xml : listing(xml)) };
    const { error } = await runToS3(t, server, server.endpoint, IMPATIENT);
    t.match(error, { code: 'E_STORE_WRITE' });
    const once = await startS3(t);
    let times = 0;
    once.hooks = { listing: (xml) => (++times === 4 ? listing(xml) : xml) };
    t.ok((await runToS3(t, once)).report, 'is asked for again');
  });
}

t.test('stopped in the middle: what cannot be cleaned up is named with its remedy', async (t) => {
  const server = await startS3(t);
  const stop = new AbortController();
  server.hooks = {
    before: async ({ operation }) => {
      if (operation === 'UploadPart') stop.abort(new ImportError('E_ABORTED', 'enough'));
    },
  };
  const { error } = await runToS3(t, server, server.endpoint, { signal: stop.signal });
  t.match(error, { code: 'E_ABORTED' });
  t.equal(error?.leftovers.length, 1);
  t.match(error?.leftovers[0], /denied.*AbortIncompleteMultipartUpload/);
  const [id] = server.bucket.uploads.keys();
  t.ok(id !== undefined && error?.leftovers[0]?.includes(`${id} of s3://bucket/${PREFIX}/dt=`));
});

t.test('stopped in the middle, with the right to give up uploads', async (t) => {
  const server = await startS3(t, {}, () => true);
  const stop = new AbortController();
  server.hooks = {
    before: async ({ operation }) => {
      if (operation === 'UploadPart') stop.abort(new ImportError('E_ABORTED', 'enough'));
    },
  };
  const { error } = await runToS3(t, server, server.endpoint, { signal: stop.signal });
  t.match(error, { code: 'E_ABORTED', leftovers: [] });
  t.equal(server.bucket.uploads.size, 0);
});
