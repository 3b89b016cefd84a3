import { randomUUID } from 'node:crypto';
import { ImportError } from '../../errors.ts';
import type { ObjectInfo } from '../contract.ts';
import { MARK, type UploadTarget } from './object.ts';

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
  let rewriteToken: string | undefined;
  for (;;) {
    const request = {
      method: 'POST' as const,
      url,
      params: {
        ifSourceGenerationMatch: from.version,
        rewriteToken,
        fields: 'done,rewriteToken,resource(generation,size)',
      },
      headers: { 'Content-Type': 'application/json; charset=UTF-8' },
      body: [Buffer.from(JSON.stringify({ metadata: { [MARK]: randomUUID() } }))],
      expect: CHANGED,
      signal,
    };
    const { status, data } = await client.retry(action, () => client.request(request), signal);
    if (CHANGED.includes(status)) throw changedObject(client.url(source));
    const { done, resource, ...next } = data as Rewrite;
    rewriteToken = next.rewriteToken;
    if (done === true && resource?.generation !== undefined) {
      if (Number(resource.size) === from.size) {
        return { size: from.size, version: resource.generation };
      }
      throw incomplete(target, `${resource.size} of ${from.size} bytes`);
    }
    if (rewriteToken === undefined) throw incomplete(target, 'no word on how to continue');
  }
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
