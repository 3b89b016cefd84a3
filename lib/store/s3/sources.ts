import type { Readable } from 'node:stream';
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
import { type ByteRange, ObjectChanged, openRange, type S3Reader } from './get.ts';
import { listS3 } from './list.ts';
import { Oddities } from './oddities.ts';

/** Finds the objects that `s3://bucket/key` names: one, or those that match a pattern, sorted by name. */
export async function s3Sources(url: string, options: StoreOptions): Promise<Source[]> {
  const { bucket, key } = parseBucketUrl(url);
  const { run: client } = await makeS3Clients(options);
  const oddities = new Oddities(bucket, options.onNote);
  const list = (prefix: string): Promise<ObjectInfo[]> => listS3(client, bucket, prefix, oddities);
  const find = async (key: string): Promise<ObjectInfo | undefined> =>
    (await list(key)).find(({ name }) => name === key);
  const reader: S3Reader = { client, bucket, oddities, find };
  const pattern = parseKeyPattern(key);
  let listed: ObjectInfo[];
  try {
    listed = await list(pattern?.prefix ?? key);
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
  return found.map((object) => s3Source(reader, object, options));
}

function s3Source(reader: S3Reader, object: ObjectInfo, options: StoreOptions): Source {
  const { name: key, size } = object;
  const name = `s3://${reader.bucket}/${key}`;
  const openAt = async (start: number, end: number, signal: AbortSignal): Promise<Readable> => {
    const asked: ByteRange = { object, key, start, end };
    const { Body, ContentRange } = await openRange(reader, asked, signal);
    const range = ContentRange ?? (start === 0 && end === size ? '' : 'the whole object');
    if (!['', `bytes ${start}-${end - 1}/${size}`].includes(range)) {
      (Body as Readable).destroy();
      throw new ImportError(
        'E_INPUT_READ',
        `${name}: asked for bytes ${start} to ${end - 1} of ${size}, got ${range}`,
        { hint: 'Run again once nothing writes it any more.', position: { source: name } },
      );
    }
    return Body as Readable;
  };
  const isChanged = async (error: unknown): Promise<boolean> => {
    if (error instanceof ObjectChanged) return true;
    const status = s3ErrorStatus(error);
    if (status !== 403) return status === 412 || status === 404 || status === 416;
    // For a missing object S3 answers "access denied" if the caller must not list the whole bucket.
    const isThere = await reader.find(key).then(
      (now) => now !== undefined,
      () => true,
    );
    return !isThere;
  };
  const explain = async (error: unknown): Promise<unknown> => {
    if (!(await isChanged(error))) {
      return explainS3(error, 'read', name, 'E_INPUT_READ');
    }
    const how = error instanceof ObjectChanged ? `: ${error.message}` : '';
    const message = `${name} was changed or removed while it was read${how}`;
    return new ImportError('E_INPUT_CHANGED', message, {
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
