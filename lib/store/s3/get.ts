import type { Readable } from 'node:stream';
import { GetObjectCommand, type GetObjectCommandOutput, type S3Client } from '@aws-sdk/client-s3';
import type { ObjectInfo } from '../contract.ts';
import { s3ErrorStatus } from './errors.ts';
import { bareEtag, conditionEtag, etagOf, modifiedOf } from './etag.ts';
import type { Oddities } from './oddities.ts';

/** Headers have whole seconds, which some servers round and others cut off. */
const SECOND = 1000;

/** How objects of a bucket are read. */
export interface S3Reader {
  client: S3Client;
  bucket: string;
  oddities: Oddities;
  /** Resolves with the object of a key as the listing has it now. */
  find: (key: string) => Promise<ObjectInfo | undefined>;
}

/** Thrown where an object is not what it was when it was listed. */
export class ObjectChanged extends Error {
  override readonly name = 'ObjectChanged';
}

/** The error for an object of which the listing now says something else, or nothing. */
function changed(before: ObjectInfo, now: ObjectInfo | undefined): ObjectChanged {
  if (now === undefined) return new ObjectChanged('the listing has it no more');
  const isSame = before.size === now.size && modifiedOf(before) === modifiedOf(now);
  const from = `from "${etagOf(before)}" to "${etagOf(now)}"`;
  return new ObjectChanged(
    isSame
      ? `its ETag changed ${from}, its size and time did not`
      : `its ETag changed ${from}, its size from ${before.size} to ${now.size} bytes`,
  );
}

/** A part of an object. */
export interface ByteRange {
  /** The listed object. */
  object: ObjectInfo;
  /** Its whole key. */
  key: string;
  start: number;
  /** The byte after the last one. */
  end: number;
}

/**
 * Opens a part of an object as it was listed: If-Match makes the server refuse another one, and the ETag of the reply
 * must be that of the listing. Where a server gives different ETags for one object, its time must be that of the
 * listing, and the listing must still have the object after the reply has begun.
 *
 * @throws ObjectChanged
 */
export async function openRange(
  reader: S3Reader,
  range: ByteRange,
  signal?: AbortSignal,
): Promise<GetObjectCommandOutput> {
  const { oddities } = reader;
  const condition = oddities.has('get-differs') ? undefined : conditionEtag(range.object);
  let reply: GetObjectCommandOutput;
  try {
    reply = await get(reader, range, condition, signal);
  } catch (error) {
    if (s3ErrorStatus(error) !== 412 || condition === undefined) throw error;
    await assertListed(reader, range);
    reply = await get(reader, range, undefined, signal);
  }
  const listed = etagOf(range.object);
  if (listed !== '' && bareEtag(reply.ETag) === listed) return reply;
  try {
    const apart = Math.abs(
      (reply.LastModified?.getTime() ?? Number.NaN) - modifiedOf(range.object),
    );
    if (apart > SECOND) throw new ObjectChanged('the reply has another time than the listing');
    await assertListed(reader, range);
  } catch (error) {
    (reply.Body as Readable | undefined)?.destroy();
    throw error;
  }
  if (listed !== '') oddities.notice('get-differs');
  return reply;
}

function get(
  { client, bucket }: S3Reader,
  { key, start, end }: ByteRange,
  condition: string | undefined,
  signal: AbortSignal | undefined,
): Promise<GetObjectCommandOutput> {
  return client.send(
    new GetObjectCommand({
      Bucket: bucket,
      Key: key,
      Range: `bytes=${start}-${end - 1}`,
      ...(condition !== undefined && { IfMatch: condition }),
    }),
    signal && { abortSignal: signal },
  );
}

/** Rejects if the listing does not have the object as it was. @throws ObjectChanged */
async function assertListed({ find }: S3Reader, { key, object }: ByteRange): Promise<void> {
  const now = await find(key);
  if (now?.version !== object.version || now.size !== object.size) throw changed(object, now);
}
