import * as zlib from 'node:zlib';
import { ImportError } from '../../errors.ts';
import { shellWord } from '../shell-word.ts';
import { decompress, type Engine, outputSize } from './decompress.ts';
import { ZstdFrames } from './zstd-frames.ts';

/** Decompresses Zstandard of one or many frames, including skippable ones, if this version of Node can. */
export async function* unzstd(
  name: string,
  input: AsyncIterable<Uint8Array>,
  size?: number,
): AsyncGenerator<Uint8Array, void, undefined> {
  // Node 20 and early versions of 22 lack this function, despite the types.
  const create = zlib.createZstdDecompress as typeof zlib.createZstdDecompress | undefined;
  if (create === undefined) {
    throw new ImportError(
      'E_UNSUPPORTED',
      `${name} is zstd, which needs Node >= 22.15; this is Node ${process.versions.node}`,
      {
        hint: `Run it with a newer Node, or: zstd -dc ${shellWord(name)} | hackle-import - …`,
        position: { source: name },
      },
    );
  }
  const frames = new ZstdFrames();
  yield* decompress(input, {
    name,
    engine: create({ chunkSize: outputSize(size) }) as unknown as Engine,
    *pieces(chunk) {
      for (let at = 0; at < chunk.length; ) {
        const end = frames.advance(chunk, at);
        if (end < 0) throw damage('not a zstd frame', 'ZSTD_error_prefix_unknown');
        yield chunk.subarray(at, end);
        at = end;
      }
    },
    complete: () => frames.complete,
    truncated: {
      message: 'the zstd data is truncated',
      hint: `Fetch the file again. To import what is there: zstd -dc ${shellWord(name)} | hackle-import - …`,
    },
    damaged: (error) => ({
      message: `the zstd data is damaged, or something else follows it (${error.message})`,
      hint: String(error.code).includes('windowTooLarge')
        ? `It was written with --long: zstd -dc --long=31 ${shellWord(name)} | hackle-import - …`
        : 'Fetch the file again, or compress it again.',
    }),
  });
}

/** Returns an error like those of node:zlib. */
function damage(message: string, code: string): Error {
  return Object.assign(new Error(message), { code });
}
