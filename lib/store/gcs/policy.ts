import type { Policy } from '../../doctor/policy.ts';
import type { BucketLocation } from '../bucket-url.ts';

/** The permissions that the vendor's page lists for Google Cloud Storage. */
const PERMISSIONS = [
  'storage.buckets.get',
  'storage.objects.get',
  'storage.objects.create',
  'storage.objects.delete',
  'storage.objects.list',
] as const;

/** Returns a custom role with the vendor's permissions, and the commands that create and bind it. */
export function gcsPolicy({ bucket, key }: BucketLocation): Policy {
  // Google checks listing against the bucket, so only permissions on objects can be limited to the prefix.
  const expression = `resource.type != "storage.googleapis.com/Object" || resource.name.startsWith(${JSON.stringify(`projects/_/buckets/${bucket}/objects/${key}/`)})`;
  const condition = key === '' ? undefined : { title: 'hackle-import', expression };
  const role = {
    title: 'Hackle import',
    stage: 'GA',
    includedPermissions: [...PERMISSIONS],
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
    `  --permissions=${PERMISSIONS.join(',')}`,
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
            'A condition needs uniform bucket-level access. Names of objects outside the prefix can still be listed, because Google checks that permission against the bucket.',
          ]
        : []),
    ],
  };
}

function shellQuoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
