import { ImportError } from '../../errors.ts';
import type { Before, ObjectInfo } from '../contract.ts';
import type { GcsClient } from './client.ts';
import { constraintIn, type GcsAction, statusOf } from './errors.ts';

/** Metadata by which an upload recognises the object that it made. It needs no further permission. */
export const MARK = 'hackle-import-upload';
/** The fields of an uploaded object that the server returns. */
export const FIELDS = 'generation,size,crc32c,metadata';

/** The object that an upload makes. */
export interface UploadTarget {
  client: GcsClient;
  /** The object's full name in the bucket. */
  name: string;
  action: GcsAction;
  /** What has the name now, and must still have it when the object appears; undefined: whatever it is. */
  before?: Before | undefined;
  signal?: AbortSignal | undefined;
}

/** The generation that the name must have for the object to appear; 0: none. */
export function neededGeneration({ before }: UploadTarget): string | undefined {
  return before === 'none' ? '0' : before?.version;
}

/**
 * The error for a name that has not what it had before.
 *
 * @param data the answer with status 412, which the organisation's constraints have too
 */
export function targetConflict(
  { client, name, before, action }: UploadTarget,
  data?: unknown,
): ImportError {
  const constraint = constraintIn(data);
  if (constraint !== undefined) {
    const message = `cannot ${action.verb} ${client.url(name)}: a constraint of the organisation forbids it (412): ${constraint}`;
    const hint = 'If it demands keys of your own (CMEK), name one: --kms-key NAME.';
    return new ImportError(action.code, message, { hint });
  }
  const what = before === 'none' ? 'exists already' : 'was changed or removed';
  return new ImportError('E_STORE_CONFLICT', `${client.url(name)} ${what}: another run wrote it`, {
    hint: 'let only one run at a time write a day; run again when the other one has ended',
  });
}

/** Size and checksum that the whole object must have. */
export interface Expected {
  size: number;
  /** CRC32C as `crcText` writes it. */
  crc32c: string;
}

/** An uploaded object as the server describes it; `version` is the generation. */
export type Uploaded = Omit<ObjectInfo, 'name'>;

/** The fields of an object that the server returns. */
export interface Metadata {
  generation?: string;
  size?: string;
  crc32c?: string;
  metadata?: Record<string, string>;
}

/** Resolves with the object, if the upload with this mark made it. */
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

/** Compares what the server has with what was sent. @throws ImportError if they differ */
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
