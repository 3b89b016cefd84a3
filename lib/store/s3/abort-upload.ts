import { AbortMultipartUploadCommand } from '@aws-sdk/client-s3';
import type { S3Context } from './context.ts';
import { explainS3, s3ErrorStatus } from './errors.ts';
import { lifecycleAdvice } from './lifecycle.ts';

/** Aborts the multipart upload of an object; if that fails, which is often not allowed, the upload is a leftover. */
export async function abortUpload(context: S3Context, name: string, id: string): Promise<void> {
  const { cleaner, bucket, url, leftovers } = context;
  const Key = context.keyOf(name);
  try {
    await cleaner.send(new AbortMultipartUploadCommand({ Bucket: bucket, Key, UploadId: id }));
  } catch (error) {
    if (s3ErrorStatus(error) === 404) return;
    const { message } = explainS3(error, 'abort the upload of', `${url}/${name}`);
    leftovers.push(
      `The unfinished upload ${id} of ${url}/${name}: ${message}. ${lifecycleAdvice(bucket)}`,
    );
  }
}
