import { IncompleteReply } from './errors.ts';
import { type ByteRange, openRange, type S3Reader } from './get.ts';

/** Attempts to get a complete reply. */
const ATTEMPTS = 3;

/** Reads a part of an object as it was listed. @throws ObjectChanged, or an error of the SDK */
export async function readBytes(reader: S3Reader, range: ByteRange): Promise<Uint8Array> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await readOnce(reader, range);
    } catch (error) {
      if (!(error instanceof IncompleteReply) || attempt === ATTEMPTS) throw error;
    }
  }
}

async function readOnce(reader: S3Reader, range: ByteRange): Promise<Uint8Array> {
  const { Body } = await openRange(reader, range);
  const length = range.end - range.start;
  let bytes: Uint8Array | undefined;
  try {
    bytes = await Body?.transformToByteArray();
  } catch (error) {
    throw new IncompleteReply(`the reply was cut off: ${(error as Error).message}`);
  }
  if (bytes?.length === length) return bytes;
  throw new IncompleteReply(`the reply has ${bytes?.length ?? 'no'} of ${length} bytes`);
}
