import type { Readable } from 'node:stream';
import type { ReadableStream } from 'node:stream/web';

/** Bytes, or text to be written as UTF-8, in pieces of any size: a Node stream, a web stream or any async iterable. */
export type ByteStream =
  | Readable
  | ReadableStream<Uint8Array | string>
  | AsyncIterable<Uint8Array | string>;

/** A stream with the name that messages and reject records give it. */
export interface NamedStream {
  name: string;
  stream: ByteStream;
}

/** Whether a value can be read as a stream. Web streams of other makers may not be iterable. */
export function isByteStream(value: unknown): value is ByteStream {
  if (typeof value !== 'object' || value === null) return false;
  return Symbol.asyncIterator in value || isWebStream(value);
}

/** Whether a value is a stream with a name. */
export function isNamedStream(value: unknown): value is NamedStream {
  if (typeof value !== 'object' || value === null || isByteStream(value)) return false;
  const { name, stream } = value as Partial<NamedStream>;
  return typeof name === 'string' && name !== '' && isByteStream(stream);
}

/** Whether a value is a web stream. */
export function isWebStream(value: object): value is ReadableStream<Uint8Array | string> {
  return 'getReader' in value && typeof value.getReader === 'function';
}

/** Whether a value is a Node stream, also one of the readable-stream package. */
export function isNodeStream(value: object): value is Readable {
  return 'pipe' in value && typeof value.pipe === 'function' && 'on' in value;
}

/**
 * Keeps a Node stream that fails before it is read from ending the process. Reading it reports the failure.
 * Takes anything, since it runs before the inputs are checked.
 */
export function holdStreamErrors(inputs: unknown): void {
  for (const input of Array.isArray(inputs) ? (inputs as unknown[]) : []) {
    const stream = isNamedStream(input) ? input.stream : input;
    if (typeof stream === 'object' && stream !== null && isNodeStream(stream))
      stream.on('error', () => {});
  }
}

/** Gives the streams among inputs that have no name the names `stream`, `stream 2`, `stream 3` …. */
export function nameStreams<T>(inputs: readonly (T | ByteStream)[]): (T | NamedStream)[] {
  let unnamed = 0;
  return inputs.map((input) => {
    if (!isByteStream(input)) return input as T;
    unnamed++;
    return { name: unnamed === 1 ? 'stream' : `stream ${unnamed}`, stream: input };
  });
}
