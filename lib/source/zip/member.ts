import type { FileHandle } from 'node:fs/promises';
import { crc32, createInflateRaw } from 'node:zlib';
import { ImportError } from '../../errors.ts';
import { decompress, type Engine } from '../compression/decompress.ts';
import { readAhead, readError } from '../read.ts';
import { CHUNK_SIZE } from '../source.ts';
import type { ZipMember } from './directory.ts';

/**
 * Yields the decompressed bytes of a member, and checks their size and checksum.
 *
 * @param name the archive's name and the member's, for messages
 */
export async function* readZipMember(
  name: string,
  file: FileHandle,
  member: ZipMember,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array, void, undefined> {
  const stored = readRange(name, file, member, signal);
  const content = member.method === 'stored' ? stored : inflate(name, stored);
  let size = 0;
  let sum = 0;
  for await (const chunk of content) {
    size += chunk.length;
    sum = crc32(chunk, sum);
    yield chunk;
  }
  if (size === member.size && sum === member.crc32) return;
  throw new ImportError(
    'E_INPUT_FORMAT',
    size === member.size
      ? `${name}: the member is damaged: its ${size} bytes do not have the checksum in the ZIP archive`
      : `${name}: the member is damaged: expected ${member.size} bytes, got ${size}`,
    { hint: 'Fetch the archive again.', position: { source: name, offset: size } },
  );
}

async function* readRange(
  name: string,
  file: FileHandle,
  { start, storedSize }: ZipMember,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array, void, undefined> {
  let done = 0;
  try {
    yield* readAhead(async (buffer) => {
      const length = Math.min(buffer.length, storedSize - done);
      if (length === 0) return 0;
      const { bytesRead } = await file.read(buffer, 0, length, start + done);
      done += bytesRead;
      return bytesRead;
    }, signal);
  } catch (error) {
    throw readError(error, name, signal);
  }
}

function inflate(
  name: string,
  input: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void, undefined> {
  const hint = 'Fetch the archive again.';
  return decompress(input, {
    name,
    engine: createInflateRaw({ chunkSize: CHUNK_SIZE }) as unknown as Engine,
    truncated: { message: 'the compressed data of the member is truncated', hint },
    damaged: (error) => ({
      message: `the compressed data of the member is damaged (${error.message})`,
      hint,
    }),
  });
}
