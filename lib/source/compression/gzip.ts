import { createGunzip } from 'node:zlib';
import { ImportError } from '../../errors.ts';
import { shellWord } from '../shell-word.ts';
import { decompress, type Engine } from './decompress.ts';

/**
 * Gzip of one or many members (RFC 1952, 2.2). What follows the last one is judged as gzip(1) does:
 * zeros are padding; anything else is not good, and here an error, because it may be events.
 */
export function gunzip(
  name: string,
  input: AsyncIterable<Uint8Array>,
  chunkSize: number,
): AsyncGenerator<Uint8Array, void, undefined> {
  return decompress(input, {
    name,
    // Goes on to the next member by itself; ends at a zero byte after a member, and leaves the rest.
    engine: createGunzip({ chunkSize }) as unknown as Engine,
    rest(bytes) {
      if (bytes.every((byte) => byte === 0)) return;
      throw new ImportError(
        'E_INPUT_FORMAT',
        `${name}: something else follows the gzip data and its zero padding`,
        {
          hint: `Look at what was appended to it; gzip -t ${shellWord(name)} warns of it too.`,
          position: { source: name },
        },
      );
    },
    truncated: {
      message: 'the gzip data is cut off before its end',
      hint: `Fetch the file again. To import what is there: gzip -dc ${shellWord(name)} | hackle-import - …`,
    },
    damaged: (error) => ({
      message: `the gzip data is damaged, or something else follows it (${error.message})`,
      hint: 'Fetch the file again, or compress it anew.',
    }),
  });
}
