// Aborting a multipart upload is not on the vendor's list of permissions everywhere, and a killed run cannot do
// it. Only a lifecycle rule of the bucket removes the parts that such an upload leaves.

/** What `doctor` and `policy` say about the parts that killed runs leave. */
export const LIFECYCLE_NOTE =
  'Parts that a killed run had uploaded stay in the bucket, invisible but billed: give the bucket a lifecycle rule with AbortIncompleteMultipartUpload (such as DaysAfterInitiation: 1).';

/** Returns what removes the parts of uploads that were neither completed nor aborted. */
export function lifecycleAdvice(bucket: string): string {
  return `A lifecycle rule with AbortIncompleteMultipartUpload on the bucket ${bucket} removes the parts of such uploads.`;
}
