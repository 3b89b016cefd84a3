import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { gunzipSync } from 'node:zlib';
import type { Cleaner } from '../support/temp.ts';
import { GcsBucket, Refusal, type StoredObject } from './gcs-bucket.ts';

/** What a request asks for; `chunk`, `status` and `cancel` belong to a resumable upload. */
export type GcsOperation =
  | 'bucket'
  | 'list'
  | 'metadata'
  | 'media'
  | 'delete'
  | 'copy'
  | 'open'
  | 'chunk'
  | 'status'
  | 'cancel'
  | 'whole'
  | 'simple';

export type GcsPermission =
  | 'storage.buckets.get'
  | 'storage.objects.list'
  | 'storage.objects.get'
  | 'storage.objects.create'
  | 'storage.objects.delete';

/** What goes wrong with a request. */
export type Fault =
  | { status: number; reason?: string; message?: string }
  /** The connection is cut before the request is read, or after so many bytes of its body. */
  | { resetAt: number }
  /** Everything is done, but the answer never comes. */
  | 'lost reply'
  /** 503 is answered before the body is read, and the connection closed. */
  | 'early answer'
  | 'stall'
  /** The answer is cut off after so many bytes of its body. */
  | { cutAnswerAt: number }
  /** A chunk is only partly stored; the answer says so. */
  | { keep: number };

export interface GcsRequestInfo {
  operation: GcsOperation;
  /** The object's name, or a listing's prefix. */
  name: string;
  /** How often this operation was asked for before. */
  count: number;
  range: string | undefined;
  query: Readonly<Record<string, string>>;
}

const NEEDS: Record<GcsOperation, GcsPermission | undefined> = {
  bucket: 'storage.buckets.get',
  list: 'storage.objects.list',
  metadata: 'storage.objects.get',
  media: 'storage.objects.get',
  delete: 'storage.objects.delete',
  copy: 'storage.objects.create',
  open: 'storage.objects.create',
  whole: 'storage.objects.create',
  simple: 'storage.objects.create',
  chunk: undefined,
  status: undefined,
  cancel: undefined,
};

const REWRITE = /^\/storage\/v1\/b\/[^/]+\/o\/([^/]+)\/rewriteTo\/b\/[^/]+\/o\/([^/]+)$/;
const UPLOADS: Readonly<Record<string, GcsOperation>> = { multipart: 'whole', media: 'simple' };

/**
 * A small Google Cloud Storage on 127.0.0.1: the part of the JSON API that a store needs, with its rules
 * for chunks, checksums, generations and permissions, and with faults on demand. It is held against
 * fake-gcs-server by running the same conformance suite on both (test/interop).
 */
export class GcsServer {
  readonly bucketName: string = 'bucket';
  readonly bucket: GcsBucket = new GcsBucket();
  readonly requests: GcsRequestInfo[] = [];
  readonly granted: Set<GcsPermission> = new Set(
    Object.values(NEEDS).filter((permission) => permission !== undefined),
  );
  /** As in a bucket with ACLs: what was written here in a simple upload may be read, granted or not. */
  writersRead = false;
  readonly #written = new Set<string>();
  /** Bytes that one request copies. */
  copyStep: number = Number.POSITIVE_INFINITY;
  /** Objects of a listing's page. */
  pageSize = 1000;
  /** Bearer tokens that are valid; undefined lets everybody in. */
  tokens: Set<string> | undefined;
  /** Value of the Date header, in milliseconds from now. */
  clockOffset = 0;
  fault: (request: GcsRequestInfo) => Fault | undefined = () => undefined;
  /** Called before a request is carried out, which waits for it. */
  before: (request: GcsRequestInfo) => void | Promise<void> = () => {};
  /** Called when a request was carried out, before its answer. */
  answered: () => void = () => {};
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #counts = new Map<GcsOperation, number>();

