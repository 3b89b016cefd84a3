import { crc32c } from '@node-rs/crc32';
import { ImportError } from '../../errors.ts';
import { releaseBytes } from '../../large-buffers.ts';
import type { ObjectInfo, ObjectWriter } from '../contract.ts';
import { Spool } from '../spool.ts';
import type { GcsContext } from './context.ts';
import { crcText } from './crc.ts';
import type { UploadTarget } from './object.ts';
import { CHUNK_UNIT, ResumableUpload } from './upload.ts';
import { uploadWhole } from './whole.ts';

/**
 * Writes one object. Whole units of 256 KiB are uploaded while the caller continues; less than a unit waits in the
 * spool for more, so that hundreds of open days hold little. `uploads` limits the bytes that all writers have in
 * flight, and so slows the caller down to the speed of the network.
 */
export class GcsWriter implements ObjectWriter {
  readonly #name: string;
  readonly #target: UploadTarget;
  readonly #context: GcsContext;
  readonly #tail: Spool;
  readonly #stop = new AbortController();
  #upload: ResumableUpload | undefined;
  #size = 0;
  #crc = 0;
  #sending: Promise<void> = Promise.resolve();
  #state: 'open' | 'failed' | 'done' = 'open';

  /**
   * @param name the object's name for callers of the store
   * @param target the object in the bucket
   */
  constructor(name: string, target: UploadTarget, context: GcsContext) {
    const { signal } = target;
    this.#name = name;
    this.#target = {
      ...target,
      signal: signal ? AbortSignal.any([signal, this.#stop.signal]) : this.#stop.signal,
    };
    this.#context = context;
    this.#tail = new Spool(context.spool);
  }

  write(bytes: Uint8Array): Promise<void> {
    return this.#attempt(async () => {
      this.#crc = crc32c(bytes, this.#crc);
      this.#size += bytes.byteLength;
      const total = this.#tail.size + bytes.byteLength;
      const whole = total - (total % CHUNK_UNIT);
      const cut = whole === 0 ? 0 : whole - this.#tail.size;
      if (whole > 0) {
        await this.#sending;
        const ready = [...(await this.#tail.drain()), bytes.subarray(0, cut)];
        await this.#context.uploads.acquire(whole);
        this.#sending = this.#send(ready)
          .then(() => releaseBytes(bytes)) // the spool has a copy of the rest
          .finally(() => this.#context.uploads.release(whole));
        // The next call throws the error; until then it must not count as unhandled.
        this.#sending.catch(() => {});
      }
      if (cut < bytes.byteLength) await this.#tail.add(bytes.subarray(cut));
    });
  }

  async close(): Promise<ObjectInfo> {
    const info = await this.#attempt(async () => {
      await this.#sending;
      const rest = await this.#tail.drain();
      const expected = { size: this.#size, crc32c: crcText(this.#crc) };
      const uploaded = await this.#context.limit(() =>
        this.#upload === undefined
          ? uploadWhole(this.#target, rest, expected)
          : this.#upload.finish(rest, expected),
      );
      return { name: this.#name, ...uploaded };
    });
    this.#state = 'done';
    return info;
  }

  async abort(): Promise<void> {
    if (this.#state === 'done') return;
    this.#state = 'done';
    this.#stop.abort(new ImportError('E_ABORTED', `${this.#name} was aborted`));
    await this.#sending.catch(() => {});
    this.#tail.clear();
    await this.#upload?.cancel();
  }

  async #send(bytes: Uint8Array[]): Promise<void> {
    const { chunkSize, limit } = this.#context;
    this.#upload ??= new ResumableUpload(this.#target);
    const upload = this.#upload;
    for (const chunk of chunks(bytes, chunkSize)) await limit(() => upload.send(chunk));
  }

  // After a failed step bytes may be missing, so every later step is refused.
  async #attempt<T>(step: () => Promise<T>): Promise<T> {
    if (this.#state !== 'open') {
      const { client, name } = this.#target;
      throw new ImportError('E_INTERNAL', `${client.url(name)} is no longer being written`);
    }
    try {
      return await step();
    } catch (error) {
      this.#state = 'failed';
      throw error;
    }
  }
}

/** Groups pieces into chunks of at most `size` bytes. */
function* chunks(pieces: readonly Uint8Array[], size: number): Generator<Uint8Array[]> {
  let chunk: Uint8Array[] = [];
  let length = 0;
  for (const piece of pieces) {
    for (let at = 0; at < piece.byteLength; ) {
      const part = piece.subarray(at, at + size - length);
      chunk.push(part);
      length += part.byteLength;
      at += part.byteLength;
      if (length < size) continue;
      yield chunk;
      chunk = [];
      length = 0;
    }
  }
  if (length > 0) yield chunk;
}
