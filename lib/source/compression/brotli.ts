import { createBrotliDecompress } from 'node:zlib';
import { ImportError } from '../../errors.ts';
import { decompress, type Engine, outputSize } from './decompress.ts';

/** Decompresses one Brotli stream (RFC 7932). */
export function unbrotli(
  name: string,
  input: AsyncIterable<Uint8Array>,
  size?: number,
): AsyncGenerator<Uint8Array, void, undefined> {
  return decompress(input, {
    name,
    engine: createBrotliDecompress({ chunkSize: outputSize(size) }) as unknown as Engine,
    rest() {
      throw new ImportError('E_INPUT_FORMAT', `${name}: something else follows the Brotli data`, {
        hint: 'Compress it again, as a single stream.',
        position: { source: name },
      });
    },
    truncated: {
      message: 'the Brotli data is truncated',
      hint: `Fetch the file again. To import what is there: brotli -dc ${name} | hackle-import - …`,
    },
    damaged: (error) => ({
      message: `the data is damaged, or is not Brotli despite the name (${error.message})`,
      hint: 'Fetch the file again, compress it again, or remove .br from its name.',
    }),
  });
}
