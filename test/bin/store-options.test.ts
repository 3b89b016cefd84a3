import t from 'tap';
import { storeOptions } from '../../bin/store-options.ts';

const endpoint = 'http://127.0.0.1:9000';
/** What `--endpoint` gives, which names no cloud. */
const store = { s3: { endpoint }, gcs: { endpoint } };

t.test('--endpoint is the server of the cloud written to, else of those read from', async (t) => {
  const of = (to: string, ...inputs: string[]): string[] =>
    Object.entries(storeOptions({ store }, to, inputs) ?? {})
      .filter(([, options]) => (options as { endpoint?: string }).endpoint === endpoint)
      .map(([cloud]) => cloud);
  t.strictSame(of('s3://bucket'), ['s3']);
  t.strictSame(of('GCS://bucket', 's3://bucket/a'), ['gcs']);
  t.strictSame(of('s3://bucket', 'gs://bucket/a', 's3://bucket/a'), ['s3']);
  t.strictSame(of('out', 'gs://bucket/a', 'a.ndjson'), ['gcs']);
  t.strictSame(of('out', 'gs://bucket/a', 's3://bucket/a'), ['s3', 'gcs']);
  t.strictSame(of('out', 'a.ndjson'), []);
});

t.test('the other flags belong to one cloud each', async (t) => {
  const flags = {
    s3: { endpoint, region: 'eu-west-1', pathStyle: true },
    gcs: { endpoint, keyFile: 'key.json' },
  };
  t.strictSame(storeOptions({ store: flags }, 'out'), {
    s3: { region: 'eu-west-1', pathStyle: true },
    gcs: { keyFile: 'key.json' },
  });
  t.strictSame(storeOptions({ store: { s3: { region: 'r' } } }, 's3://bucket'), {
    s3: { region: 'r' },
    gcs: {},
  });
  t.equal(storeOptions({}, 's3://bucket'), undefined);
});
