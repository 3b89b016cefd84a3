import type { Readable } from 'node:stream';
import { crc32c } from '@node-rs/crc32';
import { ImportError } from '../../errors.ts';
import type { GcsClient, GcsStream } from './client.ts';
import { changedObject } from './copy.ts';
import { crcText } from './crc.ts';
import { type GcsAction, StallError, statusOf } from './errors.ts';
import type { UploadTarget } from './object.ts';

/** An object as it was when it was found. */
export interface GcsObject {
  name: string;
  size: number;
  generation: string;
  crc32c: string | undefined;
}

type Generation = Pick<GcsObject, 'name' | 'generation'>;

/** Describes a read for error messages. */
export function readAction(client: GcsClient, name: string, permission: string): GcsAction {
  return { verb: 'read', target: client.url(name), permission, code: 'E_INPUT_READ' };
}

/** Yields the stored bytes of one generation, across broken connections; checks their CRC32C at the end. */
export async function* readObject(
  client: GcsClient,
  object: GcsObject,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array, void, undefined> {
  const action = readAction(client, object.name, 'storage.objects.get');
  let at = 0;
  let crc = 0;
  let connection: Connection | undefined;
  const next = async (): Promise<Uint8Array> => {
    try {
      connection ??= new Connection(await openAt(client, object, at, signal), client.stallMs);
      return await connection.next();
    } catch (error) {
      connection?.close();
      connection = undefined;
      throw isChanged(error) ? inputChanged(client, object, at) : error;
    }
  };
  try {
    while (at < object.size) {
      const chunk = await client.retry(action, next, signal);
      at += chunk.byteLength;
      crc = crc32c(chunk, crc);
      yield chunk;
    }
  } finally {
    connection?.close();
  }
  if (at !== object.size || (object.crc32c !== undefined && crcText(crc) !== object.crc32c)) {
    throw new ImportError(
      'E_INPUT_READ',
      `${action.target}: expected ${object.size} bytes with CRC32C ${object.crc32c}, got ${at} bytes with ${crcText(crc)}`,
      { hint: 'Run again; something between here and the server damages data.' },
    );
  }
}

/** Reads the bytes from `start` to before `end` of one generation. @throws ImportError E_STORE_CONFLICT if it is gone */
export function readBytes(
  { client, action, signal, name }: UploadTarget,
  generation: string,
  start: number,
  end: number,
): Promise<Uint8Array> {
  const read = async (): Promise<Uint8Array> => {
    let connection: Connection | undefined;
    const chunks: Uint8Array[] = [];
    try {
      const stream = await openAt(client, { name, generation }, start, signal, end);
      connection = new Connection(stream, client.stallMs);
      for (let left = end - start; left > 0; left -= chunks.at(-1)?.byteLength ?? 0) {
        chunks.push(await connection.next());
      }
    } catch (error) {
      throw isChanged(error) ? changedObject(client.url(name)) : error;
    } finally {
      connection?.close();
    }
    return Buffer.concat(chunks).subarray(0, end - start);
  };
  return client.retry(action, read, signal);
}

/** The statuses of a generation that is not there any more, or has fewer bytes. */
function isChanged(error: unknown): boolean {
  return [404, 412, 416].includes(statusOf(error) ?? 0);
}

function inputChanged(client: GcsClient, { name, generation }: GcsObject, at: number): ImportError {
  return new ImportError(
    'E_INPUT_CHANGED',
    `${client.url(name)} was changed or removed while it was read, after ${at} bytes of generation ${generation}`,
    {
      hint: 'Run again when nothing writes there any more.',
      position: { source: client.url(name) },
    },
  );
}

function openAt(
  client: GcsClient,
  { name, generation }: Generation,
  at: number,
  signal: AbortSignal | undefined,
  end?: number,
): Promise<GcsStream> {
  return client.stream({
    method: 'GET',
    url: `/storage/v1/b/${client.bucket.name}/o/${encodeURIComponent(name)}`,
    params: { alt: 'media', generation },
    // As stored: otherwise an object with Content-Encoding gzip would arrive decompressed and without ranges.
    headers: {
      Range: `bytes=${at}-${end === undefined ? '' : end - 1}`,
      'Accept-Encoding': 'gzip',
    },
    signal,
  });
}

/** Longest time that bytes of a connection that has ended take to reach its reader. */
const DRAIN_MS = 500;

/** Reads the chunks of an answer; a connection that breaks or stalls is an error. */
class Connection {
  readonly #data: Readable;
  readonly #chunks: AsyncIterator<Uint8Array>;
  readonly #limit: number;

  constructor({ data, closed }: GcsStream, limit: number) {
    this.#data = data;
    this.#limit = limit;
    this.#chunks = data[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>;
    // The next read throws the error of a connection that breaks between reads.
    data.on('error', () => {});
    // A slower reader requests the rest again.
    void closed.then(() => setTimeout(() => data.destroy(cutOff()), DRAIN_MS).unref());
  }

  async next(): Promise<Uint8Array> {
    const timer = setTimeout(() => this.#data.destroy(new StallError()), this.#limit);
    try {
      const { value, done } = await this.#chunks.next();
      if (done === true) throw cutOff();
      return value as Uint8Array;
    } finally {
      clearTimeout(timer);
    }
  }

  close(): void {
    this.#data.destroy();
  }
}

function cutOff(): Error {
  return Object.assign(new Error('the connection was cut'), { code: 'ECONNRESET' });
}
