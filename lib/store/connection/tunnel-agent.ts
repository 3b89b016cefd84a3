import type { ClientRequest } from 'node:http';
import { HttpsProxyAgent } from 'https-proxy-agent';
import type { NamedProxy } from './proxy.ts';
import { proxyRefusal } from './proxy-error.ts';

type Connect = HttpsProxyAgent<string>['connect'];
type Options = ConstructorParameters<typeof HttpsProxyAgent<string>>[1];

/**
 * Connections that a proxy makes at the request CONNECT. Where the proxy refuses, a request fails; the base class would
 * take the refusal for the answer of the server.
 */
export class TunnelAgent extends HttpsProxyAgent<string> {
  readonly #proxy: NamedProxy;
  readonly #timeout: number;

  /** @param timeout milliseconds in which the proxy has to answer */
  constructor(proxy: NamedProxy, options: Options, timeout: number) {
    super(proxy.url.href, options);
    this.#proxy = proxy;
    this.#timeout = timeout;
  }

  override async connect(...args: Parameters<Connect>): ReturnType<Connect> {
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(), this.#timeout);
    // The base class reads its options before it waits for anything.
    Object.assign(this.connectOpts, { signal: late.signal });
    const status = statusOf(args[0]);
    try {
      const socket = await super.connect(...args);
      if (status() === 200) return socket.on('error', () => {});
      socket.destroy();
    } catch (error) {
      throw late.signal.aborted ? timeout() : error;
    } finally {
      clearTimeout(timer);
    }
    throw proxyRefusal(this.#proxy, status());
  }
}

function timeout(): NodeJS.ErrnoException {
  return Object.assign(new Error('no answer in time'), { code: 'ETIMEDOUT', syscall: 'connect' });
}

/** Returns a function that returns the status of the proxy's answer, once it has come. */
function statusOf(request: ClientRequest): () => number {
  let status = 0;
  request.once('proxyConnect', ({ statusCode }: { statusCode: number }) => {
    status = statusCode;
  });
  return () => status;
}
