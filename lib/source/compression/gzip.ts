import { createGunzip, type Gunzip, gunzipSync } from 'node:zlib';
import { ImportError } from '../../errors.ts';
import { ownChunk, releaseChunk } from '../chunks.ts';
import { peekedBytes, peekStream, wholeStream } from '../peeked-stream.ts';
import { shellWord } from '../shell-word.ts';
import { CHUNK_SIZE } from '../source.ts';
import { decompress, type Engine, outputSize } from './decompress.ts';

/** Bytes of the smallest gzip file: a header of 10 bytes, an empty block of 2, and a trailer of 8. */
const LEAST_SIZE = 20;
/** Most bytes that are decompressed at once (4 MiB). */
const MOST_AT_ONCE = 4 << 20;

/**
 * Decompresses gzip of one or many members (RFC 1952, 2.2). As for gzip(1), zeros after the last member are
 * padding. Anything else there makes gzip warn; here it is an error, because it may be events.
 */
export async function* gunzip(
  name: string,
  input: AsyncIterable<Uint8Array>,
  size?: number,
): AsyncGenerator<Uint8Array, void, undefined> {
  if (size === undefined || size > CHUNK_SIZE) {
    yield* gunzipStream(name, input, size);
    return;
  }
  const begun = await peekStream(input, CHUNK_SIZE + 1);
  const text = begun.isWhole ? gunzipWhole(peekedBytes(begun)) : undefined;
  if (text === undefined) {
    yield* gunzipStream(name, wholeStream(begun), size);
  } else {
    begun.chunks.forEach(releaseChunk);
    yield text;
  }
}

/**
 * Decompresses a small input at once, which takes half as long as by a stream. Returns undefined where the input is
 * large once decompressed, of several members, damaged, or followed by something else.
 */
function gunzipWhole(bytes: Uint8Array): Uint8Array | undefined {
  if (bytes.length < LEAST_SIZE) return undefined;
  // RFC 1952, 2.3.1: the last four bytes of a member are the size of its text, modulo 2^32.
  const size = new DataView(bytes.buffer, bytes.byteOffset + bytes.length - 4, 4).getUint32(
    0,
    true,
  );
  if (size > MOST_AT_ONCE) return undefined;
  try {
    // One byte more than the text, so that a single buffer is made.
    const options = { info: true, chunkSize: Math.max(size + 1, 64), maxOutputLength: size + 1 };
    const { buffer, engine } = gunzipSync(bytes, options) as unknown as {
      buffer: Buffer;
      engine: Gunzip;
    };
    const isAll = engine.bytesWritten === bytes.length && buffer.length === size;
    return isAll ? ownChunk(buffer) : undefined;
  } catch {
    // The stream says what is wrong.
    return undefined;
  }
}

function gunzipStream(
  name: string,
  input: AsyncIterable<Uint8Array>,
  size: number | undefined,
): AsyncGenerator<Uint8Array, void, undefined> {
  return decompress(input, {
    name,
    // Continues with the next member by itself; ends at a zero byte after a member, and leaves the rest.
    engine: createGunzip({ chunkSize: outputSize(size) }) as unknown as Engine,
    rest(bytes) {
      if (bytes.every((byte) => byte === 0)) return;
      throw new ImportError(
        'E_INPUT_FORMAT',
        `${name}: something else follows the gzip data and its zero padding`,
        {
          hint: `Check what was appended to it; gzip -t ${shellWord(name)} warns about it too.`,
          position: { source: name },
        },
      );
    },
    truncated: {
      message: 'the gzip data is truncated',
      hint: `Fetch the file again. To import what is there: gzip -dc ${shellWord(name)} | hackle-import - …`,
    },
    damaged: (error) => ({
      message: `the gzip data is damaged, or something else follows it (${error.message})`,
      hint: 'Fetch the file again, or compress it again.',
    }),
  });
}
