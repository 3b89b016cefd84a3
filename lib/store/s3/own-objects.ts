import { HeadObjectCommand } from '@aws-sdk/client-s3';
import { crc32c } from '@node-rs/crc32';
import type { ObjectInfo } from '../contract.ts';
import { explainS3 } from './errors.ts';
import { bareEtag, etagOf } from './etag.ts';
import type { S3Reader } from './get.ts';
import { readBytes } from './read.ts';

/**
 * Name of the metadata with which each object is marked as this run's own. Bytes and ETag do not tell two runs
 * apart, because both may write the same bytes.
 */
const TOKEN = 'hackle-import';

/** Bytes that are read at once for a checksum. */
const RANGE = 8 << 20;

/** By what an object that this run wrote is recognised. */
export interface Own {
  /** The value of its mark in the object's metadata, which no other object has. */
  token: string;
  /** Resolves with the CRC32C of its bytes. It is asked for only where a server removes metadata. */
  crc: () => Promise<number>;
}

/** Returns the metadata that marks an object. */
export function markOf(token: string): Record<string, string> {
  return { [TOKEN]: token };
}

/**
 * Recognises what this run wrote: by its mark in the metadata, and by its bytes where a server removes metadata. What
 * was recognised keeps its version in this run, also where a server gives it another ETag or time by itself.
 */
export class OwnObjects {
  readonly #reader: S3Reader;
  readonly #url: string;
  readonly #keyOf: (name: string) => string;
  readonly #known = new Map<string, Own & { info: ObjectInfo }>();

  /** @param reader finds objects exactly as the listing has them */
  constructor(reader: S3Reader, url: string, keyOf: (name: string) => string) {
    this.#reader = reader;
    this.#url = url;
    this.#keyOf = keyOf;
  }

  /** Resolves with a listed object, and remembers it, if it is the one that this run wrote. */
  async find(listed: ObjectInfo, own: Own): Promise<ObjectInfo | undefined> {
    const info = await this.#confirmed(listed, own);
    if (info !== undefined) this.#known.set(info.name, { ...own, info });
    return info;
  }

  /** Resolves with a listed object, which has the version that this run knows if it is its own. */
  async recognised(object: ObjectInfo): Promise<ObjectInfo> {
    const known = this.#known.get(object.name);
    if (known === undefined || known.info.size !== object.size) return object;
    if (known.info.version === object.version) return object;
    // Either another run wrote it, or the server changed its ETag or time.
    const head = await this.#head(object.name).catch(() => undefined);
    if (head?.mark !== known.token) return object;
    this.#reader.oddities.notice('changing-etags');
    return known.info;
  }

  /** Resolves with the CRC32C of an object: what this run wrote is not read for it. */
  async crcOf(object: ObjectInfo): Promise<number> {
    const known = this.#known.get(object.name);
    if (known?.info.version === object.version) return known.crc();
    return this.#readCrc(object);
  }

  async #confirmed(listed: ObjectInfo, own: Own): Promise<ObjectInfo | undefined> {
    const { oddities } = this.#reader;
    const etag = etagOf(listed);
    try {
      const head = await this.#head(listed.name);
      if (head.mark === undefined) {
        if ((await this.#readCrc(listed)) !== (await own.crc())) return undefined;
        oddities.notice('no-metadata');
      } else if (head.mark !== own.token) {
        return undefined;
      }
      // The ETag in the reply to the upload may be empty (Ceph), so the one of the listing counts.
      if (etag !== '' && head.etag === etag) return listed;
      // Else HEAD may have spoken of another object than the listing: what both have now is compared.
      const now = await this.#listed(listed.name);
      if (now?.size !== listed.size || (await this.#head(listed.name)).mark !== head.mark) {
        return undefined;
      }
      if (head.mark === undefined && now.version !== listed.version) return undefined;
      if (etag !== '') oddities.notice('head-differs');
      return now;
    } catch (error) {
      // Under the vendor's policy the answer for a missing object is that access is denied.
      if ((await this.#listed(listed.name))?.version !== listed.version) return undefined;
      throw explainS3(error, 'read the metadata of', `${this.#url}/${listed.name}`);
    }
  }

  async #head(name: string): Promise<{ etag: string; mark: string | undefined }> {
    const { client, bucket } = this.#reader;
    const input = { Bucket: bucket, Key: this.#keyOf(name) };
    const { ETag, Metadata } = await client.send(new HeadObjectCommand(input));
    return { etag: bareEtag(ETag), mark: Metadata?.[TOKEN] };
  }

  async #readCrc(object: ObjectInfo): Promise<number> {
    let crc = 0;
    const key = this.#keyOf(object.name);
    for (let start = 0; start < object.size; start += RANGE) {
      const end = Math.min(start + RANGE, object.size);
      crc = crc32c(await readBytes(this.#reader, { object, key, start, end }), crc);
    }
    return crc;
  }

  /** Resolves with the object exactly as the listing has it. */
  #listed(name: string): Promise<ObjectInfo | undefined> {
    return this.#reader.find(this.#keyOf(name));
  }
}
