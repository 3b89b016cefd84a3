// What gaxios and node-fetch, on which Google's libraries stand, do not do by themselves.
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { Readable } from 'node:stream';
import { StallError } from './errors.ts';

/** What is handed to the socket at once: small enough to see that a slow link still moves. */
const SLICE = 128 << 10;

/** node-fetch would decompress what has Content-Encoding gzip; gaxios hands its options on. */
export const AS_STORED: object = { compress: false };

/** Aborts a request when nothing has moved for a while, or when the run is stopped. */
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

  moved(): void {
    this.#timer.refresh();
  }

  /** Why it was given up, if it was. */
  reason(): unknown {
    return this.#stalled.signal.aborted ? this.#stalled.signal.reason : undefined;
  }

  end(): void {
    clearTimeout(this.#timer);
  }
}

/** A body that tells the watch when some of it has gone. */
export function bodyStream(body: readonly Uint8Array[], watch: Watch): Readable {
  const slices = function* (): Generator<Uint8Array> {
    for (const bytes of body) {
      for (let at = 0; at < bytes.byteLength; at += SLICE) {
        watch.moved();
        yield bytes.subarray(at, at + SLICE);
      }
    }
  };
  const stream = Readable.from(slices(), { highWaterMark: 1 });
  // A request that is given up destroys its body; who asked learns it from the request.
  stream.on('error', () => {});
  return stream;
}

/**
 * An agent for one request that sees its connection end: node-fetch 2 leaves the reader of a body that
 * was cut off waiting for ever. Where there is a proxy, gaxios has an agent of its own for it.
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
