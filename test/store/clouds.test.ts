import t from 'tap';
import { CLOUDS, cloudByScheme, cloudOf } from '../../lib/store/clouds.ts';

t.test('each scheme means one cloud', async (t) => {
  const names = CLOUDS.flatMap(({ scheme, aliases }) => [scheme, ...aliases]);
  t.equal(new Set(names).size, names.length);
  for (const name of names) t.ok(cloudByScheme(name.toUpperCase()), name);
  t.equal(cloudByScheme('gcs'), cloudByScheme('gs'));
  for (const name of ['', 'file', 'http', 'constructor']) t.equal(cloudByScheme(name), undefined);
});

t.test('a URL means a cloud, even if the rest of it is wrong', async (t) => {
  for (const url of ['s3://bucket/a', 'S3://bucket', 's3:bucket', 's3://']) {
    t.equal(cloudOf(url)?.scheme, 's3', url);
  }
  t.equal(cloudOf('gcs://bucket')?.scheme, 'gs');
  for (const url of ['', 'out', 's3', 'c:\\out', 'file:///out', 'out/s3:a', 'http://s3:80']) {
    t.equal(cloudOf(url), undefined, url);
  }
});
