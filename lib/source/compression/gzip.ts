import { createGunzip } from 'node:zlib';
import { ImportError } from '../../errors.ts';
import { shellWord } from '../shell-word.ts';
import { decompress, type Engine, outputSize } from './decompress.ts';

/**
 * Decompresses gzip of one or many members (RFC 1952, 2.2). As for gzip(1), zeros after the last member are
 * padding. Anything else there makes gzip warn; here it is an error, because it may be events.
 */
export function gunzip(
  name: string,
  input: AsyncIterable<Uint8Array>,
  size?: number,
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
