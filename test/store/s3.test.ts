import t from 'tap';
import { openAt, startS3, useToolCredentials } from '../servers/s3-support.ts';
import { conformance } from './conformance.ts';

useToolCredentials();

t.test('S3Store conforms, with no more than the vendor’s policy', (t) =>
  conformance(t, async (t) => openAt(await startS3(t))),
);
