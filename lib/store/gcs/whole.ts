import { randomUUID } from 'node:crypto';
import {
  checked,
  type Expected,
  FIELDS,
  findOwn,
  MARK,
  type Metadata,
  neededGeneration,
  targetConflict,
  type Uploaded,
  type UploadTarget,
} from './object.ts';

const CONFLICT = 412;

/** Uploads a small object in one request. @throws ImportError E_STORE_CONFLICT if the name has not what it had before */
export async function uploadWhole(
  target: UploadTarget,
  bytes: readonly Uint8Array[],
  expected: Expected,
): Promise<Uploaded> {
  const { client, name, action, signal } = target;
  const mark = randomUUID();
  const resource = { name, crc32c: expected.crc32c, metadata: { [MARK]: mark } };
  const head = `--${mark}\r\nContent-Type: application/json; charset=UTF-8\r\n\r\n${JSON.stringify(resource)}\r\n--${mark}\r\nContent-Type: application/octet-stream\r\n\r\n`;
  const upload = async (attempt: number): Promise<Metadata> => {
    const { status, data } = await client.request({
      method: 'POST',
      url: `/upload/storage/v1/b/${client.bucket.name}/o`,
      params: {
        uploadType: 'multipart',
        fields: FIELDS,
        ifGenerationMatch: neededGeneration(target),
        kmsKeyName: client.kmsKey,
      },
      headers: { 'Content-Type': `multipart/related; boundary=${mark}` },
      body: [Buffer.from(head), ...bytes, Buffer.from(`\r\n--${mark}--\r\n`)],
      expect: [CONFLICT],
      signal,
    });
    if (status !== CONFLICT) return data as Metadata;
    // The object may be this upload's own, if an earlier answer was lost.
    const made = attempt > 1 ? await findOwn(target, mark) : undefined;
    if (made !== undefined) return made;
    throw targetConflict(target, data);
  };
  return checked(await client.retry(action, upload, signal), expected, target);
}