  private constructor() {
    this.#server = createServer((request, response) => {
      this.#answer(request, response).catch((error: unknown) => {
        response.destroy(error as Error);
      });
    });
    this.#server.on('connection', (socket) => {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
      socket.on('error', () => {});
    });
  }

  static async start(t: Cleaner): Promise<GcsServer> {
    const server = new GcsServer();
    await new Promise<void>((resolve) => server.#server.listen(0, '127.0.0.1', resolve));
    t.teardown(() => server.stop());
    return server;
  }

  get endpoint(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    if (!this.#server.listening) return;
    await new Promise<void>((resolve) => void this.#server.close(() => resolve()));
  }

  /** Names of what is there → MD5 of the content. */
  contents(): Record<string, string> {
    const all = [...this.bucket.objects.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
    return Object.fromEntries(all.map(({ name, md5Hash }) => [name, md5Hash]));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '', this.endpoint);
    const info = this.#describe(request, url);
    this.requests.push(info);
    const fault = this.fault(info);
    if (fault === 'stall') return;
    if (fault === 'early answer') {
      request.socket.write('HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n', () =>
        request.socket.destroy(),
      );
      return;
    }
    if (typeof fault === 'object' && 'status' in fault) {
      return refuse(
        request,
        response,
        new Refusal(fault.status, fault.reason ?? 'fault', fault.message ?? 'fault'),
      );
    }
    const limit = typeof fault === 'object' && 'resetAt' in fault ? fault.resetAt : undefined;
    const body = limit === 0 ? Buffer.alloc(0) : await readBody(request, limit);
    const whole = limit === undefined;
    await this.before(info);
    if (this.clockOffset !== 0) {
      response.setHeader('Date', new Date(Date.now() + this.clockOffset).toUTCString());
    }
    try {
      this.#check(request, url, info);
      if (limit === 0) return void request.socket.resetAndDestroy();
      if (!whole && info.operation !== 'chunk') return void request.socket.resetAndDestroy();
      const keep = typeof fault === 'object' && 'keep' in fault ? { keep: fault.keep } : {};
      const answer = this.#perform(request, url, info, body, { whole, ...keep });
      this.answered();
      if (info.operation === 'simple') this.#written.add(info.name);
      if (!whole || fault === 'lost reply') return void request.socket.resetAndDestroy();
      const { status, headers, bytes } = answer;
      response.writeHead(status, { 'Content-Length': bytes.length, ...headers });
      if (typeof fault !== 'object' || !('cutAnswerAt' in fault)) return void response.end(bytes);
      response.write(bytes.subarray(0, fault.cutAnswerAt), () => request.socket.resetAndDestroy());
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      refuse(request, response, error);
    }
  }

  #describe(request: IncomingMessage, url: URL): GcsRequestInfo {
    const { method } = request;
    const range = (request.headers['content-range'] ?? request.headers.range)?.toString();
    const named = /^\/storage\/v1\/b\/[^/]+\/o\/(.+)$/.exec(url.pathname)?.[1];
    let operation: GcsOperation;
    let name = named === undefined ? '' : decodeURIComponent(named);
    const upload = url.searchParams.get('upload_id');
    const copied = REWRITE.exec(url.pathname);
    if (copied !== null) {
      operation = 'copy';
      name = decodeURIComponent(copied[2] ?? '');
    } else if (upload !== null) {
      operation =
        method === 'DELETE' ? 'cancel' : range?.startsWith('bytes */*') ? 'status' : 'chunk';
      name = this.bucket.sessions.get(upload)?.name ?? '';
    } else if (url.pathname.startsWith('/upload/')) {
      operation = UPLOADS[url.searchParams.get('uploadType') ?? ''] ?? 'open';
      name = url.searchParams.get('name') ?? '';
    } else if (named !== undefined) {
      const media = url.searchParams.get('alt') === 'media';
      operation = method === 'DELETE' ? 'delete' : media ? 'media' : 'metadata';
    } else if (url.pathname.endsWith('/o')) {
      operation = 'list';
      name = url.searchParams.get('prefix') ?? '';
    } else {
      operation = 'bucket';
    }
    const count = this.#counts.get(operation) ?? 0;
    this.#counts.set(operation, count + 1);
    const query = Object.fromEntries(url.searchParams);
    return { operation, name, count, range, query };
  }

  #check(request: IncomingMessage, url: URL, { operation, name }: GcsRequestInfo): void {
    const bearer = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1];
    if (this.tokens !== undefined && (bearer === undefined || !this.tokens.has(bearer))) {
      throw new Refusal(401, 'authError', 'Invalid Credentials');
    }
    const bucket = /\/b\/([^/]+)/.exec(url.pathname)?.[1];
    if (bucket !== undefined && bucket !== this.bucketName) {
      throw new Refusal(404, 'notFound', 'The specified bucket does not exist.');
    }
    const needed = NEEDS[operation];
    const reads = needed === 'storage.objects.get';
    if (reads && this.writersRead && this.#written.has(name)) return;
    if (needed !== undefined && !this.granted.has(needed)) {
      throw new Refusal(
        403,
        'forbidden',
        `someone@example.com does not have ${needed} access to the Google Cloud Storage object. Permission '${needed}' denied on resource (or it may not exist).`,
      );
    }
  }

  #perform(
    request: IncomingMessage,
    url: URL,
    { operation, name, range }: GcsRequestInfo,
    body: Buffer,
    how: { whole: boolean; keep?: number },
  ): Answer {
    const query = url.searchParams;
    const conditions = {
      ifGenerationMatch: query.get('ifGenerationMatch'),
      generation: query.get('generation'),
    };
    switch (operation) {
      case 'bucket':
        return json(200, { kind: 'storage#bucket', name: this.bucketName, lifecycle: {} });
      case 'list': {
        const { items, next } = this.bucket.list(name, query.get('pageToken'), this.pageSize);
        return json(200, {
          ...(items.length > 0 && { items: items.map(resource) }),
          ...(next !== undefined && { nextPageToken: next }),
        });
      }
      case 'metadata':
        return json(200, resource(this.bucket.get(name, conditions)));
      case 'media':
        return media(this.bucket.get(name, conditions), range, request.headers['accept-encoding']);
      case 'delete':
        // Overwriting needs it too, see `create`.
        this.bucket.delete(name, conditions);
        return { status: 204, headers: {}, bytes: Buffer.alloc(0) };
      case 'copy':
        return this.#rewrite(url, name, body);
      case 'open': {
        this.#mayOverwrite(name);
        const { metadata = {} } = JSON.parse(body.toString()) as {
          metadata?: Record<string, string>;
        };
        const id = this.bucket.open(name, metadata, conditions.ifGenerationMatch);
        const location = `${this.endpoint}${url.pathname}?uploadType=resumable&upload_id=${id}`;
        return { status: 200, headers: { Location: location }, bytes: Buffer.alloc(0) };
      }
      case 'chunk':
      case 'status': {
        const session = this.bucket.session(query.get('upload_id') ?? '');
        const crc32c = /crc32c=([^,]+)/.exec(request.headers['x-goog-hash']?.toString() ?? '')?.[1];
        const made = this.bucket.append(session, range ?? '', body, {
          ...how,
          ...(crc32c !== undefined && { crc32c }),
        });
        if (made !== undefined) return json(200, resource(made));
        const stored = session.size === 0 ? {} : { Range: `bytes=0-${session.size - 1}` };
        return { status: 308, headers: stored, bytes: Buffer.alloc(0) };
      }
      case 'cancel':
        this.bucket.sessions.delete(query.get('upload_id') ?? '');
        return { status: 499, headers: {}, bytes: Buffer.alloc(0) };
      case 'simple':
        this.#mayOverwrite(name);
        return json(
          200,
          resource(this.bucket.create(name, body, {}, conditions.ifGenerationMatch)),
        );
      case 'whole': {
        const { given, bytes } = parseMultipart(request.headers['content-type'] ?? '', body);
        this.#mayOverwrite(given.name);
        const made = this.bucket.create(given.name, bytes, given, conditions.ifGenerationMatch);
        return json(200, resource(made));
      }
    }
  }

  /** Copies `copyStep` bytes at most in one request, as Google does where it takes long. */
  #rewrite({ pathname, searchParams: query }: URL, name: string, body: Buffer): Answer {
    if (!this.granted.has('storage.objects.get')) {
      throw new Refusal(403, 'forbidden', 'x does not have storage.objects.get access');
    }
    this.#mayOverwrite(name);
    const source = this.bucket.get(decodeURIComponent(REWRITE.exec(pathname)?.[1] ?? ''), {
      ifGenerationMatch: query.get('ifSourceGenerationMatch'),
      generation: null,
    });
    const token = query.get('rewriteToken');
    const done = Number(token?.split(' ')[1] ?? 0) + this.copyStep;
    if (token !== null && token.split(' ')[0] !== source.generation) {
      throw new Refusal(400, 'invalid', 'The rewrite token does not fit the source');
    }
    if (done < source.bytes.length) {
      return json(200, { done: false, rewriteToken: `${source.generation} ${done}` });
    }
    const given = JSON.parse(body.toString() || '{}') as { metadata?: Record<string, string> };
    const target = query.get('ifGenerationMatch');
    return json(200, {
      done: true,
      resource: resource(this.bucket.create(name, source.bytes, given, target)),
    });
  }

  /** https://cloud.google.com/storage/docs/access-control/iam-json: an insert over an object deletes it. */
  #mayOverwrite(name: string): void {
    if (!this.bucket.objects.has(name) || this.granted.has('storage.objects.delete')) return;
    throw new Refusal(
      403,
      'forbidden',
      `someone@example.com does not have storage.objects.delete access to the Google Cloud Storage object.`,
    );
  }
}

