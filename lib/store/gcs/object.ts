import { ImportError } from '../../errors.ts';
import type { ObjectInfo } from '../contract.ts';
import type { GcsClient } from './client.ts';
import { type GcsAction, statusOf } from './errors.ts';

/** Tells of an object found later whether this very upload made it. Takes no permission of its own. */
export const MARK = 'hackle-import-upload';
/** What an upload wants to be told of what it made. */
export const FIELDS = 'generation,size,crc32c,metadata';

/** Where an upload goes. */
export interface UploadTarget {
  client: GcsClient;
  /** Full name in the bucket. */
  name: string;
  action: GcsAction;
  signal?: AbortSignal | undefined;
}

/** What the whole object must be. */
export interface Expected {
  size: number;
  /** CRC32C as GCS writes it: big-endian, base64. */
  crc32c: string;
}

/** What was uploaded, as the server tells it; `version` is the generation. */
export type Uploaded = Omit<ObjectInfo, 'name'>;

export interface Metadata {
  generation?: string;
  size?: string;
  crc32c?: string;
  metadata?: Record<string, string>;
}

/** The object, if the upload with this mark made it. */
export async function findOwn(
  { client, name }: UploadTarget,
  mark: string,
): Promise<Metadata | undefined> {
  try {
    const [metadata] = await client.bucket.file(name).getMetadata();
    return metadata.metadata?.[MARK] === mark ? (metadata as Metadata) : undefined;
  } catch (error) {
    if (statusOf(error) === 404) return undefined;
    throw error;
  }
}

/** @throws ImportError if the server has something else than what was sent */
export function checked(metadata: Metadata, expected: Expected, target: UploadTarget): Uploaded {
  const { generation, size, crc32c } = metadata;
  if (generation === undefined || Number(size) !== expected.size || crc32c !== expected.crc32c) {
    const { client, name, action } = target;
    throw new ImportError(
      action.code,
      `cannot ${action.verb} ${client.url(name)}: sent ${expected.size} bytes with CRC32C ${expected.crc32c}, the server has ${size} bytes with ${crc32c}`,
      { hint: 'Run again; something between here and the server damages data.' },
    );
  }
  return { size: expected.size, version: generation };
}
