import { randomUUID } from 'node:crypto';
import {
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3';
import type { Before, ObjectInfo } from '../contract.ts';
import { abortUpload } from './abort-upload.ts';
import { changedObject, isUnchanged, wasChanged } from './changed.ts';
import { CONTENT_TYPE, type S3Context } from './context.ts';
import { explainS3, IncompleteReply, s3ErrorStatus } from './errors.ts';
import { conditionEtag, partEtag } from './etag.ts';
import { markOf } from './own-objects.ts';

/**
 * Bytes that one request copies. S3 takes up to 5 GB, but not every server sends anything while it copies, and after 30
 * seconds without a byte a request counts as failed. With this, a file of 5 TiB has 5,120 parts, fewer than the most.
 */
export const COPY_SIZE: number = 1 << 30;

/** The name that a copy gets, and what has it now. */
interface CopyTarget {
  name: string;
  before: Before | undefined;
}

/** What the requests of one copy have in common. */
interface Copy {
  from: ObjectInfo;
  to: CopyTarget;
  source: { CopySource: string; CopySourceIfMatch?: string };
  target: { Bucket: string; Key: string };
  /** Name, type and token of the copy: metadata is not taken from the source, whose token is another. */
  described: { ContentType: string; Metadata: Record<string, string> };
}

/** Copies an object inside its bucket. Resolves with the copy as it is listed. */
export async function copyObject(
  context: S3Context,
  from: ObjectInfo,
  to: CopyTarget,
): Promise<ObjectInfo> {
  const { bucket, url } = context;
  const token = randomUUID();
  const copy: Copy = {
    from,
    to,
    source: {
      CopySource: `${bucket}/${context.keyOf(from.name)}`
        .split('/')
        .map(encodeURIComponent)
        .join('/'),
      ...sourceCondition(context, from),
    },
    target: { Bucket: bucket, Key: context.keyOf(to.name) },
    described: { ContentType: CONTENT_TYPE, Metadata: markOf(token) },
  };
  const find = async (): Promise<ObjectInfo | undefined> => {
    const found = await context.find(to.name);
    if (found?.size !== from.size) return undefined;
    const own = { token, crc: () => context.own.crcOf(from) };
    return context.own.find(found, own);
  };
  try {
    await copyIfUnchanged(context, copy);
  } catch (error) {
    // The reply to the last request may have been lost: then the copy exists.
    const found = await find().catch(() => undefined);
    if (found !== undefined) return found;
    throw (await changedObject(context, from)) ?? explainS3(error, 'write', `${url}/${to.name}`);
  }
  const found = await find();
  if (found !== undefined) return found;
  // It was carried out, so another run has removed the copy since, or written over it.
  throw wasChanged(context, to.name);
}

/** The condition that the source is what it was; none where the listing's ETag is not that of copies. */
function sourceCondition(
  { oddities }: S3Context,
  from: ObjectInfo,
): { CopySourceIfMatch?: string } {
  const etag = oddities.has('copy-differs') ? undefined : conditionEtag(from);
  return etag === undefined ? {} : { CopySourceIfMatch: etag };
}

/** Copies; where no condition compares the source, the listing does, before and after. @throws ImportError */
async function copyIfUnchanged(context: S3Context, copy: Copy): Promise<void> {
  const { from, source } = copy;
  if (source.CopySourceIfMatch !== undefined) {
    try {
      return await copyBytes(context, copy);
    } catch (error) {
      if (s3ErrorStatus(error) !== 412 || !(await isUnchanged(context, from))) throw error;
    }
  }
  const { CopySourceIfMatch: refused, ...unconditional } = source;
  await copyBytes(context, { ...copy, source: unconditional });
  if (!(await isUnchanged(context, from))) throw wasChanged(context, from.name);
  if (refused !== undefined) context.oddities.notice('copy-differs');
}

function copyBytes(context: S3Context, copy: Copy): Promise<void> {
  const isSmall = copy.from.size <= context.copySize;
  return isSmall ? copyWhole(context, copy) : copyParts(context, copy);
}

async function copyWhole(
  { client, conditions }: S3Context,
  { source, target, described, to }: Copy,
): Promise<void> {
  const input = { ...source, ...target, ...described, MetadataDirective: 'REPLACE' as const };
  await conditions.send({ kind: 'copy', ...to }, (condition) =>
    client.send(new CopyObjectCommand({ ...input, ...condition })),
  );
}

async function copyParts(context: S3Context, copy: Copy): Promise<void> {
  const { client, conditions, copySize } = context;
  const { from, source, target, described, to } = copy;
  const { UploadId } = await client.send(
    new CreateMultipartUploadCommand({ ...target, ...described }),
  );
  if (UploadId === undefined) throw new IncompleteReply('the upload has no id');
  try {
    const count = Math.ceil(from.size / copySize);
    const Parts = await Promise.all(
      Array.from({ length: count }, async (_, index) => {
        const first = index * copySize;
        const last = Math.min(first + copySize, from.size) - 1;
        const PartNumber = index + 1;
        const { CopyPartResult } = await client.send(
          new UploadPartCopyCommand({
            ...source,
            ...target,
            UploadId,
            PartNumber,
            CopySourceRange: `bytes=${first}-${last}`,
          }),
        );
        return { PartNumber, ETag: partEtag(CopyPartResult?.ETag ?? '') };
      }),
    );
    const input = { ...target, UploadId, MultipartUpload: { Parts } };
    await conditions.send({ kind: 'complete', ...to }, (condition) =>
      client.send(new CompleteMultipartUploadCommand({ ...input, ...condition })),
    );
  } catch (error) {
    await abortUpload(context, to.name, UploadId);
    throw error;
  }
}
