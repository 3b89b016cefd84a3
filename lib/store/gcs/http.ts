// What gaxios and node-fetch, which Google's libraries use, do not do by themselves.
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { Readable } from 'node:stream';
import { StallError } from './errors.ts';

/** Bytes handed to the socket at once: few enough to see that a slow link still makes progress. */
const SLICE = 128 << 10;

/** Keeps node-fetch from decompressing bodies with Content-Encoding gzip; gaxios passes its options on. */
export const AS_STORED: object = { compress: false };

/** Aborts a request when no byte has moved for a while, or when the run is aborted. */
export class Watch {
  readonly signal: AbortSignal;
  readonly #stalled = new AbortController();
  readonly #timer: NodeJS.Timeout;

  constructor(limit: number, signal: AbortSignal | undefined) {
    this.signal = signal ? AbortSignal.any([signal, this.#stalled.signal]) : this.#stalled.signal;
    this.#timer = setTimeout(() => {
      this.#stalled.abort(new StallError());
    }, limit);
  }

  progress(): void {
    this.#timer.refresh();
  }

  /** Returns the StallError if the request stalled. */
  reason(): unknown {
    return this.#stalled.signal.aborted ? this.#stalled.signal.reason : undefined;
  }

  end(): void {
    clearTimeout(this.#timer);
  }
}

/** Returns a request body as a stream that notifies the watch of progress. */
export function bodyStream(body: readonly Uint8Array[], watch: Watch): Readable {
  const slices = function* (): Generator<Uint8Array> {
    for (const bytes of body) {
      for (let at = 0; at < bytes.byteLength; at += SLICE) {
        watch.progress();
        yield bytes.subarray(at, at + SLICE);
      }
    }
  };
  const stream = Readable.from(slices(), { highWaterMark: 1 });
  // An aborted request destroys its body; the caller gets the error from the request.
  stream.on('error', () => {});
  return stream;
}

/**
 * Returns an agent for one request, and a promise for the end of its connection: node-fetch 2 lets the reader of a
 * truncated body wait forever. With a proxy there is none, because gaxios then uses an agent of its own.
 */
export function watchedConnection(endpoint: string): {
  agent: HttpAgent | undefined;
  closed: Promise<void>;
} {
  const { env } = process;
  const proxy = env.HTTPS_PROXY ?? env.https_proxy ?? env.HTTP_PROXY ?? env.http_proxy;
  if (proxy) return { agent: undefined, closed: new Promise(() => {}) };
  const agent = endpoint.startsWith('http:') ? new HttpAgent() : new HttpsAgent();
  const connect = agent.createConnection.bind(agent);
  const closed = new Promise<void>((resolve) => {
    agent.createConnection = (...args) => {
      const socket = connect(...args);
      socket?.once('close', resolve);
      return socket;
    };
  });
  return { agent, closed };
}
