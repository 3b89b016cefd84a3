import type { Readable } from 'node:stream';
import { type Bucket, Storage } from '@google-cloud/storage';
import { type GoogleAuth, PassThroughClient } from 'google-auth-library';
import { ImportError } from '../../errors.ts';
import { version } from '../../version.ts';
import { giveAddressesTime } from '../connection/address-attempts.ts';
import { STORE_DEFAULTS, type StoreOptions } from '../options.ts';
import { retry } from '../retry.ts';
import { RetryDeadline } from '../retry-deadline.ts';
import { credentialFile, makeAuth } from './credentials.ts';
import { explain, type GcsAction, isTransient, statusOf } from './errors.ts';
import { AS_STORED, bodyStream, Watch, watchedConnection } from './http.ts';
import { tlsFailure } from './tls-failure.ts';

/** One request of the JSON API. */
export interface GcsRequest {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  url: string;
  params?: Record<string, string | number | undefined>;
  headers?: Record<string, string>;
  /** The body in pieces. */
  body?: readonly Uint8Array[];
  /** Statuses that are not errors, besides 2xx. */
  expect?: readonly number[];
  signal?: AbortSignal | undefined;
}

/** An answer whose body is read as a stream. */
export interface GcsStream {
  data: Readable;
  /** Resolves when the connection has ended; bytes that came before may not have reached `data` yet. */
  closed: Promise<void>;
}

/** A whole answer. */
export interface GcsAnswer {
  status: number;
  headers: Record<string, string>;
  /** The body, parsed if it is JSON. */
  data: unknown;
}

/**
 * Talks to one bucket through the official library: `bucket` for calls with short answers, `request` and `stream`
 * for uploads and ranged reads, with the library's credentials. The library's upload stream is not used. It counts
 * its retry time from an object's first byte, so a day that is open for longer than ten minutes gets no retry at
 * all; it fails on a lost reply to the last chunk; and it cannot distinguish a slow link from a dead one.
 */
export class GcsClient {
  readonly bucket: Bucket;
  /** URL of the server, without a slash at the end. */
  readonly endpoint: string;
  /** Undefined for an emulator, which gets no credentials. */
  readonly auth: GoogleAuth | undefined;
  readonly #options: StoreOptions;
  readonly #transport: Pick<GoogleAuth, 'request'>;
  readonly #retryDeadline = new RetryDeadline();

  constructor(bucket: string, options: StoreOptions = {}) {
    giveAddressesTime();
    this.#options = options;
    const { endpoint, keyFile, userProject } = options.gcs ?? {};
    const address = endpoint ?? emulator();
    const anonymous = keyFile === undefined && !isGoogle(address);
    this.auth = anonymous ? undefined : makeAuth(keyFile);
    this.#transport = this.auth ?? new PassThroughClient();
    const storage = new Storage({
      ...(address !== undefined && { apiEndpoint: address }),
      ...(this.auth !== undefined && { authClient: this.auth }),
      useAuthWithCustomEndpoint: !anonymous,
      userAgent: USER_AGENT,
      timeout: this.stallMs,
      // `retry` below is the one retry policy for all kinds of calls.
      retryOptions: { autoRetry: false },
    });
    this.endpoint = storage.apiEndpoint;
    // Where STORAGE_EMULATOR_HOST is set, the library takes its bare text, even if another endpoint is given.
    storage.baseUrl = `${this.endpoint}/storage/v1`;
    // The library adds it to each of its calls.
    this.bucket = storage.bucket(bucket, userProject === undefined ? {} : { userProject });
  }

  /** Key with which new objects are encrypted; undefined: that of the bucket. */
  get kmsKey(): string | undefined {
    return this.#options.gcs?.kmsKey;
  }

  /** Returns the URL of an object, for messages. */
  url(name: string): string {
    return `gs://${this.bucket.name}/${name}`;
  }

