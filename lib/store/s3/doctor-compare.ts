import {
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  type S3Client,
} from '@aws-sdk/client-s3';
import { s3ErrorStatus } from './errors.ts';
import { bareEtag } from './etag.ts';
import { markOf } from './own-objects.ts';

/** What one kind of request says about an object. */
interface Said {
  by: 'the listing' | 'HEAD' | 'GET';
  etag: string | undefined;
  size: number | undefined;
  modified: Date | undefined;
}

/** An object that was just written. */
export interface Probed {
  bucket: string;
  key: string;
  size: number;
  /** Its mark; see `markOf`. */
  token: string;
}

/**
 * Compares what the listing, HEAD and GET say about an object, because some servers and proxies change replies on
 * their way. Resolves with a sentence for each difference that an import notices.
 */
export async function compareReplies(client: S3Client, probed: Probed): Promise<string[]> {
  const { bucket: Bucket, key: Key } = probed;
  const page = await client.send(new ListObjectsV2Command({ Bucket, Prefix: Key }));
  const listed = page.Contents?.find((object) => object.Key === Key);
  if (listed === undefined) {
    return [
      'An object that was just written is not in the listing: an import would not find its own files.',
    ];
  }
  const head = await client.send(new HeadObjectCommand({ Bucket, Key }));
  const get = await client.send(new GetObjectCommand({ Bucket, Key }));
  await get.Body?.transformToByteArray();
  const said: Said[] = [
    { by: 'the listing', etag: listed.ETag, size: listed.Size, modified: listed.LastModified },
    { by: 'HEAD', etag: head.ETag, size: head.ContentLength, modified: head.LastModified },
    { by: 'GET', etag: get.ETag, size: get.ContentLength, modified: get.LastModified },
  ];
  const [name, mark] = Object.entries(markOf(probed.token))[0] ?? ['', ''];
  return [
    ...etagNotes(said),
    ...sizeNotes(said, probed.size),
    ...timeNotes(said),
    ...(head.Metadata?.[name] === mark
      ? []
      : [
          'Metadata of objects is removed by the server or a proxy: an import reads what it wrote again to recognise it.',
        ]),
    ...(await conditionNotes(client, probed, listed.ETag)),
  ];
}

function etagNotes(said: readonly Said[]): string[] {
  const without = said.filter(({ etag }) => !etag).map(({ by }) => by);
  const bare = new Set(said.map(({ etag }) => bareEtag(etag)).filter((etag) => etag !== ''));
  const forms = said.map(({ by, etag = 'none' }) => `${by} ${etag || 'none'}`).join(', ');
  const notes: string[] = [];
  if (without.length > 0) {
    notes.push(
      `No ETag in ${without.join(' and ')}: an import compares sizes, times and its own mark instead.`,
    );
  }
  if (bare.size > 1) {
    notes.push(
      `Different ETags of one object (${forms}): an import compares listings, times and its own mark instead.`,
    );
  } else if (new Set(said.map(({ etag }) => etag).filter(Boolean)).size > 1) {
    notes.push(`One ETag in different forms (${forms}): an import takes them for the same.`);
  }
  return notes;
}

function sizeNotes(said: readonly Said[], expected: number): string[] {
  if (said.every(({ size }) => size === expected)) return [];
  const sizes = said.map(({ by, size }) => `${by} ${size ?? 'none'}`).join(', ');
  return [
    `Different sizes of one object of ${expected} bytes (${sizes}): no import can be right there.`,
  ];
}

function timeNotes(said: readonly Said[]): string[] {
  const times = said.flatMap(({ modified }) => modified?.getTime() ?? []);
  // Headers have whole seconds.
  if (Math.max(...times) - Math.min(...times) <= 1000) return [];
  const forms = said.map(({ by, modified }) => `${by} ${modified?.toISOString() ?? 'none'}`);
  return [
    `Different times of one object (${forms.join(', ')}): where ETags differ too, objects there cannot be read.`,
  ];
}

/** Whether a read with the ETag of the listing is served. */
async function conditionNotes(
  client: S3Client,
  { bucket, key }: Probed,
  listed: string | undefined,
): Promise<string[]> {
  const etag = bareEtag(listed);
  if (etag === '') return [];
  try {
    const input = { Bucket: bucket, Key: key, IfMatch: `"${etag}"` };
    const { Body } = await client.send(new GetObjectCommand(input));
    await Body?.transformToByteArray();
    return [];
  } catch (error) {
    if (s3ErrorStatus(error) !== 412) throw error;
    return [
      'GET refuses the ETag of the listing (If-Match): an import reads without this condition and compares listings.',
    ];
  }
}
