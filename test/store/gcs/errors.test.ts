// What a person is told of errors of Google Cloud Storage.
import { test } from 'tap';
import { explain, type GcsAction } from '../../../lib/store/gcs/errors.ts';

const ACTION: GcsAction = {
  verb: 'write',
  target: 'gs://bucket/a/b/dt=2023-01-01/000000000000.parquet',
  permission: 'storage.objects.create',
  code: 'E_STORE_WRITE',
};

test('a missing permission: the commands are for where the import goes, not for one file', (t) => {
  const denied = Object.assign(new Error('Forbidden'), { code: 403 });
  t.match(explain(denied, ACTION), {
    message:
      /^cannot write gs:\/\/bucket\/a\/b\/dt=.*: no permission \(403\); storage\.objects\.create is missing/,
    hint: 'Grant storage.objects.create on the bucket bucket: hackle-import policy gs://bucket/a/b prints the role, hackle-import doctor gs://bucket/a/b tries every permission.',
  });
  t.equal(
    explain(denied, { ...ACTION, verb: 'read', code: 'E_INPUT_READ' }).hint,
    'Grant storage.objects.create on the bucket bucket.',
    'an input is nowhere that an import goes',
  );
  t.end();
});

test('no connection: the reason without the address of the request', (t) => {
  const text =
    'request to https://storage.googleapis.com/storage/v1/b/bucket/o?prefix=a failed, reason: getaddrinfo ENOTFOUND storage.googleapis.com';
  t.match(explain(Object.assign(new Error(text), { code: 'ENOTFOUND' }), ACTION), {
    message: /: the connection failed: getaddrinfo ENOTFOUND storage\.googleapis\.com$/,
    hint: /Check the network and --endpoint/,
  });
  t.end();
});
