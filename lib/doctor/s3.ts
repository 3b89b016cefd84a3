import { randomUUID } from 'node:crypto';
import {
  DeleteObjectCommand,
  GetBucketLocationCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import type { BucketLocation } from '../store/bucket-url.ts';
import type { StoreOptions } from '../store/options.ts';
import { makeS3Clients } from '../store/s3-client.ts';
import { explainS3, s3ErrorCode, s3ErrorStatus } from '../store/s3-errors.ts';
import { CannotTell, type Examination } from './examination.ts';
import { LOCATION_NOTE, S3_LIFECYCLE } from './policy.ts';

/** Names that the SDK gives the places it found credentials at. */
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

/** Probes of a bucket of S3, or of a server that speaks it. */
export async function examineS3(
  { bucket, key }: BucketLocation,
  options: StoreOptions,
): Promise<Examination> {
  const { lasting: client } = await makeS3Clients(options);
  const root = key === '' ? '' : `${key}/`;
  const name = `${root}hackle-import-doctor-${randomUUID()}`;
  const url = `s3://${bucket}/${name}`;
  const object = { Bucket: bucket, Key: name };
  let ahead: number | undefined;
  let version: string | undefined;
  /** An object that is there already. */
  let found: string | undefined;
  let created = false;

  const see = (begin: number, response: unknown): void => {
    const { headers = {} } = (response ?? {}) as { headers?: Record<string, string> };
    const date = Date.parse(headers.date ?? '');
    // The header has whole seconds, on average half of one less.
    if (!Number.isNaN(date)) ahead = (begin + Date.now()) / 2 - (date + 500);
  };
  client.middlewareStack.add(
    (next) => async (args) => {
      const begin = Date.now();
      try {
        const result = await next(args);
        see(begin, result.response);
        return result;
      } catch (error) {
        see(begin, (error as { $response?: unknown }).$response);
        throw error;
      }
    },
    { step: 'deserialize', priority: 'low', name: 'hackleImportClock' },
  );

  // Under the vendor's policy nobody is told that an object is not there: it must be one that is.
  const read = async (VersionId?: string): Promise<void> => {
    const Key = created ? name : found;
    if (Key === undefined) throw new CannotTell();
    const Range = Key === name ? undefined : 'bytes=0-0';
    const answer = await client.send(
      new GetObjectCommand({ Bucket: bucket, Key, VersionId, Range }),
    );
    await answer.Body?.transformToByteArray();
  };
  const remove = async (): Promise<void> => {
    await client.send(new DeleteObjectCommand(object));
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
    isDenied: (error) =>
      s3ErrorStatus(error) === 403 && /^(AccessDenied|Forbidden)$/.test(s3ErrorCode(error)),
    explain: (error) => explainS3(error, 'use', `s3://${bucket}/${key}`),
    clock: () => ahead,
    notes: () => [
      S3_LIFECYCLE,
      ...(version === undefined || version === 'null'
        ? []
        : [
            'The bucket keeps old versions: files that are replaced stay billed until a lifecycle rule expires noncurrent versions.',
          ]),
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
        purpose: 'find what is there, compare before _SUCCESS',
        run: async () => {
          const command = new ListObjectsV2Command({ Bucket: bucket, Prefix: root, MaxKeys: 10 });
          const { Contents = [] } = await client.send(command);
          // A range cannot be had of an empty object.
          found = Contents.find(({ Size = 0 }) => Size > 0)?.Key;
        },
      },
      {
        permission: 's3:PutObject',
        purpose: 'write files and _SUCCESS',
        run: async () => {
          const Body = Buffer.from('Made by hackle-import doctor. It may be deleted.\n');
          const { VersionId } = await client.send(new PutObjectCommand({ ...object, Body }));
          version = VersionId;
          created = true;
        },
      },
      {
        permission: 's3:GetObject',
        purpose: 'read objects and what is stored of them',
        run: () => read(),
      },
      {
        permission: 's3:GetObjectVersion',
        purpose: "read a version of an object (Hackle's importer)",
        // Without versioning, every object has the version `null`.
        run: () =>
          read(version ?? 'null').catch((error: unknown) => {
            // An older object in a versioned bucket: only who may read versions is told so.
            if (s3ErrorCode(error) !== 'NoSuchVersion') throw error;
          }),
      },
      {
        permission: 's3:DeleteObject',
        purpose: 'remove what an earlier run left, overwrite',
        run: remove,
      },
    ],
  };
}
