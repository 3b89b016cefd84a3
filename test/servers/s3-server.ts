import { randomUUID } from 'node:crypto';
import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { crc32 } from 'node:zlib';

import { Bucket } from './s3-bucket.ts';
import { S3Fault } from './s3-fault.ts';
import { type Action, OWNER, type Policy } from './s3-policy.ts';
import { type Credentials, verify } from './s3-sigv4.ts';

// A small S3 server over a real socket: path style, one bucket, held in memory. It checks what AWS and
// Ceph check and the tests rely on: signatures, checksums, rules of parts, preconditions, permissions.

export interface User extends Credentials {
  policy: Policy;
}

/** A request, as hooks see it. */
export interface Call {
  /** Counted from 0. */
  number: number;
  /** `PutObject`, `UploadPart`, `ListObjectsV2` … */
  operation: string;
  key: string;
  user: string;
  query: URLSearchParams;
  headers: IncomingMessage['headers'];
}

/** What a test does to a request instead of, before or after serving it. */
export interface Hooks {
  /** Throws an S3Fault, or waits; called before the request is carried out. */
  before?: (call: Call) => void | Promise<void>;
  /** Called when it was carried out: `'lose'` breaks the connection instead of replying. */
  after?: (call: Call) => 'lose' | undefined | Promise<'lose' | undefined>;
  /** Changes the XML of a listing. */
  listing?: (xml: string) => string;
}

export interface S3ServerOptions {
  bucket?: string;
  /** Objects on a page of a listing. Default 1000. */
  pageSize?: number;
  /** Like Ceph: an empty ETag from CompleteMultipartUpload. Default false. */
  emptyCompleteEtag?: boolean;
  /** Milliseconds by which the server's clock is ahead. Default 0. */
  clockAhead?: number;
  /** What the server makes of If-Match and If-None-Match on requests that change objects. Default `yes`. */
  conditions?: 'yes' | 'refused' | 'ignored' | 'wrong';
  /** The largest object that CopyObject and UploadPartCopy take. Default 5 GB, as S3. */
  largestCopy?: number;
  /** Like Ceph: whoever wrote an object may read it, whatever the policy says. Default false. */
  writersRead?: boolean;
}

export const OWNER_KEY = 'OWNERACCESSKEYID';
export const OWNER_SECRET = 'owner-secret-never-to-be-seen';

export class S3Server {
  readonly bucket: Bucket = new Bucket();
  readonly users: Map<string, User> = new Map([
    [OWNER_KEY, { secret: OWNER_SECRET, policy: OWNER }],
  ]);
  readonly calls: Call[] = [];
  hooks: Hooks = {};
  /** Who wrote an object, by its key. */
  readonly #writers = new Map<string, string>();
  readonly #options: S3ServerOptions;
  readonly #server: http.Server;
  connections = 0;
  /** Most requests that were in the making at once. */
  mostAtOnce = 0;
  /** Of these, most that brought bytes. */
  mostUploadsAtOnce = 0;
  #now = 0;
  #uploadsNow = 0;

