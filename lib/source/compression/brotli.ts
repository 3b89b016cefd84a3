import { createBrotliDecompress } from 'node:zlib';
import { ImportError } from '../../errors.ts';
import { decompress, type Engine } from './decompress.ts';

/** Whether an input is Brotli, which has no mark of its own: only its name tells. */
export function isBrotliName(name: string): boolean {
  return /\.br$/i.test(name);
}

/** One Brotli stream (RFC 7932). */
export function unbrotli(
  name: string,
  input: AsyncIterable<Uint8Array>,
  chunkSize: number,
): AsyncGenerator<Uint8Array, void, undefined> {
  return decompress(input, {
    name,
    engine: createBrotliDecompress({ chunkSize }) as unknown as Engine,
    rest() {
      throw new ImportError('E_INPUT_FORMAT', `${name}: something else follows the Brotli data`, {
        hint: 'Compress it anew, as a single stream.',
        position: { source: name },
      });
    },
    truncated: {
      message: 'the Brotli data is cut off before its end',
      hint: `Fetch the file again. To import what is there: brotli -dc ${name} | hackle-import - …`,
    },
    damaged: (error) => ({
      message: `the Brotli data is damaged, or it is none, whatever its name says (${error.message})`,
      hint: 'Fetch the file again, compress it anew, or take .br off its name.',
    }),
  });
}
