import { spawnSync } from 'node:child_process';
import { createReadStream, createWriteStream, existsSync, renameSync, statSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Data } from './generate.ts';
import { nodeBinary } from './nodes.ts';
import { splitFile } from './parts.ts';
import { compiled } from './paths.ts';

/** Formats in which the same events can be written. A name is the extension of the file, or of the files that it is cut into. */
export type Format =
  | 'ndjson'
  | 'json'
  | 'csv'
  | 'ndjson.gz'
  | 'ndjson.zst'
  | `${2 | 1000} ndjson${'' | '.gz'}`;

const COLUMNS = [
  'insert_id',
  'event_key',
  'ts',
  'metric_value',
  'identifiers',
  'event_properties',
  'user_properties',
  'platform_properties',
];
// Matches a line as the generator writes it. No string can contain a name with its quotes, because they would be
// escaped.
const LINE = new RegExp(
  `^\\{"insert_id":"(.*?)","event_key":"(.*?)","ts":"(.*?)",${COLUMNS.slice(3)
    .map((name) => `"${name}":(.*?)`)
    .join(',')}\\}$`,
);

/**
 * Returns the file in another format, which is written unless an earlier call did. `bytes` are those of the
 * uncompressed file in that format.
 *
 * @param node release or path of a node that supports zstd
 */
export async function convertTo(format: Format, data: Data, node: string): Promise<Data> {
  if (format === 'ndjson') return data;
  const [, parts, ending] = /^(\d+) (.*)$/.exec(format) ?? [];
  if (ending !== undefined) {
    return { ...data, file: await splitFile(data.file, data.bytes, Number(parts), ending) };
  }
  const file = data.file.replace(/ndjson$/, format);
  const partial = `${file}.partial`;
  const isCompressed = format.startsWith('ndjson.');
  if (!existsSync(file)) {
    if (isCompressed) compress(data.file, partial, format, node);
    else await pipeline(Readable.from(pieces(format, data.file)), createWriteStream(partial));
    renameSync(partial, file);
  }
  return { ...data, file, bytes: isCompressed ? data.bytes : statSync(file).size };
}

/** Compresses in another process, because this one may run on a Node without zstd. */
function compress(from: string, to: string, format: Format, node: string): void {
  const args = [compiled('compress.js'), from, to, format];
  const { status } = spawnSync(nodeBinary(node), args, { stdio: ['ignore', 2, 2] });
  if (status !== 0) throw new Error(`Compressing ${from} failed.`);
}

async function* pieces(format: Format, file: string): AsyncGenerator<string> {
  const isArray = format === 'json';
  let piece = isArray ? '[' : COLUMNS.join(',');
  let separator = '\n';
  const input = createReadStream(file, { highWaterMark: 1 << 20 });
  for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
    piece += separator + (isArray ? line : csvRecord(line));
    if (isArray) separator = ',\n';
    if (piece.length > 1 << 20) {
      yield piece;
      piece = '';
    }
  }
  yield `${piece}${isArray ? '\n]' : ''}\n`;
}

/** Returns an event as a CSV record. Maps are JSON in a cell. */
function csvRecord(line: string): string {
  const cells = LINE.exec(line)?.slice(1);
  if (cells === undefined) throw new Error(`Not a line of the generator: ${line.slice(0, 80)}`);
  return cells
    .map((cell) => (/[",\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell))
    .join(',');
}
