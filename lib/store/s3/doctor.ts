import { randomUUID } from 'node:crypto';
import {
  DeleteObjectCommand,
  GetBucketLocationCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type _Object as S3Object,
} from '@aws-sdk/client-s3';
import { CannotTell, type Examination, PROBE } from '../../doctor/examination.ts';
import type { BucketLocation } from '../bucket-url.ts';
import type { StoreOptions } from '../options.ts';
import { makeS3Clients } from './client.ts';
import { compareReplies } from './doctor-compare.ts';
import { explicitDenial, findDemand } from './doctor-demands.ts';
import { explainS3, s3ErrorCode, s3ErrorStatus, untriable } from './errors.ts';
import { LIFECYCLE_NOTE } from './lifecycle.ts';
import type { S3Options } from './options.ts';
import { markOf } from './own-objects.ts';
import { LOCATION_NOTE } from './policy.ts';

/** What the SDK's names for the sources of credentials mean. */
const SOURCES: Readonly<Record<string, string>> = {
  CREDENTIALS_CODE: 'given in code',
  CREDENTIALS_ENV_VARS: 'the environment (AWS_ACCESS_KEY_ID)',
  CREDENTIALS_ENV_VARS_STS_WEB_ID_TOKEN: 'a web identity token',
  CREDENTIALS_STS_ASSUME_ROLE: 'an assumed role',
  CREDENTIALS_STS_ASSUME_ROLE_WEB_ID: 'a web identity token',
  CREDENTIALS_PROFILE: 'a profile',
  CREDENTIALS_PROFILE_STS_WEB_ID_TOKEN: 'a web identity token of a profile',
  CREDENTIALS_PROFILE_PROCESS: 'a process named in a profile',
  CREDENTIALS_PROFILE_SSO: 'a profile, signed in by SSO',
  CREDENTIALS_SSO: 'SSO',
  CREDENTIALS_PROCESS: 'a process named in a profile',
  CREDENTIALS_HTTP: "the container's role",
  CREDENTIALS_IMDS: "the machine's role",
};

const PUT = 's3:PutObject';

/** An object to read, with its version if that is known. */
interface Sample {
  Key: string;
  VersionId?: string | undefined;
}

