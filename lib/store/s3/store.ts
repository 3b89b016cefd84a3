import { randomUUID } from 'node:crypto';
import {
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { crc32c } from '@node-rs/crc32';
import { ImportError } from '../../errors.ts';
import { parseBucketUrl } from '../bucket-url.ts';
import { byName } from '../by-name.ts';
import type { Before, ObjectInfo, ObjectWriter, Store } from '../contract.ts';
import { STORE_DEFAULTS, type StoreOptions } from '../options.ts';
import { SpoolSpace } from '../spool-space.ts';
import { changedObject } from './changed.ts';
import { type Command, makeS3Clients, type S3Clients } from './client.ts';
import { ConditionalRequests } from './conditions.ts';
import type { S3Context } from './context.ts';
import { COPY_SIZE, copyObject } from './copy.ts';
import { explainS3, isAmbiguous, s3ErrorCode } from './errors.ts';
import { modifiedOf } from './etag.ts';
import type { S3Reader } from './get.ts';
import { lifecycleAdvice } from './lifecycle.ts';
import { listS3 } from './list.ts';
import { Oddities } from './oddities.ts';
import { markOf, type Own, OwnObjects } from './own-objects.ts';
import { readBytes } from './read.ts';
import { S3Writer } from './writer.ts';

/** Opens `s3://bucket/prefix` without a request. */
export async function openS3Store(url: string, options: StoreOptions): Promise<S3Store> {
  const leftovers: string[] = [];
  const { bucket } = parseBucketUrl(url);
  const noteLost = (command: Command, error: unknown): void => {
    if (!(command instanceof CreateMultipartUploadCommand) || !isAmbiguous(error)) return;
    leftovers.push(
      `Perhaps an unfinished upload of s3://${bucket}/${command.input.Key}, whose id was in a lost reply. ${lifecycleAdvice(bucket)}`,
    );
  };
  return new S3Store(url, options, await makeS3Clients(options, noteLost), leftovers);
}

/**
 * Writes to a bucket, or a prefix of one, on AWS or any server that speaks S3. It sends only requests that the
 * vendor's policy allows: it looks for objects by listing, because HEAD of a missing object is denied.
 */
export class S3Store implements Store {
  readonly url: string;
  readonly leftovers: readonly string[];
  readonly #bucket: string;
  /** The beginning of every object's key: empty, or with a slash at its end. */
  readonly #root: string;
  readonly #clients: S3Clients;
  readonly #reader: S3Reader;
  readonly #context: S3Context;

  /** @param copySize bytes that the server is asked to copy with one request */
  constructor(
    url: string,
    options: StoreOptions,
    clients: S3Clients,
    leftovers: string[] = [],
    copySize: number = COPY_SIZE,
  ) {
    const { bucket, key } = parseBucketUrl(url);
    const partSize = options.partSize ?? STORE_DEFAULTS.partSize;
    const open: S3Context['open'] = new Set();
    this.url = url;
    this.leftovers = leftovers;
    this.#bucket = bucket;
    this.#root = key === '' ? '' : `${key}/`;
    this.#clients = clients;
    const oddities = new Oddities(bucket, options.onNote);
    this.#reader = {
      client: clients.run,
      bucket,
      oddities,
      find: async (key) => {
        const name = key.slice(this.#root.length);
        return named(name, await this.#listed(name));
      },
    };
    const keyOf = (name: string): string => this.#root + name;
    this.#context = {
      url,
      bucket,
      client: clients.run,
      cleaner: clients.brief,
      partSize,
      concurrency: options.concurrency ?? STORE_DEFAULTS.concurrency,
      copySize,
      spool: new SpoolSpace(partSize + 1),
      leftovers,
      conditions: new ConditionalRequests(url, (name) => this.#find(name)),
      open,
      own: new OwnObjects(this.#reader, url, keyOf),
      oddities,
      keyOf,
      room: () => clients.limit(() => {}),
      find: (name) => this.#find(name),
    };
    const { signal } = options;
    signal?.addEventListener(
      'abort',
      () => {
        for (const writer of open) writer.stop(signal.reason);
      },
      { once: true },
    );
  }

  async list(prefix: string): Promise<ObjectInfo[]> {
    const { own } = this.#context;
    const objects = await this.#listed(prefix);
    return Promise.all(objects.sort(byName).map((object) => own.recognised(object)));
  }

  async create(name: string, before?: Before): Promise<ObjectWriter> {
    return new S3Writer(this.#context, name, before);
  }

  async put(name: string, bytes: Uint8Array): Promise<ObjectInfo> {
    const own: Own = { token: randomUUID(), crc: async () => crc32c(bytes) };
    if ((await this.#find(name)) !== undefined) throw this.#conflict(name);
    const findOwn = async (): Promise<ObjectInfo | undefined> => {
      const found = await this.#find(name);
      return found && this.#context.own.find(found, own);
    };
    try {
      await this.#put(name, bytes, own);
    } catch (error) {
      // After a lost reply the second attempt finds the object that the first one wrote.
      const found = error instanceof ImportError ? await findOwn() : undefined;
      if (found !== undefined) return found;
      throw explainS3(error, 'write', `${this.url}/${name}`);
    }
    const found = await findOwn();
    if (found !== undefined) return found;
    throw this.#conflict(name);
  }

  async read(object: ObjectInfo, start: number, end: number): Promise<Uint8Array> {
    try {
      const key = this.#root + object.name;
      // The listing as this run knows it, in which its own objects are recognised.
      const reader = { ...this.#reader, find: () => this.#find(object.name) };
      return await readBytes(reader, { object, key, start, end });
    } catch (error) {
      const url = `${this.url}/${object.name}`;
      throw (await changedObject(this.#context, object)) ?? explainS3(error, 'read', url);
    }
  }

  async modified(object: ObjectInfo): Promise<number> {
    return modifiedOf(object);
  }

  async copy(from: ObjectInfo, to: string, before?: Before): Promise<ObjectInfo> {
    return copyObject(this.#context, from, { name: to, before });
  }

  async remove(name: string, before?: ObjectInfo): Promise<void> {
    const target = { Bucket: this.#bucket, Key: this.#root + name };
    try {
      await this.#context.conditions.send({ kind: 'delete', name, before }, (condition) =>
        // Also after an abort, because a `_SUCCESS` may have to be removed then.
        this.#clients.lasting.send(new DeleteObjectCommand({ ...target, ...condition })),
      );
    } catch (error) {
      if (s3ErrorCode(error) === 'NoSuchKey') return;
      // After a lost reply the second attempt finds nothing.
      if (error instanceof ImportError && (await this.#find(name)) === undefined) return;
      throw explainS3(error, 'remove', `${this.url}/${name}`);
    }
  }

  // Unfinished uploads of a killed run stay: the vendor's policy does not allow listing them. They are not
  // visible as objects, and the bucket's lifecycle rule removes them.
  async claim(): Promise<void> {}

  async release(): Promise<void> {
    await this.#context.spool.close();
  }

  async #put(name: string, bytes: Uint8Array, { token }: Own): Promise<void> {
    const input = {
      Bucket: this.#bucket,
      Key: this.#root + name,
      Body: bytes,
      Metadata: markOf(token),
    };
    await this.#context.conditions.send({ kind: 'put', name, before: 'none' }, (condition) =>
      this.#clients.run.send(new PutObjectCommand({ ...input, ...condition })),
    );
  }

  async #find(name: string): Promise<ObjectInfo | undefined> {
    return named(name, await this.list(name));
  }

  /** Resolves with the objects exactly as the listing has them. */
  async #listed(prefix: string): Promise<ObjectInfo[]> {
    try {
      const { client, bucket, oddities } = this.#reader;
      const objects = await listS3(client, bucket, this.#root + prefix, oddities);
      return objects.map(({ name, ...rest }) => ({ name: name.slice(this.#root.length), ...rest }));
    } catch (error) {
      throw explainS3(error, 'list', `${this.url}/${prefix}`);
    }
  }

  #conflict(name: string): ImportError {
    return new ImportError(
      'E_STORE_CONFLICT',
      `${this.url}/${name} exists already: another run wrote it`,
      { hint: 'let only one run at a time write a day' },
    );
  }
}

function named(name: string, objects: readonly ObjectInfo[]): ObjectInfo | undefined {
  return objects.find((object) => object.name === name);
}
