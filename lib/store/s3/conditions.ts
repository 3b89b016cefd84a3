import { ImportError } from '../../errors.ts';
import type { Before, ObjectInfo } from '../contract.ts';
import { explainS3, s3ErrorCode, s3ErrorStatus } from './errors.ts';
import { conditionEtag } from './etag.ts';

/** The headers of a request that is carried out only if an object is what it was. */
export type Condition = { IfMatch: string } | { IfNoneMatch: '*' } | Record<string, never>;

/** A request that changes an object. */
export interface Change {
  kind: 'put' | 'complete' | 'copy' | 'delete';
  name: string;
  /** What has the name now; undefined: whatever it is. */
  before: Before | undefined;
}

/**
 * Sends requests on condition that the object is what it was, so that a request of a run that is dead or late does not
 * change what another run has committed since. Not every server knows each condition: one that says so, or that
 * refuses a condition although it holds, gets requests without it from then on.
 */
export class ConditionalRequests {
  readonly #url: string;
  readonly #find: (name: string) => Promise<ObjectInfo | undefined>;
  /** Kinds of requests, with the header, that the server does not know. */
  readonly #unknown = new Set<string>();

  constructor(url: string, find: (name: string) => Promise<ObjectInfo | undefined>) {
    this.#url = url;
    this.#find = find;
  }

  /** Sends a request with its condition. @throws ImportError E_STORE_CONFLICT if the object is not what it was */
  async send<T>(
    { kind, name, before }: Change,
    request: (condition: Condition) => Promise<T>,
  ): Promise<T> {
    const condition = conditionOf(before);
    const key = `${kind} ${Object.keys(condition)}`;
    if (before === undefined || this.#unknown.has(key)) return request({});
    try {
      return await request(condition);
    } catch (error) {
      if (!isUnsupported(error)) {
        if (!isRefused(error)) throw error;
        const now = await this.#find(name);
        if (now?.version !== (before === 'none' ? undefined : before.version)) {
          throw this.#conflict(name, before, error);
        }
      }
      // If it fails even so, the condition was not why.
      const reply = await request({});
      this.#unknown.add(key);
      return reply;
    }
  }

  #conflict(name: string, before: Before, cause: unknown): ImportError {
    const what = before === 'none' ? 'exists already' : 'was changed or removed';
    return new ImportError(
      'E_STORE_CONFLICT',
      `${this.#url}/${name} ${what}: another run wrote it`,
      {
        hint: 'let only one run at a time write a day; run again when the other one has ended',
        cause: explainS3(cause, 'write', `${this.#url}/${name}`),
      },
    );
  }
}

function conditionOf(before: Before | undefined): Condition {
  if (before === undefined) return {};
  if (before === 'none') return { IfNoneMatch: '*' };
  const etag = conditionEtag(before);
  return etag === undefined ? {} : { IfMatch: etag };
}

/** Whether a condition did not hold. For an object that is missing, If-Match gets 404. */
function isRefused(error: unknown): boolean {
  return s3ErrorStatus(error) === 412 || s3ErrorCode(error) === 'NoSuchKey';
}

/** Whether an error is that of a server which does not know a header. */
function isUnsupported(error: unknown): boolean {
  const code = s3ErrorCode(error);
  return (
    s3ErrorStatus(error) === 501 ||
    ((code === 'InvalidArgument' || code === 'InvalidRequest') &&
      /if-(?:none-)?match|header/i.test((error as Error).message))
  );
}
