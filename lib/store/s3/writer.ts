import { randomUUID } from 'node:crypto';
import {
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  type CreateMultipartUploadCommandOutput,
  PutObjectCommand,
  UploadPartCommand,
  type UploadPartCommandOutput,
} from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { crc32c } from '@node-rs/crc32';
import { ImportError } from '../../errors.ts';
import { releaseBytes } from '../../large-buffers.ts';
import type { Before, ObjectInfo, ObjectWriter } from '../contract.ts';
import { Spool } from '../spool.ts';
import { abortUpload } from './abort-upload.ts';
import { type Command, withSend } from './client.ts';
import { CONTENT_TYPE, type S3Context } from './context.ts';
import { explainS3 } from './errors.ts';
import { partEtag } from './etag.ts';
import { markOf } from './own-objects.ts';
import { PartMemory } from './part-memory.ts';
import { PartStream } from './part-stream.ts';

/**
 * Writes one object. Bytes stay in a spool until they are a part; whole parts go to a multipart upload, whose
 * object appears when the upload is completed. A small object is written with one PUT when it is closed.
 */
export class S3Writer implements ObjectWriter {
  readonly #context: S3Context;
  readonly #name: string;
  readonly #before: Before | undefined;
  readonly #url: string;
  readonly #token: string = randomUUID();
  readonly #spool: Spool;
  readonly #parts = new PartStream();
  readonly #stop = new AbortController();
  #size = 0;
  #crc = 0;
  #fed = 0;
  readonly #memory = new PartMemory();
  #state: 'open' | 'failed' | 'done' = 'open';
  #uploading: Promise<unknown> | undefined;
  readonly #failure: Promise<never>;
  #fail: (error: unknown) => void = () => {};
  #uploadId: string | undefined;

