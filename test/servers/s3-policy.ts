import type { IncomingHttpHeaders } from 'node:http';

/** Actions of S3's permissions, as on the vendor's page and a few that are not there. */
export type Action =
  | 's3:GetObject'
  | 's3:GetObjectVersion'
  | 's3:PutObject'
  | 's3:DeleteObject'
  | 's3:ListBucket'
  | 's3:GetBucketLocation'
  | 's3:AbortMultipartUpload'
  | 's3:ListBucketMultipartUploads';

/** Whether a request may be made: its action, its key or the prefix it lists, and its headers. It may throw an S3Fault. */
export type Policy = (action: Action, resource: string, headers: IncomingHttpHeaders) => boolean;

/** The owner of the bucket. */
export const OWNER: Policy = () => true;

const ON_OBJECTS: readonly Action[] = [
  's3:GetObject',
  's3:GetObjectVersion',
  's3:PutObject',
  's3:DeleteObject',
];
const ON_BUCKET: readonly Action[] = ['s3:ListBucket', 's3:GetBucketLocation'];

/** Exactly what the vendor's page grants, without the actions in `taken`. */
export function vendorPolicy(prefix: string, taken: readonly Action[] = []): Policy {
  return (action, resource) => {
    if (taken.includes(action)) return false;
    if (ON_OBJECTS.includes(action)) return resource.startsWith(`${prefix}/`);
    return (
      ON_BUCKET.includes(action) &&
      (resource.startsWith(`${prefix}/`) ||
        resource === prefix ||
        action === 's3:GetBucketLocation')
    );
  };
}