interface Answer {
  status: number;
  headers: Record<string, string>;
  bytes: Buffer;
}

function json(status: number, value: unknown): Answer {
  const headers = { 'Content-Type': 'application/json; charset=UTF-8' };
  return { status, headers, bytes: Buffer.from(JSON.stringify(value)) };
}

function resource({ bytes, ...object }: StoredObject): object {
  return { kind: 'storage#object', ...object, size: String(bytes.length) };
}

/** https://cloud.google.com/storage/docs/transcoding: who does not ask for gzip gets it decompressed, whole. */
function media(
  { bytes, generation, contentEncoding }: StoredObject,
  range: string | undefined,
  accepts: string | string[] | undefined,
): Answer {
  const encoding = contentEncoding === undefined ? {} : { 'Content-Encoding': contentEncoding };
  const headers: Record<string, string> = {
    'Content-Type': 'application/octet-stream',
    'x-goog-generation': generation,
    ...encoding,
  };
  if (contentEncoding === 'gzip' && !/\bgzip\b/.test(String(accepts))) {
    return { status: 200, headers: {}, bytes: gunzipSync(bytes) };
  }
  const match = /^bytes=(\d+)-(\d*)$/.exec(range ?? '');
  if (match === null) return { status: 200, headers, bytes };
  const first = Number(match[1]);
  const last = Math.min(match[2] ? Number(match[2]) : bytes.length - 1, bytes.length - 1);
  if (first > last)
    throw new Refusal(416, 'requestedRangeNotSatisfiable', 'Request range not satisfiable');
  const part = bytes.subarray(first, last + 1);
  const where = { 'Content-Range': `bytes ${first}-${last}/${bytes.length}` };
  return { status: 206, headers: { ...headers, ...where }, bytes: part };
}