  /** Runs an operation until it succeeds, fails permanently, or reaches the deadline. @throws ImportError */
  async retry<T>(
    action: GcsAction,
    operation: (attempt: number) => Promise<T>,
    signal?: AbortSignal,
  ): Promise<T> {
    const { retryFor = STORE_DEFAULTS.retryFor } = this.#options;
    // A token may expire between its check and its arrival; the next request brings a new one.
    let refused = false;
    const canRetry = (error: unknown): boolean => {
      if (statusOf(error) !== 401) return isTransient(error);
      const first = !refused;
      refused = true;
      return first;
    };
    const deadline = this.#retryDeadline.deadline(retryFor);
    try {
      signal?.throwIfAborted();
      const { onRetry } = this.#options;
      const result = await retry({ deadline, isTransient: canRetry, onRetry, signal }, operation);
      this.#retryDeadline.answered();
      return result;
    } catch (error) {
      if (statusOf(error) !== undefined) this.#retryDeadline.answered();
      const credentials = credentialFile(this.#options.gcs?.keyFile)?.file;
      if (!signal?.aborted) {
        const failure = (await tlsFailure(error, this.endpoint)) ?? error;
        throw explain(failure, { ...action, credentials });
      }
      throw signal.reason instanceof ImportError
        ? signal.reason
        : new ImportError('E_ABORTED', 'the run was stopped before it was complete', {
            cause: signal.reason,
          });
    }
  }

  /** Lists objects by prefix, a page at a time. `fields` names the fields of each object that are returned. */
  async *pages<T>(
    prefix: string,
    fields: string,
    action: GcsAction,
    signal?: AbortSignal,
  ): AsyncGenerator<T[], void, undefined> {
    let pageToken: string | undefined;
    do {
      const query = {
        prefix,
        autoPaginate: false,
        fields: `nextPageToken,items(${fields})`,
        ...(pageToken !== undefined && { pageToken }),
      };
      const list = async (): Promise<{ nextPageToken?: string; items?: T[] }> =>
        (await this.bucket.getFiles(query))[2] as object;
      const page = await this.retry(action, list, signal);
      yield page.items ?? [];
      pageToken = page.nextPageToken;
    } while (pageToken !== undefined && pageToken !== '');
  }

  /** Sends one request and reads its whole answer; fails if no byte moves for too long. */
  async request(request: GcsRequest): Promise<GcsAnswer> {
    const { body = [], signal } = request;
    const watch = new Watch(this.stallMs, signal);
    const length = body.reduce((sum, { byteLength }) => sum + byteLength, 0);
    const stream = length === 0 ? undefined : bodyStream(body, watch);
    try {
      const { status, headers, data } = await this.#transport.request<unknown>({
        ...this.#plain(request, watch.signal),
        ...(stream !== undefined && { data: stream }),
        headers: { ...this.#headers(request), 'Content-Length': String(length) },
        responseType: 'json',
      });
      this.#retryDeadline.answered();
      return { status, headers, data };
    } catch (error) {
      throw watch.reason() ?? error;
    } finally {
      watch.end();
      stream?.destroy();
    }
  }

  /** Sends a GET whose answer is read as a stream. The reader must notice stalls in it. */
  async stream(request: GcsRequest): Promise<GcsStream> {
    const watch = new Watch(this.stallMs, request.signal);
    const { agent, closed } = watchedConnection(this.endpoint);
    try {
      const { data } = await this.#transport.request<Readable>({
        ...this.#plain(request, watch.signal),
        headers: this.#headers(request),
        responseType: 'stream',
        ...(agent && { agent }),
        ...AS_STORED,
      });
      this.#retryDeadline.answered();
      return { data, closed };
    } catch (error) {
      throw watch.reason() ?? error;
    } finally {
      watch.end();
    }
  }

  /** Milliseconds without any progress after which a request counts as failed. */
  get stallMs(): number {
    return this.#options.timeout ?? STORE_DEFAULTS.timeout;
  }

  #plain({ method, url, params, expect = [] }: GcsRequest, signal: AbortSignal) {
    const { userProject } = this.#options.gcs ?? {};
    // The address of a resumable upload, which the server gave, is complete.
    const own = url.startsWith('http') ? {} : { userProject };
    const all = Object.entries({ ...own, ...params });
    const given = all.filter(([, value]) => value !== undefined);
    return {
      method,
      url: url.startsWith('http') ? url : this.endpoint + url,
      params: Object.fromEntries(given),
      signal,
      retry: false,
      validateStatus: (status: number) =>
        (status >= 200 && status < 300) || expect.includes(status),
    };
  }

  // Without keep-alive node-fetch closes each connection. Our own agent instead would exclude proxies.
  #headers({ headers }: GcsRequest): Record<string, string> {
    return { Connection: 'keep-alive', 'User-Agent': USER_AGENT, ...headers };
  }
}

const USER_AGENT = `hackle-import/${version}`;

/** Returns the URL of the emulator that the environment names, often as `localhost:4443`: emulators speak HTTP. */
function emulator(): string | undefined {
  const { STORAGE_EMULATOR_HOST: address } = process.env;
  if (!address) return undefined;
  // Credentials never go to Google without TLS.
  const scheme = /(^|\.)googleapis\.com(:|$)/i.test(address) ? 'https' : 'http';
  const url = address.includes('://') ? address : `${scheme}://${address}`;
  if (URL.canParse(url)) return url;
  throw new ImportError(
    'E_USAGE',
    `STORAGE_EMULATOR_HOST: expected a URL or host:port, got ${address}`,
    {
      hint: 'Set it to the address of the emulator, such as http://localhost:4443.',
    },
  );
}

function isGoogle(address: string | undefined): boolean {
  if (address === undefined) return true;
  const { hostname } = new URL(address);
  return hostname === 'googleapis.com' || hostname.endsWith('.googleapis.com');
}
