import {
  createReadStream,
  existsSync,
  mkdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { LINE_FEED } from '../lib/ascii.ts';

/**
 * Splits the lines of a file of `bytes` into files in a folder, which may be compressed, unless an earlier call did.
 * Resolves with a pattern that matches them all.
 */
export async function splitFile(
  file: string,
  bytes: number,
  parts: number,
  ending: string,
): Promise<string> {
  const folder = `${file}.${parts}-${ending}`;
  if (!existsSync(folder)) {
    const partial = `${folder}.partial`;
    rmSync(partial, { recursive: true, force: true });
    mkdirSync(partial);
    let number = 0;
    for await (const lines of cut(file, Math.ceil(bytes / parts))) {
      const name = `${String(number++).padStart(4, '0')}.${ending}`;
      writeFileSync(path.join(partial, name), ending.endsWith('.gz') ? gzipSync(lines) : lines);
    }
    renameSync(partial, folder);
  }
  return path.join(folder, `*.${ending}`);
}

/** Yields whole lines of at least `size` bytes together; the last lines may have fewer. */
async function* cut(file: string, size: number): AsyncGenerator<Buffer> {
  let rest = Buffer.alloc(0);
  for await (const chunk of createReadStream(file, { highWaterMark: 4 << 20 })) {
    rest = Buffer.concat([rest, chunk as Buffer]);
    for (
      let feed = rest.indexOf(LINE_FEED, size);
      feed >= 0;
      feed = rest.indexOf(LINE_FEED, size)
    ) {
      yield rest.subarray(0, feed + 1);
      rest = rest.subarray(feed + 1);
    }
  }
  if (rest.length > 0) yield rest;
}
