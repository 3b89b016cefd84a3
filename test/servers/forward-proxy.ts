import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import net, { type AddressInfo, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Cleaner } from '../support/temp.ts';

export interface ForwardProxyOptions {
  /** `user:password` that every request must bring. */
  credentials?: string;
  /** Called with the bytes that a connection has brought: whether it breaks now. */
  breaks?: (bytes: number) => boolean;
  /** Whether it answers 503 before it has read the body, and closes the connection. Only for http. */
  answersEarly?: (request: IncomingMessage) => boolean;
  /** Accepts connections and never answers. */
  isSilent?: boolean;
}

/** A proxy as companies have it: CONNECT for https, whole URLs for http. It really forwards. */
export class ForwardProxy {
  /** The requests: `CONNECT localhost:443`, `GET http://localhost:9000/bucket/?list-type=2`. */
  readonly requests: string[] = [];
  readonly #options: ForwardProxyOptions;
  readonly #server: http.Server;
  readonly #agent = new http.Agent({ keepAlive: true });
  readonly #open = new Set<Duplex>();
  /** Most connections to servers at the same time. */
  mostAtOnce = 0;
  #now = 0;

  private constructor(options: ForwardProxyOptions) {
    this.#options = options;
    this.#server = http.createServer((request, response) => this.#forward(request, response));
    this.#server.on('connect', (request: IncomingMessage, socket: Duplex, head: Buffer) =>
      this.#connect(request, socket, head),
    );
    this.#server.on('connection', (socket) => {
      this.#open.add(socket);
      socket.on('error', () => {}).on('close', () => this.#open.delete(socket));
      const { breaks } = options;
      if (breaks === undefined) return;
      let bytes = 0;
      socket.on('data', (chunk) => {
        bytes += chunk.length;
        if (breaks(bytes)) socket.resetAndDestroy();
      });
    });
  }

  /** Starts a proxy, which is closed when the test ends. */
  static async start(t: Cleaner, options: ForwardProxyOptions = {}): Promise<ForwardProxy> {
    const proxy = new ForwardProxy(options);
    await new Promise<void>((resolve) => proxy.#server.listen(0, '127.0.0.1', resolve));
    t.teardown(() => proxy.close());
    return proxy;
  }

  /** URL of the proxy, with the credentials that it asks for. */
  get url(): string {
    const { credentials } = this.#options;
    return `http://${credentials === undefined ? '' : `${credentials}@`}${this.host}`;
  }

  get host(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** How many connections are open to the proxy. */
  get connections(): number {
    return this.#open.size;
  }

  async close(): Promise<void> {
    for (const socket of this.#open) socket.destroy();
    this.#agent.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #forward(request: IncomingMessage, response: ServerResponse): void {
    this.requests.push(`${request.method} ${request.url}`);
    if (this.#options.isSilent) return;
    if (!this.#isAllowed(request)) {
      request.resume();
      response.writeHead(407, { 'Proxy-Authenticate': 'Basic' }).end('who are you?');
      return;
    }
    if (this.#options.answersEarly?.(request)) {
      response.writeHead(503).end(() => request.socket.destroy());
      return;
    }
    // The path as it came: it is signed.
    const [, host = '', port = '80', path = ''] =
      /^http:\/\/([^/:]+)(?::(\d+))?(.*)$/.exec(request.url ?? '') ?? [];
    const { 'proxy-authorization': _, ...headers } = request.headers;
    const { method } = request;
    const onward = http.request({ host, port, path, method, headers, agent: this.#agent });
    onward.on('socket', (socket) => this.#note(socket));
    onward.on('response', (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.on('error', () => response.destroy()).pipe(response);
    });
    onward.on('error', () => {
      if (response.headersSent) response.destroy();
      else response.writeHead(502).end();
    });
    request.on('error', () => onward.destroy()).pipe(onward);
  }

  #connect(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    this.requests.push(`CONNECT ${request.url}`);
    socket.on('error', () => {});
    if (this.#options.isSilent) {
      socket.on('end', () => socket.end()).resume();
      return;
    }
    if (!this.#isAllowed(request)) {
      socket.end('HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n');
      return;
    }
    const [, host = '', port = ''] = /^(.*):(\d+)$/.exec(request.url ?? '') ?? [];
    const server = net.connect(Number(port), host, () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      server.write(head);
      server.pipe(socket).pipe(server);
    });
    this.#note(server);
    server.on('error', () => {
      socket.end('HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n');
    });
    server.on('close', () => socket.destroy());
    socket.on('close', () => server.destroy());
  }

  #note(socket: Socket): void {
    if (this.#open.has(socket)) return;
    this.#open.add(socket);
    this.mostAtOnce = Math.max(this.mostAtOnce, ++this.#now);
    socket.on('close', () => {
      this.#open.delete(socket);
      this.#now--;
    });
  }

  #isAllowed({ headers }: IncomingMessage): boolean {
    const { credentials } = this.#options;
    if (credentials === undefined) return true;
    const expected = `Basic ${Buffer.from(decodeURIComponent(credentials)).toString('base64')}`;
    return headers['proxy-authorization'] === expected;
  }
}
