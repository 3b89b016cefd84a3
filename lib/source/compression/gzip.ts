import { createGunzip, type Gunzip, gunzipSync } from 'node:zlib';
import { LINE_FEED } from '../../ascii.ts';
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
 * padding. Anything else there makes gzip warn; here it is an error that shows it, because it may be events.
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
  let last: number | undefined;
  return decompress(input, {
    name,
    *pieces(chunk) {
      last = chunk.at(-1) ?? last;
      yield chunk;
    },
    // Continues with the next member by itself; ends at a zero byte after a member, and leaves the rest.
    engine: createGunzip({ chunkSize: outputSize(size) }) as unknown as Engine,
    rest(bytes) {
      const at = bytes.findIndex((byte) => byte !== 0);
      if (at < 0) return;
      const shown = JSON.stringify(Buffer.from(bytes.subarray(at, at + 30)).toString('latin1'));
      throw new ImportError(
        'E_INPUT_FORMAT',
        `${name}: something else follows the gzip data and its zero padding: ${shown}`,
        {
          hint: `Check what was appended to it. To import the gzip data alone: gzip -dcq ${shellWord(name)} | hackle-import - …`,
          position: { source: name },
        },
      );
    },
    get truncated() {
      // One byte after a member looks like the first one of another member.
      const appended = last === LINE_FEED ? ', or a line feed was appended to it' : '';
      return {
        message: `the gzip data is truncated${appended}`,
        hint: `Fetch the file again. To import what is there: gzip -dc ${shellWord(name)} | hackle-import - …`,
      };
    },
    damaged: (error) =>
      // The first header was checked, so this is what follows a member.
      error.message === 'incorrect header check'
        ? {
            message: 'something else follows the gzip data',
            hint: `Check what was appended to it. To import the gzip data alone: gzip -dcq ${shellWord(name)} | hackle-import - …`,
          }
        : {
            message: `the gzip data is damaged (${error.message})`,
            hint: 'Fetch the file again, or compress it again.',
          },
  });
}
