import { randomUUID } from 'node:crypto';
import {
  BaseExternalAccountClient,
  Compute,
  type GoogleAuth,
  Impersonated,
  JWT,
  UserRefreshClient,
} from 'google-auth-library';
import { CannotTell, type Examination, PROBE } from '../../doctor/examination.ts';
import type { BucketLocation } from '../bucket-url.ts';
import { STORE_DEFAULTS, type StoreOptions } from '../options.ts';
import { GaveUpError, retry } from '../retry.ts';
import { type GcsAnswer, GcsClient, type GcsRequest } from './client.ts';
import { credentialFile } from './credentials.ts';
import { explain, isTransient, statusOf, untriable } from './errors.ts';

interface BucketResource {
  versioning?: { enabled?: boolean };
  retentionPolicy?: { retentionPeriod?: string };
}

/** Whether an error means that a permission is missing. A rate limit has status 403 too, but is transient. */
function isDenied(error: unknown): boolean {
  return statusOf(error) === 403 && !isTransient(error);
}

/** Prepares the probes for a bucket of Google Cloud Storage. */
export async function examineGcs(
  { bucket, key }: BucketLocation,
  options: StoreOptions,
): Promise<Examination> {
  const client = new GcsClient(bucket, options);
  const root = key === '' ? '' : `${key}/`;
  const name = `${root}${PROBE}${randomUUID()}`;
  const objects = `/storage/v1/b/${bucket}/o`;
  const urlOf = (objectName: string): string => `${objects}/${encodeURIComponent(objectName)}`;
  const object = urlOf(name);
  const deadline = options.retryFor ?? STORE_DEFAULTS.retryFor;
  let clockAhead: number | undefined;
  let resource: BucketResource = {};
  let listed = false;
  /** An object that already existed. */
  let other: string | undefined;
  let created = false;

  const send = async (request: GcsRequest): Promise<GcsAnswer> => {
    const begin = Date.now();
    const noteClock = (headers: Record<string, string> | undefined): void => {
      const date = Date.parse(headers?.date ?? '');
      // The header has whole seconds, so it is half a second early on average.
      if (!Number.isNaN(date)) clockAhead = (begin + Date.now()) / 2 - (date + 500);
    };
    try {
      const answer = await retry({ deadline, isTransient }, () => client.request(request));
      noteClock(answer.headers);
      return answer;
    } catch (error) {
      const cause = error instanceof GaveUpError ? error.cause : error;
      noteClock((cause as { response?: { headers?: Record<string, string> } }).response?.headers);
      throw error;
    }
  };

  const remove = async (): Promise<void> => {
    await send({ method: 'DELETE', url: object, expect: [404] });
    created = false;
  };
  // Without the permission to list, the answer for a missing object may be a denial too.
  const onObject = async (run: () => Promise<unknown>): Promise<void> => {
    try {
      await run();
    } catch (error) {
      if (isDenied(error) && !created && !listed) throw new CannotTell();
      throw error;
    }
  };

  return {
    credentials: () => credentialSource(client.auth, options.gcs?.keyFile),
    cleanUp: async () => {
      if (created) await remove().catch(() => {});
      return created ? client.url(name) : undefined;
    },
    isDenied,
    cannotTell: untriable,
    explain: (error) =>
      explain(error, {
        verb: 'use',
        target: client.url(key),
        credentials: credentialFile(options.gcs?.keyFile)?.file,
        permission: 'storage.objects.list',
        code: 'E_STORE_WRITE',
      }),
    clock: () => clockAhead,
    notes: () => notesOn(resource),
    probes: [
      {
        permission: 'storage.buckets.get',
        purpose: "read the bucket's settings (Hackle's importer)",
        byImporter: true,
        run: async () => {
          const { data } = await send({ method: 'GET', url: `/storage/v1/b/${bucket}` });
          resource = data as BucketResource;
        },
      },
      {
        permission: 'storage.objects.list',
        purpose: 'list existing objects, compare before _SUCCESS',
        run: async () => {
          const params = { prefix: root, maxResults: 100 };
          const { data } = await send({ method: 'GET', url: objects, params });
          listed = true;
          const { items = [] } = data as { items?: { name: string }[] };
          other = items.map((item) => item.name).find((one) => !one.startsWith(root + PROBE));
        },
      },
      {
        permission: 'storage.objects.create',
        purpose: 'write files and _SUCCESS',
        run: async () => {
          await send({
            method: 'POST',
            url: `/upload${objects}`,
            params: { uploadType: 'media', name, kmsKeyName: client.kmsKey },
            headers: { 'Content-Type': 'text/plain' },
            body: [Buffer.from('Made by hackle-import doctor. It may be deleted.\n')],
          });
          created = true;
        },
      },
      {
        permission: 'storage.objects.get',
        purpose: 'read objects and their metadata',
        // Not only on our own object: in a bucket with ACLs, the writer of an object may read it.
        run: async () => {
          await onObject(() => send({ method: 'GET', url: object, expect: [404] }));
          if (other !== undefined) await send({ method: 'GET', url: urlOf(other), expect: [404] });
        },
      },
      {
        permission: 'storage.objects.delete',
        purpose: 'remove leftovers of an earlier run, overwrite',
        run: () => onObject(remove),
      },
    ],
  };
}

async function credentialSource(
  auth: GoogleAuth | undefined,
  keyFile: string | undefined,
): Promise<string> {
  if (auth === undefined)
    return 'none: anonymous, because --endpoint or STORAGE_EMULATOR_HOST is not an address of Google';
  const found = credentialFile(keyFile);
  const where = found && `${found.named}: ${found.file}`;
  try {
    const client = await auth.getClient();
    if (client instanceof Compute) return "the machine's own service account (metadata server)";
    return `${where ?? 'gcloud auth application-default login'} (${kindOf(client)})`;
  } catch (error) {
    throw explain(error, {
      verb: 'use',
      target: where ?? 'application default credentials',
      credentials: found?.file,
      permission: '',
      code: 'E_STORE_WRITE',
    });
  }
}

function kindOf(client: unknown): string {
  if (client instanceof JWT) return `service account ${client.email ?? 'without a name'}`;
  if (client instanceof Impersonated) return 'an impersonated service account';
  if (client instanceof BaseExternalAccountClient) return 'workload identity federation';
  return client instanceof UserRefreshClient ? 'a user' : 'unknown kind';
}

function notesOn({ versioning, retentionPolicy }: BucketResource): string[] {
  return [
    'Unfinished uploads expire after a week; they need no lifecycle rule.',
    ...(versioning?.enabled === true
      ? [
          'The bucket keeps old versions: replaced files stay billed until a lifecycle rule deletes noncurrent versions.',
        ]
      : []),
    ...(retentionPolicy !== undefined
      ? [
          `The bucket has a retention policy (${retentionPolicy.retentionPeriod} s): until it ends nothing can be deleted or overwritten, so an interrupted run cannot be repaired.`,
        ]
      : []),
  ];
}