/** Prepares the probes for a bucket of S3, or of another server that speaks S3. */
export async function examineS3(
  { bucket, key }: BucketLocation,
  options: StoreOptions,
): Promise<Examination> {
  // What the bucket is found to demand is added, for the requests that follow.
  const s3: S3Options = { ...options.s3 };
  const { lasting: client } = await makeS3Clients({ ...options, s3 });
  const root = key === '' ? '' : `${key}/`;
  const name = `${root}${PROBE}${randomUUID()}`;
  const url = `s3://${bucket}/${name}`;
  const own: Sample = { Key: name };
  const token = randomUUID();
  const Body = Buffer.from('Made by hackle-import doctor. It may be deleted.\n');
  let comparison: string[] = [];
  let clockAhead: number | undefined;
  let created = false;
  /** An object that already existed. */
  let other: Sample | undefined;

  const noteClock = (begin: number, response: unknown): void => {
    const { headers = {} } = (response ?? {}) as { headers?: Record<string, string> };
    const date = Date.parse(headers.date ?? '');
    // The header has whole seconds, so it is half a second early on average.
    if (!Number.isNaN(date)) clockAhead = (begin + Date.now()) / 2 - (date + 500);
  };
  client.middlewareStack.add(
    (next) => async (args) => {
      const begin = Date.now();
      try {
        const result = await next(args);
        noteClock(begin, result.response);
        return result;
      } catch (error) {
        noteClock(begin, (error as { $response?: unknown }).$response);
        throw error;
      }
    },
    { step: 'deserialize', priority: 'low', name: 'hackleImportClock' },
  );

  const isDenied = (error: unknown): boolean =>
    s3ErrorStatus(error) === 403 && /^(AccessDenied|Forbidden)$/.test(s3ErrorCode(error));
  const list = async (Prefix: string): Promise<S3Object[]> => {
    const command = new ListObjectsV2Command({ Bucket: bucket, Prefix });
    return (await client.send(command)).Contents ?? [];
  };
  const read = async ({ Key, VersionId }: Sample): Promise<string | undefined> => {
    const input = { Bucket: bucket, Key, VersionId, Range: 'bytes=0-0' };
    const answer = await client.send(new GetObjectCommand(input));
    await answer.Body?.transformToByteArray();
    return answer.VersionId;
  };
  // Under the vendor's policy the answer for a missing object is the same as for a denial, so the object must
  // exist. And it must not only be our own: Ceph lets the writer of an object read it, whatever the policy says.
  const onObjects = async (run: (sample: Sample) => Promise<unknown>): Promise<void> => {
    if (created) await run(own);
    let isKnown = created;
    if (other !== undefined) {
      const { Key } = other;
      try {
        await run(other);
        isKnown = true;
      } catch (error) {
        // Only a denial counts, and only while the object still exists.
        if (isDenied(error) && (await list(Key)).some((object) => object.Key === Key)) throw error;
      }
    }
    if (!isKnown) throw new CannotTell();
  };
  // A listing that is denied has a finding of its own.
  const compare = (): Promise<string[]> =>
    compareReplies(client, { bucket, key: name, size: Body.length, token }).catch(() => []);
  const isVersioned = (): boolean => (own.VersionId ?? 'null') !== 'null';
  const remove = async (): Promise<void> => {
    await client.send(new DeleteObjectCommand({ Bucket: bucket, Key: name }));
    created = false;
  };

  return {
    credentials: async () => {
      try {
        const { $source = {} } = (await client.config.credentials()) as { $source?: object };
        const found = Object.keys($source).map((source) => SOURCES[source] ?? source);
        const { AWS_PROFILE: profile } = process.env;
        return `${found.at(-1) ?? 'unknown'}${profile ? ` (AWS_PROFILE: ${profile})` : ''}`;
      } catch (error) {
        throw explainS3(error, 'use', `s3://${bucket}/${key}`);
      }
    },
    cleanUp: async () => {
      if (created) await remove().catch(() => {});
      return created ? url : undefined;
    },
    isDenied,
    cannotTell: untriable,
    demanded: ({ permission, run }) => findDemand(s3, run, permission === PUT),
    denial: explicitDenial,
    explain: (error) => explainS3(error, 'use', `s3://${bucket}/${key}`),
    clock: () => clockAhead,
    notes: () => [
      ...comparison,
      LIFECYCLE_NOTE,
      ...(isVersioned()
        ? [
            'The bucket keeps old versions: replaced files stay billed until a lifecycle rule expires noncurrent versions.',
          ]
        : []),
    ],
    probes: [
      {
        permission: 's3:GetBucketLocation',
        purpose: "find the bucket's region",
        optional: LOCATION_NOTE,
        run: () => client.send(new GetBucketLocationCommand({ Bucket: bucket })),
      },
      {
        permission: 's3:ListBucket',
        purpose: 'list existing objects, compare before _SUCCESS',
        run: async () => {
          // An empty object has no byte to read, and one that a `doctor` left is our own.
          const found = (await list(root)).find(
            ({ Key = '', Size = 0 }) => Size > 0 && !Key.startsWith(`${root}${PROBE}`),
          );
          if (found?.Key !== undefined) other = { Key: found.Key };
        },
      },
      {
        permission: PUT,
        purpose: 'write files and _SUCCESS',
        run: async () => {
          const input = { Bucket: bucket, Key: name, Body, Metadata: markOf(token) };
          own.VersionId = (await client.send(new PutObjectCommand(input))).VersionId;
          created = true;
        },
      },
      {
        permission: 's3:GetObject',
        purpose: 'read objects and their metadata',
        run: async () => {
          await onObjects(async (sample) => {
            sample.VersionId = (await read({ Key: sample.Key })) ?? sample.VersionId;
          });
          if (created) comparison = await compare();
        },
      },
      {
        permission: 's3:GetObjectVersion',
        purpose: "read a version of an object (Hackle's importer)",
        byImporter: true,
        run: () =>
          onObjects(async (sample) => {
            // A version that does not exist is denied like one that must not be read.
            if (sample.VersionId === undefined && isVersioned()) throw new CannotTell();
            // In a bucket without versioning every object has the version `null`.
            await read({ ...sample, VersionId: sample.VersionId ?? 'null' });
          }),
      },
      {
        permission: 's3:DeleteObject',
        purpose: 'remove leftovers of an earlier run, overwrite',
        run: remove,
      },
    ],
  };
}
