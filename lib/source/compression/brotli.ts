import { createBrotliDecompress } from 'node:zlib';
import { ImportError } from '../../errors.ts';
import { decompress, type Engine } from './decompress.ts';

/** Whether an input is Brotli. Only its name tells, because Brotli has no magic number. */
export function isBrotliName(name: string): boolean {
  return /\.br$/i.test(name);
}

/** Decompresses one Brotli stream (RFC 7932). */
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
