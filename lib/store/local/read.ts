import type { ObjectInfo } from '../contract.ts';
import type { FileSystem } from './files.ts';
import { withFile } from './with-file.ts';
import { describeFile } from './writer.ts';

/** Reads the bytes from `start` to before `end` of a file; undefined if it is not the one that was listed. */
export function readBytes(
  fs: FileSystem,
  path: string,
  { name, version }: ObjectInfo,
  start: number,
  end: number,
): Promise<Uint8Array | undefined> {
  return withFile(fs, path, 'r', async (file) => {
    const { version: found } = describeFile(name, await file.stat({ bigint: true }));
    if (found !== version) return undefined;
    const buffer = Buffer.alloc(end - start);
    for (let filled = 0; filled < buffer.length; ) {
      const rest = buffer.subarray(filled);
      const { bytesRead } = await file.read(rest, 0, rest.length, start + filled);
      if (bytesRead === 0) return undefined;
      filled += bytesRead;
    }
    return buffer;
  });
}
