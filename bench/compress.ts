/**
 * Compresses a file with the codec's default level. zstd requires Node 22.15.
 *
 *     node dist/bench/compress.js FROM TO ndjson.gz|ndjson.zst
 */
import { createReadStream, createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import * as zlib from 'node:zlib';

const [from, to, format] = process.argv.slice(2);
if (from === undefined || to === undefined) throw new Error('FROM and TO are expected.');
await pipeline(
  createReadStream(from, { highWaterMark: 1 << 20 }),
  format === 'ndjson.zst' ? zlib.createZstdCompress() : zlib.createGzip(),
  createWriteStream(to),
);
