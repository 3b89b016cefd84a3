import { acquireChunk, releaseChunk } from './chunks.ts';
import { CHUNK_SIZE } from './source.ts';

/**
 * Yields the same bytes in chunks of one size, so that later cuts depend on the bytes alone, not on the pieces in
 * which a pipe, a server or a decompressor delivers them.
 */
export async function* evenChunks(
  chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void, undefined> {
  let even: Buffer | undefined;
  let filled = 0;
  for await (const chunk of chunks) {
    if (even === undefined && chunk.length === CHUNK_SIZE) {
      yield chunk;
      continue;
    }
    for (let at = 0; at < chunk.length; ) {
      even ??= acquireChunk();
      const part = chunk.subarray(at, at + CHUNK_SIZE - filled);
      even.set(part, filled);
      filled += part.length;
      at += part.length;
      if (filled < CHUNK_SIZE) continue;
      yield even;
      even = undefined;
      filled = 0;
    }
    releaseChunk(chunk);
  }
  if (even !== undefined) yield even.subarray(0, filled);
}
