import http, { type ClientRequest, type RequestOptions } from 'node:http';
import https from 'node:https';
import type { Duplex } from 'node:stream';
import { hasProxy, type NamedProxy, proxyFor, type Target } from './proxy.ts';
import { TunnelAgent } from './tunnel-agent.ts';

/** How agents keep sockets. */
export interface AgentOptions {
  keepAlive: boolean;
  /** Most sockets to one server, or through one proxy. */
  maxSockets: number;
  /** Milliseconds in which a proxy has to make a connection. */
  connectTimeout: number;
}

/**
 * Returns the agents of an S3 client as the SDK takes them: options from which it makes agents, or, where the
 * environment names a proxy, agents that look for the proxy of each request.
 */
export function agentsFor(options: AgentOptions): {
  httpAgent: AgentOptions | http.Agent;
  httpsAgent: AgentOptions | https.Agent;
} {
  // With an agent, a server that answers early and closes in the middle of a body makes Node emit an error that has no
  // listener, and the process dies. With options it does not, nor where each socket has a listener, as below.
  if (!hasProxy()) return { httpAgent: options, httpsAgent: options };
  return {
    httpAgent: new ChoosingAgent(HTTP, options),
    httpsAgent: new ChoosingAgent(HTTPS, options),
  };
}

/** How requests of one scheme are sent, directly and through a proxy. */
interface Scheme extends Pick<Target, 'protocol'> {
  defaultPort: number;
  direct(options: AgentOptions): http.Agent;
  through(proxy: NamedProxy, options: AgentOptions): http.Agent;
  /** Makes a request one to the proxy; returns its options. */
  adapt(request: ClientRequest, options: RequestOptions, proxy: NamedProxy): RequestOptions;
}

/** Through a proxy, a request has the server's name in its path. */
const HTTP: Scheme = {
  protocol: 'http:',
  defaultPort: 80,
  direct: (options) => new PlainAgent(options),
  through: ({ url: { protocol, hostname, port } }, options) => {
    const host = hostname.replace(/^\[|\]$/g, '');
    // Options of an agent win over those of its requests.
    if (protocol === 'http:') return new PlainAgent({ ...options, host, port: Number(port || 80) });
    return new TlsAgent({ ...options, host, port: Number(port || 443), servername: host });
  },
  adapt: (request, options, proxy) => {
    // Not by `new URL`, which would change `..` and `//` in a path that is signed.
    request.path = `http://${request.getHeader('host')}${request.path}`;
    const { username, password } = proxy.url;
    if (username !== '' || password !== '') {
      const text = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
      const encoded = Buffer.from(text).toString('base64');
      request.setHeader('Proxy-Authorization', `Basic ${encoded}`);
    }
    return options;
  },
};

const HTTPS: Scheme = {
  protocol: 'https:',
  defaultPort: 443,
  direct: (options) => new TlsAgent(options),
  through: (proxy, options) => new TunnelAgent(proxy, options, options.connectTimeout),
  // Without it, the agent looks for https on the call stack, where it is not if the request waited for a socket.
  adapt: (_request, options) => Object.assign({ secureEndpoint: true }, options),
};

/** Gives each request to the agent of its proxy, or to one without a proxy. It has no sockets of its own. */
class ChoosingAgent extends https.Agent {
  readonly #scheme: Scheme;
  readonly #settings: AgentOptions;
  readonly #agents = new Map<string, http.Agent>();

  constructor(scheme: Scheme, settings: AgentOptions) {
    super(settings);
    const { protocol, defaultPort } = scheme;
    Object.assign(this, { protocol, defaultPort });
    this.#scheme = scheme;
    this.#settings = settings;
  }

  /** Node calls it with each request; its types lack it. */
  addRequest(request: ClientRequest, options: RequestOptions): void {
    const { protocol, defaultPort } = this.#scheme;
    const port = Number(options.port ?? defaultPort);
    const proxy = proxyFor({ protocol, host: options.host ?? 'localhost', port });
    const given = proxy === undefined ? options : this.#scheme.adapt(request, options, proxy);
    (this.#agentFor(proxy) as ChoosingAgent).addRequest(request, given);
  }

  override destroy(): void {
    for (const agent of this.#agents.values()) agent.destroy();
  }

  #agentFor(proxy: NamedProxy | undefined): http.Agent {
    const key = proxy?.url.href ?? '';
    let agent = this.#agents.get(key);
    if (agent === undefined) {
      agent =
        proxy === undefined
          ? this.#scheme.direct(this.#settings)
          : this.#scheme.through(proxy, this.#settings);
      this.#agents.set(key, agent);
    }
    return agent;
  }
}

class PlainAgent extends http.Agent {
  override createConnection(
    ...args: Parameters<http.Agent['createConnection']>
  ): Duplex | null | undefined {
    return super.createConnection(...args)?.on('error', () => {});
  }
}

class TlsAgent extends https.Agent {
  override createConnection(
    ...args: Parameters<https.Agent['createConnection']>
  ): Duplex | null | undefined {
    return super.createConnection(...args)?.on('error', () => {});
  }
}
