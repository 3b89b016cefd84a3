import { randomUUID } from 'node:crypto';
import { ImportError } from '../../errors.ts';
import type { ObjectInfo } from '../contract.ts';
import {
  findOwn,
  MARK,
  type Metadata,
  neededGeneration,
  targetConflict,
  type UploadTarget,
} from './object.ts';

/** What the server says of a copy that it has not finished, or has. */
interface Rewrite {
  done?: boolean;
  rewriteToken?: string;
  resource?: { generation?: string; size?: string };
}

/** The source has another generation, or is gone. */
const CHANGED = [404, 412];

/**
 * Copies an object inside its bucket. A large one takes several requests, each of which continues where the one before
 * has stopped: https://cloud.google.com/storage/docs/json_api/v1/objects/rewrite
 *
 * @param source full name of the object in the bucket
 */
export async function copyObject(
  target: UploadTarget,
  from: ObjectInfo,
  source: string,
): Promise<Omit<ObjectInfo, 'name'>> {
  const { client, action, signal } = target;
  const bucket = `/b/${client.bucket.name}/o/`;
  const url = `/storage/v1${bucket}${encodeURIComponent(source)}/rewriteTo${bucket}${encodeURIComponent(target.name)}`;
  const mark = randomUUID();
  let rewriteToken: string | undefined;
  for (;;) {
    const request = {
      method: 'POST' as const,
      url,
      params: {
        ifSourceGenerationMatch: from.version,
        ifGenerationMatch: neededGeneration(target),
        destinationKmsKeyName: client.kmsKey,
        rewriteToken,
        fields: 'done,rewriteToken,resource(generation,size)',
      },
      headers: { 'Content-Type': 'application/json; charset=UTF-8' },
      body: [Buffer.from(JSON.stringify({ metadata: { [MARK]: mark } }))],
      expect: CHANGED,
      signal,
    };
    const { status, data } = await client.retry(action, () => client.request(request), signal);
    if (CHANGED.includes(status)) {
      // After a lost answer the copy exists, and so its name has not what it had before.
      const made = await findOwn(target, mark);
      if (made !== undefined) return described(made, from, target);
      throw await conflictOf(target, from, source, data);
    }
    const { done, resource, ...next } = data as Rewrite;
    rewriteToken = next.rewriteToken;
    if (done === true && resource?.generation !== undefined) {
      return described(resource, from, target);
    }
    if (rewriteToken === undefined) throw incomplete(target, 'no word on how to continue');
  }
}

/** What a copy is, if it has as many bytes as its source. @throws ImportError if it has not */
function described(
  { size, generation }: Metadata,
  from: ObjectInfo,
  target: UploadTarget,
): Omit<ObjectInfo, 'name'> {
  if (Number(size) === from.size && generation !== undefined) {
    return { size: from.size, version: generation };
  }
  throw incomplete(target, `${size} of ${from.size} bytes`);
}

/** The error for a copy whose source or target is not what it was. */
async function conflictOf(
  target: UploadTarget,
  from: ObjectInfo,
  source: string,
  data: unknown,
): Promise<ImportError> {
  const { client } = target;
  try {
    const [{ generation }] = await client.bucket.file(source).getMetadata();
    if (String(generation) === from.version) return targetConflict(target, data);
  } catch {
    // It is gone, or cannot be read.
  }
  return changedObject(client.url(source));
}

/** The error for an object that is not what it was when it was written or listed. */
export function changedObject(url: string): ImportError {
  return new ImportError(
    'E_STORE_CONFLICT',
    `${url} was changed or removed: another run wrote it`,
    {
      hint: 'let only one run at a time write a day; run again when the other one has ended',
    },
  );
}

function incomplete({ client, name, action }: UploadTarget, got: string): ImportError {
  return new ImportError(
    action.code,
    `cannot ${action.verb} ${client.url(name)}: the server copied it and answered ${got}`,
    { hint: 'Run again; what was not committed is written again.' },
  );
}
