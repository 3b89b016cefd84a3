import { randomUUID } from 'node:crypto';
import { ImportError } from '../../errors.ts';
import type { GcsAnswer } from './client.ts';
import {
  checked,
  type Expected,
  FIELDS,
  findOwn,
  MARK,
  type Metadata,
  neededGeneration,
  targetConflict,
  type Uploaded,
  type UploadTarget,
} from './object.ts';

// https://cloud.google.com/storage/docs/performing-resumable-uploads

/** Bytes of which every chunk but the last must be a multiple. */
export const CHUNK_UNIT: number = 256 << 10;

const INCOMPLETE = 308;
const GONE = [404, 410];
const CONFLICT = 412;
const CANCEL_MS = 5000;

/** A resumable upload: the server keeps the bytes that it has received. Calls must not overlap. */
export class ResumableUpload {
  readonly #target: UploadTarget;
  readonly #mark: string = randomUUID();
  /** Address of the upload, which is as secret as a password: it allows writing to the upload. */
  #session: string | undefined;
  /** Bytes that the server has confirmed. */
  #stored = 0;

  constructor(target: UploadTarget) {
    this.#target = target;
  }

  /** Uploads the next bytes; their number is a multiple of CHUNK_UNIT. */
  async send(bytes: readonly Uint8Array[]): Promise<void> {
    await this.#deliver(bytes);
  }

  /** Uploads the last bytes, if any, and checks the object that the server then has. */
  async finish(bytes: readonly Uint8Array[], expected: Expected): Promise<Uploaded> {
    const metadata = await this.#deliver(bytes, expected);
    return checked(metadata ?? {}, expected, this.#target);
  }

  /** Cancels the upload. If the server does not get the request, the upload expires after a week. */
  async cancel(): Promise<void> {
    if (this.#session === undefined) return;
    const signal = AbortSignal.timeout(CANCEL_MS);
    const { client } = this.#target;
    await client.request({ method: 'DELETE', url: this.#session, signal }).catch(() => {});
  }

  /** Sends a chunk, with more than one request if the server takes only part of it. */
  async #deliver(bytes: readonly Uint8Array[], last?: Expected): Promise<Metadata | undefined> {
    const { client, action, signal } = this.#target;
    const begin = this.#stored;
    for (;;) {
      const made = await client.retry(
        action,
        (attempt) => this.#advance(bytes, begin, last, attempt > 1),
        signal,
      );
      if (made !== undefined) return made;
      if (this.#stored === begin + lengthOf(bytes) && last === undefined) return undefined;
    }
  }

  /**
   * Resolves when the server has more bytes than before, or the whole object. After a failure the server is first
   * asked how much it has, because neither the bytes sent nor the answers received tell.
   */
  async #advance(
    bytes: readonly Uint8Array[],
    begin: number,
    last: Expected | undefined,
    isUncertain: boolean,
  ): Promise<Metadata | undefined> {
    const asksStatus = isUncertain && this.#session !== undefined;
    this.#session ??= await this.#open();
    const before = this.#stored;
    let answer = asksStatus
      ? await this.#status()
      : await this.#put(skip(bytes, before - begin), last);
    if (asksStatus && answer.status === INCOMPLETE && storedBytes(answer) === before) {
      answer = await this.#put(skip(bytes, before - begin), last);
    }
    if (GONE.includes(answer.status)) {
      const made = last && (await findOwn(this.#target, this.#mark));
      if (made !== undefined) return made;
      if (begin > 0) throw this.#lost(`it was forgotten (${answer.status})`);
      this.#session = undefined;
      this.#stored = 0;
      throw transient('the upload was forgotten');
    }
    if (answer.status === CONFLICT) {
      // After a lost answer the server has made the object already.
      const made = await findOwn(this.#target, this.#mark);
      if (made !== undefined) return made;
      throw targetConflict(this.#target);
    }
    if (answer.status !== INCOMPLETE) return answer.data as Metadata;
    const stored = storedBytes(answer);
    if (stored < before || stored > begin + lengthOf(bytes)) {
      throw this.#lost(`it has ${stored} bytes`);
    }
    if (stored === before) throw transient('the server took nothing');
    this.#stored = stored;
    return undefined;
  }

  async #open(): Promise<string> {
    const { client, name, signal } = this.#target;
    const { status, headers, data } = await client.request({
      method: 'POST',
      url: `/upload/storage/v1/b/${client.bucket.name}/o`,
      params: {
        uploadType: 'resumable',
        name,
        fields: FIELDS,
        // The server compares when the upload begins, and again when it ends.
        ifGenerationMatch: neededGeneration(this.#target),
        kmsKeyName: client.kmsKey,
      },
      headers: { 'Content-Type': 'application/json; charset=UTF-8' },
      body: [Buffer.from(JSON.stringify({ name, metadata: { [MARK]: this.#mark } }))],
      expect: [CONFLICT],
      signal,
    });
    if (status === CONFLICT) throw targetConflict(this.#target, data);
    if (headers.location === undefined) throw transient('the upload got no address');
    return headers.location;
  }

  #put(bytes: readonly Uint8Array[], last: Expected | undefined): Promise<GcsAnswer> {
    const length = lengthOf(bytes);
    const range = length === 0 ? '*' : `${this.#stored}-${this.#stored + length - 1}`;
    return this.#request(`bytes ${range}/${last?.size ?? '*'}`, bytes, last);
  }

  #status(): Promise<GcsAnswer> {
    return this.#request('bytes */*', [], undefined);
  }

  #request(
    range: string,
    body: readonly Uint8Array[],
    last: Expected | undefined,
  ): Promise<GcsAnswer> {
    const { client, signal } = this.#target;
    return client.request({
      method: 'PUT',
      url: this.#session ?? '',
      headers: {
        'Content-Range': range,
        // With this header the server itself refuses damaged data, before the object becomes visible.
        ...(last !== undefined && { 'X-Goog-Hash': `crc32c=${last.crc32c}` }),
      },
      body,
      expect: [INCOMPLETE, CONFLICT, ...GONE],
      signal,
    });
  }

  #lost(what: string): ImportError {
    const { client, name, action } = this.#target;
    return new ImportError(
      action.code,
      `cannot ${action.verb} ${client.url(name)}: the server lost the upload: ${what}, expected ${this.#stored} bytes or more`,
      { hint: 'Run again; what was not committed is written again.' },
    );
  }
}

/** Returns how many bytes a 308 answer reports: `Range: bytes=0-262143`; without the header, none. */
function storedBytes({ headers }: GcsAnswer): number {
  const last = /^bytes=0-(\d+)$/.exec(headers.range ?? '')?.[1];
  return last === undefined ? 0 : Number(last) + 1;
}

function lengthOf(bytes: readonly Uint8Array[]): number {
  return bytes.reduce((sum, { byteLength }) => sum + byteLength, 0);
}

/** Returns the bytes after the first `count`. */
function skip(bytes: readonly Uint8Array[], count: number): Uint8Array[] {
  const rest: Uint8Array[] = [];
  let left = count;
  for (const piece of bytes) {
    if (left < piece.byteLength) rest.push(piece.subarray(left));
    left = Math.max(0, left - piece.byteLength);
  }
  return rest;
}

function transient(message: string): Error {
  return Object.assign(new Error(message), { status: 503 });
}
