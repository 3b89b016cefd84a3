import http, { type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

interface Stored {
  size: number;
  etag: string;
  modified: Date;
  metadata: Record<string, string>;
}

interface Upload {
  metadata: Record<string, string>;
  /** Sizes of the parts by part number. */
  parts: Map<number, number>;
}

interface Reply {
  status: number;
  headers?: Record<string, string>;
  body?: string;
}

/**
 * The part of S3 that an upload uses, over a real socket and with as little CPU as possible, so that an upload
 * measures the cost of the uploader. Bodies are counted and discarded as they arrive, signatures and checksums are
 * ignored, and an ETag is a number. No client may treat an ETag as a hash, because with KMS it is not one either.
 */
export class S3Sink {
  readonly #objects = new Map<string, Stored>();
  readonly #uploads = new Map<string, Upload>();
  readonly #server: http.Server;
  #etags = 0;

  private constructor() {
    this.#server = http.createServer((request, response) => {
      let size = 0;
      request.on('data', (chunk: Buffer) => {
        size += chunk.length;
      });
      request.on('end', () => {
        const { status, headers, body = '' } = this.#serve(request, size);
        response.writeHead(status, { 'content-length': Buffer.byteLength(body), ...headers });
        response.end(body);
      });
    });
  }

  static async start(): Promise<S3Sink> {
    const sink = new S3Sink();
    await new Promise<void>((resolve) => sink.#server.listen(0, '127.0.0.1', resolve));
    return sink;
  }

  get endpoint(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Total bytes of all objects. */
  get bytes(): number {
    return [...this.#objects.values()].reduce((sum, { size }) => sum + size, 0);
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  #serve(request: IncomingMessage, size: number): Reply {
    const { method, headers, url = '/' } = request;
    const { pathname, searchParams: query } = new URL(url, 'http://host');
    const key = decodeURIComponent(pathname.split('/').slice(2).join('/'));
    const id = query.get('uploadId') ?? '';
    const upload = this.#uploads.get(id);
    const object = this.#objects.get(key);
    switch (method) {
      case 'PUT':
        if (upload !== undefined) {
          upload.parts.set(Number(query.get('partNumber')), size);
          return { status: 200, headers: { etag: this.#newEtag() } };
        }
        if (object !== undefined && headers['if-none-match'] === '*') return { status: 412 };
        return { status: 200, headers: { etag: this.#put(key, size, metadataOf(request)) } };
      case 'POST': {
        if (upload === undefined) return xml('InitiateMultipartUploadResult', this.#begin(request));
        this.#uploads.delete(id);
        const length = [...upload.parts.values()].reduce((sum, part) => sum + part, 0);
        const etag = this.#put(key, length, upload.metadata);
        return xml('CompleteMultipartUploadResult', `<ETag>${etag}</ETag>`);
      }
      case 'HEAD':
        if (object === undefined) return { status: 404 };
        return {
          status: 200,
          headers: {
            ...object.metadata,
            etag: object.etag,
            'content-length': String(object.size),
          },
        };
      case 'DELETE':
        this.#objects.delete(key);
        return { status: 204 };
      default:
        return xml('ListBucketResult', this.#listing(query.get('prefix') ?? ''));
    }
  }

  #put(key: string, size: number, metadata: Record<string, string>): string {
    const etag = this.#newEtag();
    this.#objects.set(key, { size, etag, modified: new Date(), metadata });
    return etag;
  }

  #newEtag(): string {
    return `"${this.#etags++}"`;
  }

  #begin(request: IncomingMessage): string {
    const id = this.#newEtag().slice(1, -1);
    this.#uploads.set(id, { metadata: metadataOf(request), parts: new Map() });
    return `<UploadId>${id}</UploadId>`;
  }

  /** Lists objects. Names are not escaped, because no name that is put here needs it. */
  #listing(prefix: string): string {
    const found = [...this.#objects].filter(([key]) => key.startsWith(prefix)).sort();
    const contents = found.map(
      ([key, { size, etag, modified }]) =>
        `<Contents><Key>${key}</Key><LastModified>${modified.toISOString()}</LastModified><ETag>${etag}</ETag><Size>${size}</Size></Contents>`,
    );
    return `<KeyCount>${found.length}</KeyCount><IsTruncated>false</IsTruncated>${contents.join('')}`;
  }
}

function metadataOf({ headers }: IncomingMessage): Record<string, string> {
  const found = Object.entries(headers).filter(([name]) => name.startsWith('x-amz-meta-'));
  return Object.fromEntries(found) as Record<string, string>;
}

function xml(name: string, content: string): Reply {
  const head = '<?xml version="1.0" encoding="UTF-8"?>';
  return { status: 200, body: `${head}\n<${name}>${content}</${name}>` };
}
