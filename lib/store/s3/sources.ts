import type { Readable } from 'node:stream';
import { GetObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { ImportError } from '../../errors.ts';
import type { Source } from '../../source/source.ts';
import { StreamSource } from '../../source/stream-source.ts';
import { parseBucketUrl } from '../bucket-url.ts';
import { byName } from '../by-name.ts';
import type { ObjectInfo } from '../contract.ts';
import { parseKeyPattern } from '../key-pattern.ts';
import type { StoreOptions } from '../options.ts';
import { readRanges } from '../ranges.ts';
import { makeS3Clients } from './client.ts';
import { explainS3, s3ErrorStatus } from './errors.ts';
import { etagOf, listS3 } from './list.ts';

/** Finds the objects that `s3://bucket/key` names: one, or those that match a pattern, sorted by name. */
export async function s3Sources(url: string, options: StoreOptions): Promise<Source[]> {
  const { bucket, key } = parseBucketUrl(url);
  const { run: client } = await makeS3Clients(options);
  const pattern = parseKeyPattern(key);
  let listed: ObjectInfo[];
  try {
    listed = await listS3(client, bucket, pattern?.prefix ?? key);
  } catch (error) {
    throw explainS3(error, 'list', url, 'E_INPUT_READ');
  }
  // A key may contain the characters of a pattern: an object of exactly that name wins.
  const exact = listed.find(({ name }) => name === key);
  const found =
    exact === undefined && pattern !== undefined
      ? listed.filter(({ name }) => pattern.matches(name) && !name.endsWith('/')).sort(byName)
      : listed.filter((object) => object === exact);
  if (found.length === 0) throw notFound(url, pattern !== undefined, listed);
  return found.map((object) => s3Source(client, bucket, object, options));
}

function s3Source(
  client: S3Client,
  bucket: string,
  object: ObjectInfo,
  options: StoreOptions,
): Source {
  const { name: key, size } = object;
  const name = `s3://${bucket}/${key}`;
  const etag = etagOf(object);
  const openAt = async (start: number, end: number, signal: AbortSignal): Promise<Readable> => {
    const { Body, ContentRange, ETag } = await client.send(
      new GetObjectCommand({
        Bucket: bucket,
        Key: key,
        Range: `bytes=${start}-${end - 1}`,
        IfMatch: etag,
      }),
      { abortSignal: signal },
    );
    const range = ContentRange ?? (start === 0 && end === size ? '' : 'the whole object');
    if (ETag !== etag || !['', `bytes ${start}-${end - 1}/${size}`].includes(range)) {
      (Body as Readable).destroy();
      throw new ImportError(
        'E_INPUT_READ',
        `${name}: asked for bytes ${start} to ${end - 1} of ${etag}, got ${range} of ${ETag}`,
        { hint: 'Run again once nothing writes it any more.', position: { source: name } },
      );
    }
    return Body as Readable;
  };
  const isChanged = async (status: number | undefined): Promise<boolean> => {
    if (status !== 403) return status === 412 || status === 404 || status === 416;
    // For a missing object S3 answers "access denied" if the caller must not list the whole bucket.
    const now = await listS3(client, bucket, key).catch(() => undefined);
    return now !== undefined && !now.some((object) => object.name === key);
  };
  const explain = async (error: unknown): Promise<unknown> => {
    if (!(await isChanged(s3ErrorStatus(error)))) {
      return explainS3(error, 'read', name, 'E_INPUT_READ');
    }
    return new ImportError('E_INPUT_CHANGED', `${name} was changed or removed while it was read`, {
      hint: 'Run again once nothing writes it any more.',
      position: { source: name },
      cause: explainS3(error, 'read', name),
    });
  };
  return new StreamSource(name, size, (signal) =>
    readRanges({ size, openAt, explain, signal, retryFor: options.retryFor }),
  );
}

function notFound(url: string, isPattern: boolean, listed: readonly ObjectInfo[]): ImportError {
  const folder = listed.some(({ name }) => url.endsWith(name.slice(0, name.lastIndexOf('/'))));
  const what = isPattern ? 'no object matches this pattern' : 'there is no such object';
  return new ImportError('E_INPUT_NOT_FOUND', `${url}: ${what}`, {
    hint: folder
      ? `Name its objects with a pattern, in quotes: '${url.replace(/\/+$/, '')}/*'`
      : 'Check the URL, and --endpoint and --region.',
    position: { source: url },
  });
}
