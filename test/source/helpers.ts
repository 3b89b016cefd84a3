import { Readable } from 'node:stream';
import { resolveInputs } from '../../lib/source/resolve.ts';

/** A stream that gives `bytes` in chunks of `size`. */
export function drip(bytes: Uint8Array, size: number): Readable {
  function* chunks(): Generator<Uint8Array> {
    for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
  }
  // In object mode, because otherwise chunks that wait are joined.
  return Readable.from(chunks());
}

/** What a source gives until it ends or fails. */
export async function collect(
  chunks: AsyncIterable<Uint8Array>,
): Promise<{ text: string; error: unknown }> {
  const all: Uint8Array[] = [];
  let error: unknown;
  try {
    for await (const chunk of chunks) all.push(chunk);
  } catch (thrown) {
    error = thrown;
  }
  return { text: Buffer.concat(all).toString(), error };
}

/** What comes out of stored bytes that arrive in chunks of `size`. */
export async function readBytes(
  bytes: Uint8Array,
  size: number = bytes.length || 1,
): Promise<{ text: string; error: unknown }> {
  const [source] = await resolveInputs([{ name: 'some.input', stream: drip(bytes, size) }]);
  if (source === undefined) throw new Error('no source');
  return collect(source.open());
}
