import { createHash, randomBytes } from 'node:crypto';
import { S3Fault } from './s3-fault.ts';

const MIN_PART = 5 << 20;

export interface StoredObject {
  bytes: Buffer;
  /** With its quotes. */
  etag: string;
  modified: Date;
  metadata: Record<string, string>;
}

interface PartOf {
  bytes: Buffer;
  etag: string;
}

interface MultipartUpload {
  key: string;
  metadata: Record<string, string>;
  parts: Map<number, PartOf>;
}

export interface Page {
  objects: [string, StoredObject][];
  /** Where the next page begins; undefined on the last. */
  next: string | undefined;
}

/** One bucket's objects and uploads, by S3's rules. */
export class Bucket {
  readonly objects: Map<string, StoredObject> = new Map();
  readonly uploads: Map<string, MultipartUpload> = new Map();

  get(key: string): StoredObject {
    const object = this.objects.get(key);
    if (object === undefined) {
      throw new S3Fault(404, 'NoSuchKey', 'The specified key does not exist.');
    }
    return object;
  }

  put(key: string, bytes: Buffer, metadata: Record<string, string>): string {
    return this.#set(key, bytes, `"${md5(bytes)}"`, metadata);
  }

  list(prefix: string, after: string | undefined, most: number): Page {
    const keys = [...this.objects.keys()]
      .filter((key) => key.startsWith(prefix) && (after === undefined || key > after))
      .sort();
    const objects = keys.slice(0, most).map((key): [string, StoredObject] => [key, this.get(key)]);
    return { objects, next: keys.length > most ? objects.at(-1)?.[0] : undefined };
  }

  createUpload(key: string, metadata: Record<string, string>): string {
    const id = randomBytes(16).toString('hex');
    this.uploads.set(id, { key, metadata, parts: new Map() });
    return id;
  }

  putPart(key: string, id: string, number: number, bytes: Buffer): string {
    if (!(number >= 1 && number <= 10_000)) {
      throw new S3Fault(400, 'InvalidArgument', 'Part number must be from 1 to 10000');
    }
    const etag = `"${md5(bytes)}"`;
    this.#upload(key, id).parts.set(number, { bytes, etag });
    return etag;
  }

  complete(key: string, id: string, list: readonly [number: number, etag: string][]): string {
    const upload = this.#upload(key, id);
    if (list.some(([number], index) => number <= (list[index - 1]?.[0] ?? 0))) {
      throw new S3Fault(400, 'InvalidPartOrder', 'The list of parts was not in ascending order.');
    }
    const chosen = list.map(([number, etag], index): PartOf => {
      const part = upload.parts.get(number);
      if (part === undefined || part.etag !== etag) {
        throw new S3Fault(400, 'InvalidPart', `part ${number} was not found`);
      }
      if (index < list.length - 1 && part.bytes.length < MIN_PART) {
        throw new S3Fault(400, 'EntityTooSmall', 'a part is smaller than 5 MiB');
      }
      return part;
    });
    if (chosen.length === 0) throw new S3Fault(400, 'MalformedXML', 'no parts');
    this.uploads.delete(id);
    const sums = chosen.map(({ etag }) => Buffer.from(etag.slice(1, -1), 'hex'));
    const etag = `"${md5(Buffer.concat(sums))}-${chosen.length}"`;
    const bytes = Buffer.concat(chosen.map((part) => part.bytes));
    return this.#set(key, bytes, etag, upload.metadata);
  }

  abort(key: string, id: string): void {
    this.#upload(key, id);
    this.uploads.delete(id);
  }

  #upload(key: string, id: string): MultipartUpload {
    const upload = this.uploads.get(id);
    if (upload?.key !== key) {
      throw new S3Fault(404, 'NoSuchUpload', 'The specified multipart upload does not exist.');
    }
    return upload;
  }

  #set(key: string, bytes: Buffer, etag: string, metadata: Record<string, string>): string {
    this.objects.set(key, { bytes, etag, modified: new Date(), metadata });
    return etag;
  }
}

function md5(bytes: Buffer): string {
  return createHash('md5').update(bytes).digest('hex');
}