  /** @param before what has the name now, and must still have it when the object is complete */
  constructor(context: S3Context, name: string, before: Before | undefined) {
    this.#context = context;
    this.#name = name;
    this.#before = before;
    this.#url = `${context.url}/${name}`;
    this.#spool = new Spool(context.spool);
    this.#failure = new Promise((_, reject) => {
      this.#fail = (error) => {
        this.#stop.abort();
        reject(error);
      };
    });
    this.#failure.catch(() => {});
    context.open.add(this);
  }

  /** Fails the upload at once, whatever it is waiting for. */
  stop(reason: unknown): void {
    this.#fail(reason);
    this.#parts.destroy();
  }

  write(bytes: Uint8Array): Promise<void> {
    return this.#attempt(async () => {
      this.#size += bytes.length;
      this.#crc = crc32c(bytes, this.#crc);
      for (let rest = bytes; rest.length > 0; ) {
        // lib-storage cuts off a part only when it has more bytes than that: for the first part one byte more.
        const enough = this.#context.partSize + (this.#fed === 0 ? 1 : 0);
        const piece = rest.subarray(0, enough - this.#spool.size);
        rest = rest.subarray(piece.length);
        await this.#spool.add(piece);
        if (this.#spool.size === enough) await this.#feed();
        if (rest.length === 0 && piece.length < bytes.length) releaseBytes(bytes); // all copied
      }
    });
  }

  async close(): Promise<ObjectInfo> {
    const info = await this.#attempt(async () => {
      const uploading = this.#start();
      if (this.#spool.size > 0) await this.#feed();
      this.#parts.push(null);
      try {
        await Promise.race([uploading, this.#failure]);
      } catch (error) {
        // The reply to the last request may have been lost: then the object exists.
        const found = await this.#find().catch(() => undefined);
        if (found === undefined) throw error;
        return found;
      }
      const found = await this.#find();
      if (found === undefined) {
        throw new ImportError(
          'E_STORE_CONFLICT',
          `${this.#url} is not what was uploaded (${this.#size} bytes): another program changed or removed it`,
          {
            hint: 'let only one run at a time write a day; run again when the other one has ended',
          },
        );
      }
      return found;
    });
    this.#state = 'done';
    this.#end();
    return info;
  }

  async abort(): Promise<void> {
    if (this.#state === 'done') return;
    this.#state = 'done';
    this.#stop.abort();
    this.#end();
    // A part that arrives after its upload was aborted would stay.
    await this.#uploading?.catch(() => {});
    if (this.#uploadId === undefined) return;
    await abortUpload(this.#context, this.#name, this.#uploadId);
  }

  #end(): void {
    this.#context.open.delete(this);
    this.#spool.clear();
    this.#parts.destroy();
  }

  /** Uploads the spooled bytes as a part; first waits for a request to end if too many are in flight. */
  async #feed(): Promise<void> {
    const uploading = this.#start();
    await Promise.race([this.#context.room(), this.#failure]);
    await Promise.race([this.#parts.ready(), this.#failure, uploading]);
    const pieces = await this.#spool.drain();
    this.#fed++;
    this.#memory.add(this.#fed, pieces);
    this.#parts.add(pieces);
  }

  #start(): Promise<unknown> {
    this.#uploading ??= this.#upload();
    return this.#uploading;
  }

  #upload(): Promise<unknown> {
    const { client, bucket, partSize, concurrency } = this.#context;
    const upload = new Upload({
      client: withSend(client, this.#send),
      params: {
        Bucket: bucket,
        Key: this.#context.keyOf(this.#name),
        Body: this.#parts,
        ContentType: CONTENT_TYPE,
        Metadata: markOf(this.#token),
      },
      partSize,
      queueSize: concurrency,
      // `abort` removes them, when no request is in flight any more.
      leavePartsOnError: true,
    });
    const uploading = upload.done();
    uploading.catch(this.#fail);
    return uploading;
  }

  // lib-storage fails on a failed part only at the end of the stream, and cannot stop requests.
  readonly #send = async (command: Command): Promise<unknown> => {
    try {
      this.#stop.signal.throwIfAborted();
      const part =
        command instanceof UploadPartCommand ? this.#memory.begin(command.input) : undefined;
      const reply = await this.#request(command);
      if (part !== undefined) {
        this.#memory.end(part);
        return withPartEtag(reply as UploadPartCommandOutput, this.#url);
      }
      if (command instanceof CreateMultipartUploadCommand) {
        this.#uploadId = (reply as CreateMultipartUploadCommandOutput).UploadId;
      } else if (command instanceof CompleteMultipartUploadCommand) {
        this.#uploadId = undefined;
      }
      return reply;
    } catch (error) {
      this.stop(error);
      throw error;
    }
  };

  /** Sends a request; one that makes the object appear, on condition that the name has what it had before. */
  #request(command: Command): Promise<unknown> {
    const { client, conditions } = this.#context;
    const options = { abortSignal: this.#stop.signal };
    const change = { name: this.#name, before: this.#before };
    if (command instanceof PutObjectCommand) {
      return conditions.send({ kind: 'put', ...change }, (condition) =>
        client.send(new PutObjectCommand({ ...command.input, ...condition }), options),
      );
    }
    if (command instanceof CompleteMultipartUploadCommand) {
      return conditions.send({ kind: 'complete', ...change }, (condition) =>
        client.send(
          new CompleteMultipartUploadCommand({ ...command.input, ...condition }),
          options,
        ),
      );
    }
    return client.send(command, options);
  }

  /** Resolves with the object as listed, if it is the one that this writer wrote. */
  async #find(): Promise<ObjectInfo | undefined> {
    const listed = await this.#context.find(this.#name);
    if (listed === undefined || listed.size !== this.#size) return undefined;
    const own = { token: this.#token, crc: async () => this.#crc };
    return this.#context.own.find(listed, own);
  }

  // After a failed step the object may lack bytes, so every later step is refused.
  async #attempt<T>(step: () => Promise<T>): Promise<T> {
    if (this.#state !== 'open') {
      throw new ImportError('E_INTERNAL', `${this.#url} is no longer being written`);
    }
    try {
      return await step();
    } catch (error) {
      this.#state = 'failed';
      this.#fail(error);
      throw explainS3(error, 'write', this.#url);
    }
  }
}

/** Returns the reply to a part with the ETag by which the upload is completed. @throws ImportError if it has none */
function withPartEtag(reply: UploadPartCommandOutput, url: string): UploadPartCommandOutput {
  if (reply.ETag) return { ...reply, ETag: partEtag(reply.ETag) };
  throw new ImportError(
    'E_STORE_WRITE',
    `cannot write ${url}: the reply to a part of an upload has no ETag, by which the upload is completed`,
    { hint: 'a proxy between here and the server may remove the header ETag: let it pass' },
  );
}