  private constructor(options: S3ServerOptions) {
    this.#options = options;
    this.#server = http.createServer((request, response) => {
      this.#now++;
      this.mostAtOnce = Math.max(this.mostAtOnce, this.#now);
      const isUpload = request.method === 'PUT' && request.headers['content-length'] !== '0';
      if (isUpload) this.#uploadsNow++;
      this.mostUploadsAtOnce = Math.max(this.mostUploadsAtOnce, this.#uploadsNow);
      response.on('close', () => {
        this.#now--;
        if (isUpload) this.#uploadsNow--;
      });
      this.#answer(request, response).catch((error: unknown) => {
        response.destroy(error as Error);
      });
    });
    this.#server.keepAliveTimeout = 60_000;
    this.#server.on('connection', (socket) => {
      this.connections++;
      socket.on('error', () => {});
    });
  }

  static async start(options: S3ServerOptions = {}): Promise<S3Server> {
    const server = new S3Server(options);
    await new Promise<void>((resolve) => server.#server.listen(0, '127.0.0.1', resolve));
    return server;
  }

  get name(): string {
    return this.#options.bucket ?? 'bucket';
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get endpoint(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  get #clock(): number {
    return Date.now() + (this.#options.clockAhead ?? 0);
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    let reply: Reply;
    let call: Call | undefined;
    try {
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const body = Buffer.concat(chunks);
      const user = verify(request, body, this.users, this.#clock);
      checkSums(request, body);
      const asked = new Asked(request, body, this.name);
      const { operation, key, query, headers } = asked;
      call = { number: this.calls.length, operation, key, user, query, headers };
      this.calls.push(call);
      const allowed =
        this.users.get(user)?.policy(asked.action, asked.resource, request.headers) ||
        (this.#options.writersRead && asked.isRead && this.#writers.get(asked.key) === user);
      await this.hooks.before?.(call);
      // Without the right to list, nobody is told that an object is missing.
      if (
        !allowed ||
        (asked.isRead && !this.bucket.objects.has(asked.key) && !this.#mayListAll(user))
      ) {
        throw new S3Fault(403, 'AccessDenied', 'Access Denied');
      }
      if (
        asked.source !== undefined &&
        !this.users.get(user)?.policy('s3:GetObject', asked.source, request.headers)
      ) {
        throw new S3Fault(403, 'AccessDenied', 'Access Denied');
      }
      reply = this.#serve(asked);
      if (asked.action === 's3:PutObject') this.#writers.set(asked.key, user);
    } catch (error) {
      if (!(error instanceof S3Fault)) throw error;
      reply = faultReply(error, request.method === 'HEAD');
    }
    if (call !== undefined && (await this.hooks.after?.(call)) === 'lose') {
      request.socket.resetAndDestroy();
      return;
    }
    response.writeHead(reply.status, {
      'content-length': reply.body.length,
      'x-amz-request-id': randomUUID(),
      date: new Date(this.#clock).toUTCString(),
      ...reply.headers,
    });
    response.end(request.method === 'HEAD' ? undefined : reply.body);
  }

  // The vendor's ListBucket holds under a condition on the prefix, which GET and HEAD do not have.
  #mayListAll(user: string): boolean {
    return this.users.get(user)?.policy('s3:ListBucket', '', {}) === true;
  }

  #serve(asked: Asked): Reply {
    const { key, query, body, headers } = asked;
    const { bucket } = this;
    const upload = query.get('uploadId') ?? '';
    switch (asked.operation) {
      case 'ListObjectsV2':
        return xml(this.#listing(query));
      case 'GetBucketLocation':
        return xml('<LocationConstraint xmlns="http://s3.amazonaws.com/doc/2006-03-01/"/>');
      case 'HeadObject':
      case 'GetObject':
        return this.#read(asked);
      case 'PutObject':
        this.#checkConditions(asked);
        return empty({ etag: bucket.put(key, body, metadataOf(headers)) });
      case 'CopyObject': {
        this.#checkConditions(asked);
        const { bytes } = this.#copied(asked);
        const etag = bucket.put(key, bytes, metadataOf(headers));
        return xml(`<CopyObjectResult><ETag>${escapeXml(etag)}</ETag></CopyObjectResult>`);
      }
      case 'UploadPartCopy': {
        const { bytes } = this.#copied(asked);
        const etag = bucket.putPart(key, upload, Number(query.get('partNumber')), bytes);
        return xml(`<CopyPartResult><ETag>${escapeXml(etag)}</ETag></CopyPartResult>`);
      }
      case 'DeleteObject':
        this.#checkConditions(asked);
        bucket.objects.delete(key);
        return empty({}, 204);
      case 'CreateMultipartUpload': {
        const id = bucket.createUpload(key, metadataOf(headers));
        return xml(
          `<InitiateMultipartUploadResult><Bucket>${this.name}</Bucket><Key>${escapeXml(key)}</Key><UploadId>${id}</UploadId></InitiateMultipartUploadResult>`,
        );
      }
      case 'UploadPart':
        return empty({ etag: bucket.putPart(key, upload, Number(query.get('partNumber')), body) });
      case 'CompleteMultipartUpload': {
        this.#checkConditions(asked);
        const etag = bucket.complete(key, upload, partsOf(body.toString()));
        const shown = this.#options.emptyCompleteEtag ? '' : escapeXml(etag);
        return xml(
          `<CompleteMultipartUploadResult><Key>${escapeXml(key)}</Key><ETag>${shown}</ETag></CompleteMultipartUploadResult>`,
        );
      }
      case 'AbortMultipartUpload':
        bucket.abort(key, upload);
        return empty({}, 204);
      default:
        throw new S3Fault(501, 'NotImplemented', `${asked.operation} is not implemented`);
    }
  }

  /** https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-requests.html */
  #checkConditions({ key, headers }: Asked): void {
    const { conditions = 'yes' } = this.#options;
    const match = headers['if-match'];
    const none = headers['if-none-match'];
    if ((match === undefined && none === undefined) || conditions === 'ignored') return;
    if (conditions === 'refused') {
      throw new S3Fault(501, 'NotImplemented', 'A header you provided is not implemented');
    }
    const object = this.bucket.objects.get(key);
    if (match !== undefined && object === undefined) {
      throw new S3Fault(404, 'NoSuchKey', 'The specified key does not exist.');
    }
    const holds = match === undefined ? object === undefined : match === object?.etag;
    if (!holds || conditions === 'wrong') {
      throw new S3Fault(412, 'PreconditionFailed', 'At least one of the pre-conditions failed');
    }
  }

  #listing(query: URLSearchParams): string {
    const prefix = query.get('prefix') ?? '';
    const token = query.get('continuation-token');
    const after = token === null ? undefined : Buffer.from(token, 'base64url').toString();
    const most = Math.min(this.#options.pageSize ?? 1000, Number(query.get('max-keys') ?? 1000));
    const { objects, next } = this.bucket.list(prefix, after, most);
    const contents = objects.map(
      ([key, { bytes, etag, modified }]) =>
        `<Contents><Key>${escapeXml(key)}</Key><LastModified>${modified.toISOString()}</LastModified><ETag>${escapeXml(etag)}</ETag><Size>${bytes.length}</Size></Contents>`,
    );
    const more =
      next === undefined
        ? ''
        : `<NextContinuationToken>${Buffer.from(next).toString('base64url')}</NextContinuationToken>`;
    const text = `<?xml version="1.0" encoding="UTF-8"?>\n<ListBucketResult><Name>${this.name}</Name><Prefix>${escapeXml(prefix)}</Prefix><KeyCount>${objects.length}</KeyCount><MaxKeys>${most}</MaxKeys><IsTruncated>${next !== undefined}</IsTruncated>${more}${contents.join('')}</ListBucketResult>`;
    return this.hooks.listing?.(text) ?? text;
  }

  /** The bytes that a request copies. */
  #copied({ source = '', headers }: Asked): { bytes: Buffer } {
    const { bytes, etag } = this.bucket.get(source);
    const wanted = headers['x-amz-copy-source-if-match'];
    if (wanted !== undefined && wanted !== etag) {
      throw new S3Fault(412, 'PreconditionFailed', 'At least one of the pre-conditions failed');
    }
    const range = /^bytes=(\d+)-(\d+)$/.exec(String(headers['x-amz-copy-source-range'] ?? ''));
    const [first, last] = range ? [Number(range[1]), Number(range[2])] : [0, bytes.length - 1];
    if (last >= bytes.length || last - first >= (this.#options.largestCopy ?? 5e9)) {
      throw new S3Fault(400, 'InvalidRequest', 'The specified copy source is too large');
    }
    return { bytes: bytes.subarray(first, last + 1) };
  }

  #read({ key, headers }: Asked): Reply {
    const object = this.bucket.get(key);
    const wanted = headers['if-match'];
    if (wanted !== undefined && wanted !== object.etag) {
      throw new S3Fault(412, 'PreconditionFailed', 'At least one of the pre-conditions failed');
    }
    const meta = Object.entries(object.metadata).map(([name, text]) => [
      `x-amz-meta-${name}`,
      text,
    ]);
    const common = {
      etag: object.etag,
      'last-modified': object.modified.toUTCString(),
      'accept-ranges': 'bytes',
      ...(Object.fromEntries(meta) as Record<string, string>),
    };
    const range = /^bytes=(\d+)-(\d+)$/.exec(headers.range ?? '');
    if (range === null) return { status: 200, headers: common, body: object.bytes };
    const size = object.bytes.length;
    const start = Number(range[1]);
    const end = Math.min(Number(range[2]), size - 1);
    if (start >= size) throw new S3Fault(416, 'InvalidRange', 'The range is not satisfiable');
    return {
      status: 206,
      headers: { ...common, 'content-range': `bytes ${start}-${end}/${size}` },
      body: object.bytes.subarray(start, end + 1),
    };
  }
}

interface Reply {
  status: number;
  headers: Record<string, string>;
  body: Buffer;
}

const OPERATIONS: readonly [method: string, query: string, operation: string, action: Action][] = [
  ['POST', 'uploads', 'CreateMultipartUpload', 's3:PutObject'],
  ['POST', 'uploadId', 'CompleteMultipartUpload', 's3:PutObject'],
  ['PUT', 'uploadId', 'UploadPart', 's3:PutObject'],
  ['DELETE', 'uploadId', 'AbortMultipartUpload', 's3:AbortMultipartUpload'],
  ['PUT', '', 'PutObject', 's3:PutObject'],
  ['GET', 'versionId', 'GetObject', 's3:GetObjectVersion'],
  ['GET', '', 'GetObject', 's3:GetObject'],
  ['HEAD', '', 'HeadObject', 's3:GetObject'],
  ['DELETE', '', 'DeleteObject', 's3:DeleteObject'],
];

/** What a request asks for. */
class Asked {
  readonly key: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
  readonly operation: string;
  readonly action: Action;
  /** The key of the object that is copied. */
  readonly source: string | undefined;

  constructor({ url = '/', method, headers }: IncomingMessage, body: Buffer, bucket: string) {
    const { pathname, searchParams } = new URL(url, 'http://host');
    const [, name, ...rest] = pathname.split('/').map(decodeURIComponent);
    if (name !== bucket) {
      throw new S3Fault(404, 'NoSuchBucket', 'The specified bucket does not exist');
    }
    this.key = rest.join('/');
    this.query = searchParams;
    this.headers = headers;
    this.body = body;
    const found = OPERATIONS.find(
      ([verb, query]) => verb === method && (query === '' || searchParams.has(query)),
    );
    if (this.key !== '' && found !== undefined) {
      [, , this.operation, this.action] = found;
      const source = headers['x-amz-copy-source']?.toString();
      if (source !== undefined) {
        this.source = decodeURIComponent(source).slice(`${bucket}/`.length);
        this.operation = this.operation === 'UploadPart' ? 'UploadPartCopy' : 'CopyObject';
      }
    } else if (method === 'GET' && searchParams.get('list-type') === '2') {
      this.operation = 'ListObjectsV2';
      this.action = 's3:ListBucket';
    } else if (method === 'GET' && searchParams.has('location')) {
      this.operation = 'GetBucketLocation';
      this.action = 's3:GetBucketLocation';
    } else if (method === 'GET' && searchParams.has('uploads')) {
      this.operation = 'ListMultipartUploads';
      this.action = 's3:ListBucketMultipartUploads';
    } else {
      // HeadBucket and the like: under the vendor's condition on the prefix, which they lack.
      this.operation = `${method} ${url}`;
      this.action = 's3:ListBucket';
    }
  }

  get isRead(): boolean {
    return this.operation === 'GetObject' || this.operation === 'HeadObject';
  }

  get resource(): string {
    return this.key === '' ? (this.query.get('prefix') ?? '') : this.key;
  }
}

/** Checksums that came with a body must be those of it; trailers are not understood, as by Ceph. */
function checkSums({ headers }: IncomingMessage, body: Buffer): void {
  if (headers['x-amz-trailer'] !== undefined || headers['content-encoding'] === 'aws-chunked') {
    throw new S3Fault(501, 'NotImplemented', 'trailing checksums are not understood here');
  }
  const sum = headers['x-amz-checksum-crc32'];
  if (sum === undefined) return;
  const own = Buffer.alloc(4);
  own.writeUInt32BE(crc32(body));
  if (own.toString('base64') !== sum) {
    throw new S3Fault(400, 'BadDigest', 'The CRC32 you specified did not match what we received.');
  }
}

function partsOf(text: string): [number: number, etag: string][] {
  return [...text.matchAll(/<Part>(.*?)<\/Part>/gs)].map(([, part = '']) => [
    Number(/<PartNumber>(\d+)</.exec(part)?.[1]),
    (/<ETag>(.*?)</.exec(part)?.[1] ?? '').replaceAll('&quot;', '"'),
  ]);
}

function metadataOf(headers: IncomingMessage['headers']): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers)
      .filter(([name]) => name.startsWith('x-amz-meta-'))
      .map(([name, value]) => [name.slice('x-amz-meta-'.length), String(value)]),
  );
}

function empty(headers: Record<string, string>, status = 200): Reply {
  return { status, headers, body: Buffer.alloc(0) };
}

function xml(text: string, status = 200): Reply {
  return { status, headers: { 'content-type': 'application/xml' }, body: Buffer.from(text) };
}

function faultReply({ status, code, message }: S3Fault, isHead: boolean): Reply {
  if (isHead) return empty({}, status);
  return xml(`<Error><Code>${code}</Code><Message>${escapeXml(message)}</Message></Error>`, status);
}

function escapeXml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
