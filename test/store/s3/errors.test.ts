// What a person is told of errors of S3.
import { test } from 'tap';
import { explainS3 } from '../../../lib/store/s3/errors.ts';

const FILE = 's3://bucket/a/b/dt=2023-01-01/000000000000.parquet';

function refusal(name: string, message: string): Error {
  return Object.assign(new Error(message), { name, $metadata: { httpStatusCode: 403 } });
}

test('a missing permission: the commands are for where the import goes', (t) => {
  const advice =
    'hackle-import doctor s3://bucket/a/b shows which permission is missing or which option the bucket demands, hackle-import policy s3://bucket/a/b prints what to grant';
  t.match(explainS3(refusal('AccessDenied', 'Access Denied'), 'write', FILE), {
    message: `cannot write ${FILE}: access is denied: Access Denied (HTTP 403, AccessDenied)`,
    hint: advice,
  });
  t.match(explainS3(refusal('Unknown', 'UnknownError'), 'read the metadata of', FILE), {
    message: `cannot read the metadata of ${FILE}: access is denied (HTTP 403)`,
    hint: advice,
  });
  const input = explainS3(refusal('AccessDenied', 'Access Denied'), 'list', FILE, 'E_INPUT_READ');
  t.equal(input.hint, 'grant s3:ListBucket and s3:GetObject on the inputs');
  t.end();
});

test('no credentials: a profile that was asked for is named', (t) => {
  const error = Object.assign(new Error('none'), { name: 'CredentialsProviderError' });
  const { AWS_PROFILE } = process.env;
  t.teardown(() => {
    if (AWS_PROFILE !== undefined) process.env.AWS_PROFILE = AWS_PROFILE;
  });
  delete process.env.AWS_PROFILE;
  t.match(explainS3(error, 'list', FILE).hint, /^set AWS_ACCESS_KEY_ID/);
  process.env.AWS_PROFILE = 'work';
  t.match(
    explainS3(error, 'list', FILE).hint,
    /^the profile "work" \(AWS_PROFILE\) has no usable credentials/,
  );
  delete process.env.AWS_PROFILE;
  t.end();
});
