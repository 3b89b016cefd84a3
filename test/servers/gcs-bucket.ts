import { createHash, randomUUID } from 'node:crypto';
import { CRC32C } from '@google-cloud/storage';

/** An answer that is no success: status, reason and message as Google's JSON API gives them. */
export class Refusal extends Error {
  readonly status: number;
  readonly reason: string;

  constructor(status: number, reason: string, message: string) {
    super(message);
    this.status = status;
    this.reason = reason;
  }
}

export interface StoredObject {
  name: string;
  bytes: Buffer;
  generation: string;
  crc32c: string;
  md5Hash: string;
  timeCreated: string;
  metadata: Record<string, string>;
  contentEncoding?: string;
}

/** What a request says an object must be, or must not. */
export interface Conditions {
  ifGenerationMatch: string | null;
  generation: string | null;
}

interface Session {
  name: string;
  metadata: Record<string, string>;
  ifGenerationMatch: string | null;
  chunks: Buffer[];
  size: number;
  made: StoredObject | undefined;
}

const UNIT = 256 << 10;

/** Objects and unfinished uploads of one bucket, by the rules of Google Cloud Storage. */
export class GcsBucket {
  readonly objects: Map<string, StoredObject> = new Map();
  readonly sessions: Map<string, Session> = new Map();
  /** Every object ever made, in order: a store must not overwrite what it need not. */
  readonly history: string[] = [];
  static #generation = 1_700_000_000_000_000;

  create(
    name: string,
    bytes: Buffer,
    given: { metadata?: Record<string, string>; crc32c?: string | undefined },
    ifGenerationMatch: string | null,
  ): StoredObject {
    this.#match(this.objects.get(name), ifGenerationMatch);
    const crc = new CRC32C();
    crc.update(bytes);
    if (given.crc32c !== undefined && given.crc32c !== crc.toString()) {
      throw new Refusal(400, 'invalid', `Provided CRC32C "${given.crc32c}" doesn't match`);
    }
    const object: StoredObject = {
      name,
      bytes,
      generation: String(++GcsBucket.#generation),
      crc32c: crc.toString(),
      md5Hash: createHash('md5').update(bytes).digest('base64'),
      timeCreated: new Date().toISOString(),
      metadata: given.metadata ?? {},
    };
    this.objects.set(name, object);
    this.history.push(name);
    return object;
  }

  get(name: string, { ifGenerationMatch, generation }: Conditions): StoredObject {
    const object = this.objects.get(name);
    if (object === undefined || (generation !== null && object.generation !== generation)) {
      throw new Refusal(404, 'notFound', `No such object: ${name}`);
    }
    this.#match(object, ifGenerationMatch);
    return object;
  }

  delete(name: string, conditions: Conditions): void {
    this.get(name, conditions);
    this.objects.delete(name);
  }

  /** A page: objects whose names follow the token. In the order of their UTF-8 bytes, as GCS lists. */
  list(
    prefix: string,
    after: string | null,
    limit: number,
  ): { items: StoredObject[]; next?: string } {
    const all = [...this.objects.values()]
      .filter(({ name }) => name.startsWith(prefix))
      .sort((a, b) => Buffer.compare(Buffer.from(a.name), Buffer.from(b.name)));
    const from = after === null ? 0 : all.findIndex(({ name }) => name === after) + 1;
    const items = all.slice(from, from + limit);
    const last = items.at(-1)?.name;
    return from + limit < all.length && last !== undefined ? { items, next: last } : { items };
  }

  open(name: string, metadata: Record<string, string>, ifGenerationMatch: string | null): string {
    this.#match(this.objects.get(name), ifGenerationMatch);
    const id = randomUUID();
    const session = { name, metadata, ifGenerationMatch, chunks: [], size: 0, made: undefined };
    this.sessions.set(id, session);
    return id;
  }

  session(id: string): Session {
    const session = this.sessions.get(id);
    if (session === undefined) throw new Refusal(410, 'gone', 'The upload session is gone');
    return session;
  }

  /**
   * Takes a chunk by its Content-Range. Where `whole` is false the connection broke, and what came is
   * kept in whole units. Gives the object once it is complete.
   */
  append(
    session: Session,
    range: string,
    body: Buffer,
    {
      whole = true,
      keep = body.length,
      crc32c,
    }: { whole?: boolean; keep?: number; crc32c?: string },
  ): StoredObject | undefined {
    if (session.made !== undefined) return session.made;
    const match = /^bytes (?:(\d+)-(\d+)|\*)\/(\d+|\*)$/.exec(range);
    if (match === null) throw new Refusal(400, 'invalid', `Failed to parse Content-Range ${range}`);
    const [, first, last, total] = match;
    if (first !== undefined) {
      const length = Number(last) - Number(first) + 1;
      if (Number(first) !== session.size) {
        throw new Refusal(400, 'invalid', `Expected byte ${session.size}, got ${range}`);
      }
      if (whole && body.length !== length) {
        throw new Refusal(400, 'invalid', `${range} with ${body.length} bytes`);
      }
      if (total === '*' && length % UNIT !== 0) {
        throw new Refusal(400, 'invalid', `A chunk of ${length} bytes is no multiple of 256 KiB`);
      }
      const kept = whole && keep >= body.length ? body.length : Math.min(keep, body.length);
      const taken = kept === length ? kept : kept - (kept % UNIT);
      session.chunks.push(body.subarray(0, taken));
      session.size += taken;
    }
    if (total === '*' || !whole || session.size < Number(total)) return undefined;
    if (session.size > Number(total))
      throw new Refusal(400, 'invalid', `${session.size} > ${total}`);
    const { name, metadata, chunks, ifGenerationMatch } = session;
    session.made = this.create(
      name,
      Buffer.concat(chunks),
      { metadata, crc32c },
      ifGenerationMatch,
    );
    session.chunks = [];
    return session.made;
  }

  #match(object: StoredObject | undefined, expected: string | null): void {
    if (expected !== null && (object?.generation ?? '0') !== expected) {
      throw new Refusal(
        412,
        'conditionNotMet',
        'At least one of the pre-conditions you specified did not hold.',
      );
    }
  }
}
