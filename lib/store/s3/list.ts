import { ListObjectsV2Command, type S3Client } from '@aws-sdk/client-s3';
import type { ObjectInfo } from '../contract.ts';
import { IncompleteReply } from './errors.ts';
import { versionOf } from './etag.ts';
import type { Oddities } from './oddities.ts';

/** Attempts to get a complete listing. */
const ATTEMPTS = 3;

/** Lists all objects whose key begins with `prefix`; their `name` is the whole key. */
export async function listS3(
  client: S3Client,
  bucket: string,
  prefix: string,
  oddities: Oddities,
): Promise<ObjectInfo[]> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await listOnce(client, bucket, prefix, oddities);
    } catch (error) {
      if (!(error instanceof IncompleteReply) || attempt === ATTEMPTS) throw error;
    }
  }
}

async function listOnce(
  client: S3Client,
  bucket: string,
  prefix: string,
  oddities: Oddities,
): Promise<ObjectInfo[]> {
  const objects: ObjectInfo[] = [];
  const tokens = new Set<string>();
  let token: string | undefined;
  do {
    const page = await client.send(
      new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix, ContinuationToken: token }),
    );
    const { Contents = [], IsTruncated, KeyCount, NextContinuationToken } = page;
    // An object that a listing leaves out would be taken for missing, and its day for incomplete.
    if (IsTruncated === undefined) throw new IncompleteReply('the listing is truncated');
    if (KeyCount !== undefined && KeyCount !== Contents.length) {
      throw new IncompleteReply(`the listing has ${Contents.length} of ${KeyCount} objects`);
    }
    for (const { Key, Size, ETag, LastModified } of Contents) {
      if (Key === undefined || Size === undefined) {
        throw new IncompleteReply('an object of the listing lacks its key or size');
      }
      if (!Key.startsWith(prefix)) continue;
      if (!ETag) oddities.notice('no-etags');
      objects.push({ name: Key, size: Size, version: versionOf(ETag, LastModified) });
    }
    token = IsTruncated ? NextContinuationToken : undefined;
    if (IsTruncated && (token === undefined || tokens.has(token))) {
      throw new IncompleteReply('the listing is truncated and does not say where it continues');
    }
    if (token !== undefined) tokens.add(token);
  } while (token !== undefined);
  return objects;
}
