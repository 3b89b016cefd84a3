import type { Policy } from '../../doctor/policy.ts';
import type { BucketLocation } from '../bucket-url.ts';
import { LIFECYCLE_NOTE } from './lifecycle.ts';

/**
 * Why s3:GetBucketLocation has a statement of its own. The key s3:prefix exists only in list requests, and a
 * condition on a key that is absent is not met:
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
 * Ceph's server refuses it for the same reason.
 */
export const LOCATION_NOTE =
  "an import works without it; the vendor's page covers it by a condition on s3:prefix, which is never met for this action";

/** Returns the vendor's policy for a bucket and prefix of S3. */
export function s3Policy({ bucket, key }: BucketLocation): Policy {
  const arn = `arn:aws:s3:::${bucket}`;
  const list = {
    Effect: 'Allow',
    Action: 's3:ListBucket',
    Resource: arn,
    ...(key !== '' && {
      Condition: { StringLike: { 's3:prefix': [`${key}/*`, `${key}/`, key] } },
    }),
  };
  const json = {
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Action: ['s3:GetObject', 's3:GetObjectVersion', 's3:DeleteObject', 's3:PutObject'],
        Resource: `${arn}/${key === '' ? '' : `${key}/`}*`,
      },
      list,
      { Effect: 'Allow', Action: 's3:GetBucketLocation', Resource: arn },
    ],
  };
  return {
    json,
    text: `${JSON.stringify(json, null, 2)}\n`,
    notes: [
      'Attach it: aws iam put-user-policy --user-name NAME --policy-name hackle-import --policy-document file://policy.json',
      `s3:GetBucketLocation has a statement of its own: ${LOCATION_NOTE}.`,
      LIFECYCLE_NOTE,
    ],
  };
}
