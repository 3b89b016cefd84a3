import t from 'tap';
import { policyFor } from '../../lib/doctor/doctor.ts';

interface Statement {
  Effect: string;
  Action: string | string[];
  Resource: string;
  Condition?: { StringLike: { 's3:prefix': string[] } };
}

function statements(url: string): Statement[] {
  return (policyFor(url).json as { Statement: Statement[] }).Statement;
}

/** As on the vendor's page, with bucket and prefix filled in. */
const VENDOR: Statement[] = [
  {
    Effect: 'Allow',
    Action: ['s3:GetObject', 's3:GetObjectVersion', 's3:DeleteObject', 's3:PutObject'],
    Resource: 'arn:aws:s3:::logs/a/b/*',
  },
  {
    Effect: 'Allow',
    Action: 's3:ListBucket',
    Resource: 'arn:aws:s3:::logs',
    Condition: { StringLike: { 's3:prefix': ['a/b/*', 'a/b/', 'a/b'] } },
  },
];

t.test('S3: the vendor’s policy, and GetBucketLocation where AWS grants it', async (t) => {
  const all = statements('s3://logs/a/b/');
  t.same(all.slice(0, 2), VENDOR);
  t.same(all.slice(2), [
    { Effect: 'Allow', Action: 's3:GetBucketLocation', Resource: 'arn:aws:s3:::logs' },
  ]);
  const { text, json, notes } = policyFor('s3://logs/a/b');
  t.same(JSON.parse(text), json);
  t.match(notes.join('\n'), /AbortIncompleteMultipartUpload/);
});

t.test('S3 without a prefix', async (t) => {
  const [objects, list] = statements('s3://logs');
  t.equal(objects?.Resource, 'arn:aws:s3:::logs/*');
  t.equal(list?.Condition, undefined);
});

t.test('Google Cloud: the vendor’s permissions, kept to the prefix', async (t) => {
  const { text, json } = policyFor('gcs://logs/a"b');
  t.match(json, {
    role: {
      includedPermissions: [
        'storage.buckets.get',
        'storage.objects.get',
        'storage.objects.create',
        'storage.objects.delete',
        'storage.objects.list',
      ],
    },
    condition: { expression: /startsWith\("projects\/_\/buckets\/logs\/objects\/a\\"b\/"\)$/ },
  });
  t.match(text, /^gcloud iam roles create hackleImport /m);
  t.match(text, /--condition='title=hackle-import,expression=/);
  t.match(policyFor("gs://logs/it's").text, /objects\/it'\\''s\//);
  const whole = policyFor('gs://logs');
  t.match(whole.text, /--condition=None/);
  t.notOk('condition' in whole.json);
});

t.test('what is no bucket', async (t) => {
  for (const url of ['out', 'file:///out', 'http://bucket', 's3://', 'gs://user:secret@b']) {
    t.throws(() => policyFor(url), { code: 'E_USAGE' }, url);
  }
});
