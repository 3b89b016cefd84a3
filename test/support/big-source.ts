import { readFileSync } from 'node:fs';
import { Readable } from 'node:stream';

const made = new Map<number, string>();

/** So many events of the samples, every fiftieth line damaged. The bytes are new ones, because threads take them. */
export function sampleEvents(events: number): Buffer {
  const text = made.get(events) ?? sampleText(events);
  made.set(events, text);
  return Buffer.from(text);
}

function sampleText(events: number): string {
  const lines = readFileSync('samples/events.ndjson', 'utf8').trimEnd().split('\n');
  const text: string[] = [];
  for (let n = 0; n < events; n++) {
    const line = lines[n % lines.length] as string;
    text.push(n % 50 === 49 ? line.slice(0, -5) : line);
  }
  return text.join('\n');
}

/** Bytes as a stream of chunks. */
export function chunked(bytes: Buffer, size: number): Readable {
  const count = Math.ceil(bytes.length / size);
  const chunks = Array.from({ length: count }, (_, n) => bytes.subarray(n * size, (n + 1) * size));
  return Readable.from(chunks, { objectMode: true });
}
