// What the environment says of the server and the region.
import t, { type Test } from 'tap';
import { openStore } from '../../../lib/store/open.ts';
import { makeS3Clients } from '../../../lib/store/s3/client.ts';
import type { S3Options } from '../../../lib/store/s3/options.ts';
import { ForwardProxy } from '../../servers/forward-proxy.ts';
import { useToolCredentials } from '../../servers/s3-support.ts';

const NAMES = [
  'AWS_REGION',
  'AWS_DEFAULT_REGION',
  'AWS_ENDPOINT_URL',
  'AWS_ENDPOINT_URL_S3',
  'HTTP_PROXY',
];

t.beforeEach(() => {
  useToolCredentials();
  for (const name of NAMES) delete process.env[name];
});

t.test('the region: an option, AWS_REGION, AWS_DEFAULT_REGION, us-east-1', async (t) => {
  const region = async (s3: S3Options = {}): Promise<string> =>
    (await makeS3Clients({ s3 })).run.config.region();
  t.equal(await region(), 'us-east-1');
  process.env.AWS_DEFAULT_REGION = 'ap-northeast-2';
  t.equal(await region(), 'ap-northeast-2');
  process.env.AWS_REGION = '';
  t.equal(await region(), 'ap-northeast-2', 'an empty one counts as absent');
  process.env.AWS_REGION = 'eu-west-1';
  t.equal(await region(), 'eu-west-1');
  t.equal(await region({ region: 'us-west-2' }), 'us-west-2');
});

/** Resolves with the URL that is asked for first, without its query. */
async function asked(t: Test, bucket: string, s3: S3Options = {}): Promise<string> {
  const proxy = await ForwardProxy.start(t, { credentials: 'nobody:knows' });
  process.env.HTTP_PROXY = `http://${proxy.host}`;
  await t.rejects(openStore(`s3://${bucket}/a`, { s3, retryFor: 0 }).list(''));
  return proxy.requests[0]?.replace(/^GET |\/?\?.*/g, '') ?? '';
}

t.test(
  'a server on this machine, and buckets that cannot be host names, are in the path',
  async (t) => {
    process.env.AWS_ENDPOINT_URL = 'http://minio:9000';
    t.equal(await asked(t, 'bucket'), 'http://bucket.minio:9000');
    t.equal(await asked(t, 'bucket', { pathStyle: true }), 'http://minio:9000/bucket');
    for (const bucket of ['My_Bucket', 'a..b', 'UPPER']) {
      t.equal(await asked(t, bucket), `http://minio:9000/${bucket}`);
    }
    for (const name of ['AWS_ENDPOINT_URL', 'AWS_ENDPOINT_URL_S3']) {
      for (const endpoint of [
        'http://localhost:9000',
        'http://LOCALHOST/',
        'http://127.0.0.1:9000',
      ]) {
        process.env[name] = endpoint;
        const { href } = new URL('bucket', endpoint.endsWith('/') ? endpoint : `${endpoint}/`);
        t.equal(await asked(t, 'bucket'), href);
      }
    }
    const virtual = await asked(t, 'bucket', {
      endpoint: 'http://localhost:9000',
      pathStyle: false,
    });
    t.equal(virtual, 'http://bucket.localhost:9000');
  },
);
