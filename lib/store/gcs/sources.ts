import type { Readable } from 'node:stream';
import { crc32c } from '@node-rs/crc32';
import { ImportError } from '../../errors.ts';
import type { Source } from '../../source/source.ts';
import { StreamSource } from '../../source/stream-source.ts';
import { type BucketLocation, parseBucketUrl } from '../bucket-url.ts';
import { byName, parseKeyPattern } from '../key-pattern.ts';
import type { StoreOptions } from '../options.ts';
import { GcsClient, type GcsStream } from './client.ts';
import { type GcsAction, StallError, statusOf } from './errors.ts';
import { crcText } from './writer.ts';

/** An object as it was when the run began. */
interface GcsObject {
  name: string;
  size: number;
  generation: string;
  crc32c: string | undefined;
}

interface Resource {
  name: string;
  size: string;
  generation: string;
  crc32c?: string;
}

const FIELDS = 'name,size,generation,crc32c';

/**
 * The objects that a `gs://` URL names: one, or what a pattern matches, sorted by name. It takes
 * storage.objects.get, for patterns storage.objects.list too.
 *
 * @throws ImportError E_USAGE, E_INPUT_NOT_FOUND, E_INPUT_READ
 */
export async function gcsSources(url: string, options: StoreOptions): Promise<Source[]> {
  const location = parseBucketUrl(url);
  const { bucket } = location;
  const client = new GcsClient(bucket, options);
  const objects = await findObjects(client, location, options.signal);
  return objects.sort(byName).map((object) => {
    const name = client.url(object.name);
    return new StreamSource(name, object.size, (signal) => readObject(client, object, signal));
  });
}

async function findObjects(
  client: GcsClient,
  { url, key }: BucketLocation,
  signal: AbortSignal | undefined,
): Promise<GcsObject[]> {
  if (key === '') {
    throw new ImportError('E_USAGE', `expected an object or a pattern, got the bucket ${url}`, {
      hint: `Name its objects with a pattern, in quotes: '${url}/*.ndjson'`,
    });
  }
  const pattern = parseKeyPattern(key);
  if (pattern === undefined) {
    const action = readAction(client, key, 'storage.objects.get');
    const describe = async (): Promise<GcsObject> => {
      const [metadata] = await client.bucket.file(key).getMetadata();
      return describeObject(metadata as Resource);
    };
    return [await client.retry(action, describe, signal)];
  }
  const found: GcsObject[] = [];
  const action = { ...readAction(client, pattern.prefix, 'storage.objects.list'), verb: 'list' };
  for await (const page of client.pages<Resource>(pattern.prefix, FIELDS, action, signal)) {
    // A name that ends with / stands for a folder in Google's console.
    const files = page.filter(({ name }) => pattern.matches(name) && !name.endsWith('/'));
    found.push(...files.map(describeObject));
  }
  if (found.length === 0) {
    throw new ImportError('E_INPUT_NOT_FOUND', `${url}: no object matches this pattern`, {
      hint: '* stays within a folder, ** does not.',
      position: { source: url },
    });
  }
  return found;
}

function describeObject({ name, size, generation, crc32c }: Resource): GcsObject {
  return { name, size: Number(size), generation, crc32c };
}

function readAction(client: GcsClient, name: string, permission: string): GcsAction {
  return { verb: 'read', target: client.url(name), permission, code: 'E_INPUT_READ' };
}

/** The stored bytes of one generation, across broken connections; checked at the end by CRC32C. */
async function* readObject(
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
