import http, {
  type IncomingHttpHeaders,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';

/** What gateways and proxies before an S3 server are known to do to its replies. */
export type Mode =
  | 'plain'
  | 'unquoted-listing'
  | 'weak-head'
  | 'weak-get'
  | 'weak-put'
  | 'error-in-200'
  | 'error-in-200-after'
  | 'no-key-count'
  | 'no-metadata'
  | 'short-keep-alive'
  | 'no-listed-etags'
  | 'no-read-etags'
  | 'no-etags'
  | 'other-head'
  | 'other-get'
  | 'settling-etags'
  | 'no-part-etags';

/** What a mode of the proxy does to requests and replies. */
interface Rewriting {
  /** Answers a request in the place of the server; undefined: the server does. */
  answer?: (asked: Asked) => Answer | undefined;
  /** Changes the headers of a reply. */
  headers?: (asked: Asked, headers: IncomingHttpHeaders) => void;
  /** Changes the XML of a listing. */
  listing?: (xml: string) => string;
  /** Answers with an error, in a 200, the first request that completes an upload: before the server has it, or after. */
  completes?: 'never' | 'but fails';
  /** Milliseconds after which an idle connection is closed. */
  keepAlive?: number;
}

interface Asked {
  method: string;
  isListing: boolean;
  /** Whether it asks for an object or its metadata. */
  isRead: boolean;
  ifMatch: string | undefined;
}

interface Answer {
  status: number;
  body: string;
}

/** A server that names the ETag of an object otherwise in the replies to these methods than in listings. */
function otherEtag(...methods: string[]): Rewriting {
  return {
    answer: ({ method, isRead, ifMatch }) =>
      isRead && methods.includes(method) && ifMatch !== undefined && !ifMatch.includes('other-')
        ? { status: 412, body: errorXml('PreconditionFailed', 'a condition did not hold') }
        : undefined,
    headers: ({ method, isRead }, headers) => {
      if (!isRead || !methods.includes(method) || headers.etag === undefined) return;
      headers.etag = headers.etag.replace('"', '"other-');
    },
  };
}

function weak(method: string): Rewriting {
  return {
    headers: (asked, headers) => {
      if (asked.method === method && headers.etag !== undefined) headers.etag = `W/${headers.etag}`;
    },
  };
}

/** Shows each object with another ETag in its first two listings, as a gateway does that stores it later. */
function settling(): (xml: string) => string {
  const shown = new Map<string, number>();
  return (xml) =>
    xml.replace(/<Contents>.*?<\/Contents>/gs, (object) => {
      const times = (shown.get(object) ?? 0) + 1;
      shown.set(object, times);
      if (times > 2) return object;
      return object.replace(LISTED_ETAG, (all, etag: string) =>
        etag === '' ? all : `<ETag>&quot;early-${etag}&quot;</ETag>`,
      );
    });
}

const LISTED_ETAG = /<ETag>(?:&quot;|&#34;|")?(.*?)(?:&quot;|&#34;|")?<\/ETag>/g;

const REWRITINGS: Readonly<Record<Mode, Rewriting>> = {
  /** Nothing. */
  plain: {},
  /** As NetApp ONTAP lists them. */
  'unquoted-listing': { listing: (xml) => xml.replace(LISTED_ETAG, '<ETag>$1</ETag>') },
  /** As nginx makes them where it compresses. */
  'weak-head': weak('HEAD'),
  'weak-get': weak('GET'),
  'weak-put': weak('PUT'),
  'error-in-200': { completes: 'never' },
  'error-in-200-after': { completes: 'but fails' },
  'no-key-count': { listing: (xml) => xml.replace(/<KeyCount>.*?<\/KeyCount>/, '') },
  'no-metadata': {
    headers: (_, headers) => {
      for (const name of Object.keys(headers)) {
        if (name.startsWith('x-amz-meta-')) delete headers[name];
      }
    },
  },
  'short-keep-alive': { keepAlive: 300 },
  'no-listed-etags': { listing: (xml) => xml.replace(LISTED_ETAG, '') },
  'no-read-etags': {
    headers: ({ isRead }, headers) => {
      if (isRead) delete headers.etag;
    },
  },
  'no-etags': {
    listing: (xml) => xml.replace(LISTED_ETAG, ''),
    headers: ({ isRead }, headers) => {
      if (isRead) delete headers.etag;
    },
  },
  'other-head': otherEtag('HEAD'),
  'other-get': otherEtag('GET'),
  'settling-etags': { listing: settling() },
  'no-part-etags': {
    headers: ({ method }, headers) => {
      if (method === 'PUT') delete headers.etag;
    },
  },
};

export const MODES = Object.keys(REWRITINGS) as readonly Mode[];

/** A proxy between a store's client and its S3 server that changes the replies on their way. */
export class RewritingProxy {
  readonly #server: http.Server;
  readonly #target: URL;
  readonly #rewriting: Rewriting;
  readonly #agent: http.Agent = new http.Agent({ keepAlive: true });
  /** Replies that were changed or given in the place of the server. */
  changed = 0;
  #failed = false;

  private constructor(target: string, rewriting: Rewriting) {
    this.#target = new URL(target);
    this.#rewriting = rewriting;
    this.#server = http.createServer((request, response) => this.#forward(request, response));
    // Clients keep connections for a minute; the server must not end them before.
    this.#server.keepAliveTimeout = rewriting.keepAlive ?? 60_000;
  }

  /** @param target URL of the server */
  static async start(target: string, mode: Mode): Promise<RewritingProxy> {
    const proxy = new RewritingProxy(target, REWRITINGS[mode]);
    await new Promise<void>((resolve) => proxy.#server.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  get endpoint(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.#agent.destroy();
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #forward(request: IncomingMessage, response: ServerResponse): void {
    const { method = 'GET', url = '/', headers } = request;
    const { pathname, searchParams } = new URL(url, this.#target);
    const isListing = searchParams.has('list-type');
    const isObject = /^\/[^/]+\/./.test(pathname);
    const asked: Asked = {
      method,
      isListing,
      isRead: (method === 'GET' || method === 'HEAD') && isObject && !isListing,
      ifMatch: headers['if-match'],
    };
    const own = this.#rewriting.answer?.(asked) ?? this.#completion(asked, searchParams);
    if (own !== undefined && this.#rewriting.completes !== 'but fails') {
      request.resume().on('end', () => reply(response, own));
      return;
    }
    const { hostname, port } = this.#target;
    const sent = { hostname, port, method, path: url, headers, agent: this.#agent };
    const forwarded = http.request(sent, (answer) => {
      if (own === undefined) this.#return(asked, answer, response);
      else answer.resume().on('end', () => reply(response, own));
    });
    forwarded.on('error', () => response.destroy());
    request.pipe(forwarded);
  }

  #completion({ method }: Asked, query: URLSearchParams): Answer | undefined {
    if (this.#rewriting.completes === undefined || this.#failed) return undefined;
    if (method !== 'POST' || !query.has('uploadId')) return undefined;
    this.#failed = true;
    this.changed++;
    return { status: 200, body: errorXml('InternalError', 'We encountered an internal error.') };
  }

  #return(asked: Asked, answer: IncomingMessage, response: ServerResponse): void {
    const { headers, listing } = this.#rewriting;
    const before = JSON.stringify(answer.headers);
    headers?.(asked, answer.headers);
    if (JSON.stringify(answer.headers) !== before) this.changed++;
    if (!asked.isListing || listing === undefined) {
      response.writeHead(answer.statusCode ?? 500, answer.headers);
      answer.pipe(response);
      return;
    }
    const chunks: Buffer[] = [];
    answer.on('data', (chunk: Buffer) => chunks.push(chunk));
    answer.on('end', () => {
      const xml = Buffer.concat(chunks).toString();
      const body = listing(xml);
      if (body !== xml) this.changed++;
      const { 'content-length': _, 'transfer-encoding': __, ...others } = answer.headers;
      response.writeHead(answer.statusCode ?? 500, others);
      response.end(body);
    });
  }
}

function reply(response: ServerResponse, { status, body }: Answer): void {
  response.writeHead(status, { 'content-type': 'application/xml' });
  response.end(body);
}

function errorXml(code: string, message: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${message}</Message></Error>`;
}