function parseMultipart(
  contentType: string,
  body: Buffer,
): { given: { name: string; metadata?: Record<string, string>; crc32c?: string }; bytes: Buffer } {
  const boundary = /boundary="?([^";]+)/.exec(contentType)?.[1];
  if (boundary === undefined) throw new Refusal(400, 'badContent', 'Missing multipart boundary');
  const text = body.toString('latin1');
  const parts = text.split(`--${boundary}`);
  if (parts.length !== 4 || parts[3]?.trim() !== '--') {
    throw new Refusal(400, 'badContent', 'Multipart must have two parts');
  }
  const contentOf = (part = ''): string => part.slice(part.indexOf('\r\n\r\n') + 4, -2);
  const given = JSON.parse(Buffer.from(contentOf(parts[1]), 'latin1').toString('utf8')) as {
    name: string;
  };
  return { given, bytes: Buffer.from(contentOf(parts[2]), 'latin1') };
}

/** The body; only its beginning where the connection is to break after `limit` bytes. */
async function readBody(
  request: IncomingMessage,
  limit = Number.POSITIVE_INFINITY,
): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    size += chunk.length;
    if (size >= limit) break;
  }
  return Buffer.concat(chunks).subarray(0, limit);
}

function refuse(request: IncomingMessage, response: ServerResponse, refusal: Refusal): void {
  const { status, reason, message } = refusal;
  const error = { code: status, message, errors: [{ message, domain: 'global', reason }] };
  const { headers, bytes } = json(status, { error });
  request.resume();
  response.writeHead(status, { 'Content-Length': bytes.length, ...headers });
  response.end(bytes);
}
