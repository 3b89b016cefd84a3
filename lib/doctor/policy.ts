import { ImportError } from '../errors.ts';
import { type BucketLocation, isBucketUrl, parseBucketUrl, shownUrl } from '../store/bucket-url.ts';

/** What to grant, ready to be used. */
export interface Policy {
  /** The policy document of S3, or the custom role and condition of Google Cloud. */
  json: object;
  /** To be pasted: the document, or the commands. */
  text: string;
  /** What there is to know about it. */
  notes: string[];
}

/** The permissions that the vendor's page lists for Google Cloud Storage. */
export const GCS_PERMISSIONS = [
  'storage.buckets.get',
  'storage.objects.get',
  'storage.objects.create',
  'storage.objects.delete',
  'storage.objects.list',
] as const;

/**
 * The least that imports into a location take, by the vendor's page.
 *
 * @throws ImportError E_USAGE for what is no bucket
 */
export function policyFor(url: string): Policy {
  const location = bucketLocation(url);
  return location.scheme === 's3' ? s3Policy(location) : gcsPolicy(location);
}

/** @throws ImportError E_USAGE */
export function bucketLocation(url: string): BucketLocation {
  if (!isBucketUrl(url)) {
    throw new ImportError(
      'E_USAGE',
      `expected s3://bucket/prefix or gs://bucket/prefix, got ${shownUrl(url)}`,
    );
  }
  return parseBucketUrl(url);
}

function s3Policy({ bucket, key }: BucketLocation): Policy {
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
      `Attach it: aws iam put-user-policy --user-name NAME --policy-name hackle-import --policy-document file://policy.json`,
      `s3:GetBucketLocation stands apart: ${LOCATION_NOTE}.`,
      S3_LIFECYCLE,
    ],
  };
}

/**
 * That key exists in list requests only, and a condition on a key that is not there is not met:
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
 * Ceph's server refuses it just so.
 */
export const LOCATION_NOTE =
  "an import does without it; on the vendor's page a condition on s3:prefix covers it, which is never met for this action";

/** Giving up a multipart upload is not on the vendor's list everywhere, and a killed run cannot. */
export const S3_LIFECYCLE =
  'What a killed run had uploaded in part stays, unseen but billed: give the bucket a lifecycle rule with AbortIncompleteMultipartUpload (such as DaysAfterInitiation: 1).';

function gcsPolicy({ bucket, key }: BucketLocation): Policy {
  // Listing is asked of the bucket, so only what is asked of an object can be kept to the prefix.
  const expression = `resource.type != "storage.googleapis.com/Object" || resource.name.startsWith(${JSON.stringify(`projects/_/buckets/${bucket}/objects/${key}/`)})`;
  const condition = key === '' ? undefined : { title: 'hackle-import', expression };
  const role = {
    title: 'Hackle import',
    stage: 'GA',
    includedPermissions: [...GCS_PERMISSIONS],
  };
  const binding = [
    `gcloud storage buckets add-iam-policy-binding gs://${bucket}`,
    '--member="$MEMBER"',
    '--role="projects/$PROJECT/roles/hackleImport"',
    condition
      ? `--condition=${shellQuoted(`title=${condition.title},expression=${expression}`)}`
      : '--condition=None',
  ];
  const text = [
    'PROJECT=$(gcloud config get-value project)',
    'MEMBER=serviceAccount:hackle-import@$PROJECT.iam.gserviceaccount.com',
    `gcloud iam roles create hackleImport --project="$PROJECT" --title="${role.title}" --stage=${role.stage} \\`,
    `  --permissions=${GCS_PERMISSIONS.join(',')}`,
    `${binding.join(' \\\n  ')}`,
    '',
  ].join('\n');
  return {
    json: { role, ...(condition && { condition }) },
    text,
    notes: [
      'MEMBER is the account whose key you use: change the line if it has another name.',
      ...(condition
        ? [
            'A condition needs uniform bucket-level access. Names of objects outside the prefix can still be listed: Google asks that permission of the bucket.',
          ]
        : []),
    ],
  };
}

function shellQuoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
