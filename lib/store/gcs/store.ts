import { crc32c } from '@node-rs/crc32';
import pLimit from 'p-limit';
import { type BucketLocation, parseBucketUrl } from '../bucket-url.ts';
import { byName } from '../by-name.ts';
import { ByteSemaphore } from '../byte-semaphore.ts';
import type { Before, ObjectInfo, ObjectWriter, Store } from '../contract.ts';
import { STORE_DEFAULTS, type StoreOptions } from '../options.ts';
import { SpoolSpace } from '../spool-space.ts';
import { GcsClient } from './client.ts';
import type { GcsContext } from './context.ts';
import { changedObject, copyObject } from './copy.ts';
import { crcText } from './crc.ts';
import { type GcsAction, statusOf } from './errors.ts';
import type { UploadTarget } from './object.ts';
import { readBytes } from './read-object.ts';
import { CHUNK_UNIT } from './upload.ts';
import { uploadWhole } from './whole.ts';
import { GcsWriter } from './writer.ts';

interface Listed {
  name: string;
  size: string;
  generation: string;
}

/** Opens `gs://bucket/prefix` without a request. */
export async function openGcsStore(url: string, options: StoreOptions): Promise<Store> {
  return new GcsStore(parseBucketUrl(url), options);
}

/**
 * Writes to a bucket of Google Cloud Storage, or a prefix of one. It needs the permissions
 * storage.objects.create, delete, list and get. An unfinished upload is not visible and expires after a week, so
 * `claim` has nothing to clean up; and a bucket cannot fence.
 */
export class GcsStore implements Store {
  readonly url: string;
  readonly #root: string;
  readonly #client: GcsClient;
  readonly #signal: AbortSignal | undefined;
  readonly #context: GcsContext;

  constructor({ bucket, key }: BucketLocation, options: StoreOptions = {}) {
    const { partSize, concurrency } = { ...STORE_DEFAULTS, ...options };
    const chunkSize = Math.ceil(partSize / CHUNK_UNIT) * CHUNK_UNIT;
    this.#client = new GcsClient(bucket, options);
    this.#signal = options.signal;
    this.#root = key === '' ? '' : `${key}/`;
    this.url = key === '' ? `gs://${bucket}` : `gs://${bucket}/${key}`;
    this.#context = {
      uploads: new ByteSemaphore(chunkSize * concurrency),
      limit: pLimit(concurrency),
      spool: new SpoolSpace(CHUNK_UNIT),
      chunkSize,
    };
  }

  async list(prefix: string): Promise<ObjectInfo[]> {
    const full = this.#root + prefix;
    const action = this.#action('list', full, 'storage.objects.list');
    const found: ObjectInfo[] = [];
    const pages = this.#client.pages<Listed>(full, 'name,size,generation', action, this.#signal);
    for await (const page of pages) {
      for (const { name, size, generation } of page) {
        found.push({
          name: name.slice(this.#root.length),
          size: Number(size),
          version: generation,
        });
      }
    }
    return found.sort(byName);
  }

  async create(name: string, before?: Before): Promise<ObjectWriter> {
    return new GcsWriter(name, this.#target(name, before), this.#context);
  }

  async put(name: string, bytes: Uint8Array): Promise<ObjectInfo> {
    const expected = { size: bytes.byteLength, crc32c: crcText(crc32c(bytes)) };
    return { name, ...(await uploadWhole(this.#target(name, 'none'), [bytes], expected)) };
  }

  async read({ name, version }: ObjectInfo, start: number, end: number): Promise<Uint8Array> {
    const action = this.#action('read', this.#root + name, 'storage.objects.get');
    return readBytes({ ...this.#target(name), action }, version, start, end);
  }

  // A generation is made once: this is when its name got these bytes.
  async modified({ name, version }: ObjectInfo): Promise<number> {
    const full = this.#root + name;
    const file = this.#client.bucket.file(full, { generation: version });
    const action = this.#action('read', full, 'storage.objects.get');
    const [{ timeCreated }] = await this.#client.retry(action, () => file.getMetadata());
    return Date.parse(timeCreated ?? '');
  }

  async copy(from: ObjectInfo, to: string, before?: Before): Promise<ObjectInfo> {
    const target = this.#target(to, before);
    const source = this.#root + from.name;
    return { name: to, ...(await this.#context.limit(() => copyObject(target, from, source))) };
  }

  async remove(name: string, before?: ObjectInfo): Promise<void> {
    const full = this.#root + name;
    const condition = before && { ifGenerationMatch: before.version };
    await this.#client.retry(this.#action('remove', full, 'storage.objects.delete'), async () => {
      try {
        await this.#client.bucket.file(full).delete(condition);
      } catch (error) {
        if (statusOf(error) === 412) throw changedObject(this.#client.url(full));
        if (statusOf(error) !== 404) throw error;
      }
    });
  }

  async claim(): Promise<void> {}

  async release(): Promise<void> {
    await this.#context.spool.close();
  }

  #target(name: string, before?: Before): UploadTarget {
    const full = this.#root + name;
    return {
      client: this.#client,
      name: full,
      before,
      action: this.#action('write', full, 'storage.objects.create'),
      signal: this.#signal,
    };
  }

  #action(verb: string, name: string, permission: string): GcsAction {
    return { verb, target: this.#client.url(name), permission, code: 'E_STORE_WRITE' };
  }
}
