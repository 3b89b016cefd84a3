import { GetObjectCommand } from '@aws-sdk/client-s3';
import type { ObjectInfo } from '../contract.ts';
import { changedObject } from './changed.ts';
import type { S3Context } from './context.ts';
import { explainS3, IncompleteReply } from './errors.ts';
import { etagOf } from './list.ts';

/** Attempts to get a complete reply. */
const ATTEMPTS = 3;

/** Reads the bytes from `start` to before `end` of an object as it was listed. */
export async function readBytes(
  context: S3Context,
  object: ObjectInfo,
  start: number,
  end: number,
): Promise<Uint8Array> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await readOnce(context, object, start, end);
    } catch (error) {
      if (error instanceof IncompleteReply && attempt < ATTEMPTS) continue;
      const url = `${context.url}/${object.name}`;
      throw (await changedObject(context, object)) ?? explainS3(error, 'read', url);
    }
  }
}

async function readOnce(
  context: S3Context,
  object: ObjectInfo,
  start: number,
  end: number,
): Promise<Uint8Array> {
  const { Body } = await context.client.send(
    new GetObjectCommand({
      Bucket: context.bucket,
      Key: context.keyOf(object.name),
      Range: `bytes=${start}-${end - 1}`,
      IfMatch: etagOf(object),
    }),
  );
  const bytes = await Body?.transformToByteArray().catch(() => undefined);
  if (bytes?.length === end - start) return bytes;
  throw new IncompleteReply(`the reply has ${bytes?.length ?? 'no'} of ${end - start} bytes`);
}
