import type { Readable } from 'node:stream';
import { crc32c } from '@node-rs/crc32';
import { ImportError } from '../../errors.ts';
import type { GcsClient, GcsStream } from './client.ts';
import { crcText } from './crc.ts';
import { type GcsAction, StallError, statusOf } from './errors.ts';

/** An object as it was when the run began. */
export interface GcsObject {
  name: string;
  size: number;
  generation: string;
  crc32c: string | undefined;
}

export function readAction(client: GcsClient, name: string, permission: string): GcsAction {
  return { verb: 'read', target: client.url(name), permission, code: 'E_INPUT_READ' };
}

/** The stored bytes of one generation, across broken connections; checked at the end by CRC32C. */
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
      throw error;
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

async function openAt(
  client: GcsClient,
  { name, generation }: GcsObject,
  at: number,
  signal: AbortSignal,
): Promise<GcsStream> {
  try {
    return await client.stream({
      method: 'GET',
      url: `/storage/v1/b/${client.bucket.name}/o/${encodeURIComponent(name)}`,
      params: { alt: 'media', generation },
      // As it is stored: what has Content-Encoding gzip would come decompressed, and without ranges.
      headers: { Range: `bytes=${at}-`, 'Accept-Encoding': 'gzip' },
      signal,
    });
  } catch (error) {
    if (![404, 412, 416].includes(statusOf(error) ?? 0)) throw error;
    throw new ImportError(
      'E_INPUT_READ',
      `${client.url(name)} was changed or removed while it was read, after ${at} bytes of generation ${generation}`,
      {
        hint: 'Run again when nothing writes there any more.',
        position: { source: client.url(name) },
      },
    );
  }
}

/** Longest time that bytes take from a connection that has ended to its reader. */
const DRAIN_MS = 500;

/** The chunks of an answer; a connection that is cut or silent for too long is an error. */
class Connection {
  readonly #data: Readable;
  readonly #chunks: AsyncIterator<Uint8Array>;
  readonly #limit: number;

  constructor({ data, closed }: GcsStream, limit: number) {
    this.#data = data;
    this.#limit = limit;
    this.#chunks = data[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>;
    // What breaks while nobody reads is seen at the next read.
    data.on('error', () => {});
    // A reader slower than that asks for the rest anew.
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
