import type { ObjectInfo } from '../contract.ts';
import type { FileSystem } from './files.ts';
import { describeFile } from './writer.ts';

/** Reads the bytes from `start` to before `end` of a file; undefined if it is not the one that was listed. */
export async function readBytes(
  fs: FileSystem,
  path: string,
  { name, version }: ObjectInfo,
  start: number,
  end: number,
): Promise<Uint8Array | undefined> {
  const file = await fs.open(path, 'r');
  try {
    const { version: found } = describeFile(name, await file.stat({ bigint: true }));
    const { buffer, bytesRead } = await file.read(Buffer.alloc(end - start), 0, null, start);
    return found === version && bytesRead === buffer.length ? buffer : undefined;
  } finally {
    await file.close();
  }
}
