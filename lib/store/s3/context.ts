import type { S3Client } from '@aws-sdk/client-s3';
import type { ObjectInfo } from '../contract.ts';
import type { SpoolSpace } from '../spool-space.ts';
import type { ConditionalRequests } from './conditions.ts';

/**
 * Name of the metadata with which each object is marked as this run's own. Bytes and ETag do not tell two runs
 * apart, because both may write the same bytes.
 */
export const TOKEN = 'hackle-import';

/** The type of every object that this program writes with bytes. */
export const CONTENT_TYPE = 'application/vnd.apache.parquet';

/** What the writers of one S3 store share. */
export interface S3Context {
  readonly url: string;
  readonly bucket: string;
  readonly client: S3Client;
  /** A client that retries only for a few seconds. */
  readonly cleaner: S3Client;
  readonly partSize: number;
  readonly concurrency: number;
  /** Bytes that the server is asked to copy with one request. */
  readonly copySize: number;
  readonly spool: SpoolSpace;
  readonly leftovers: string[];
  readonly conditions: ConditionalRequests;
  /** Writers that are neither closed nor aborted. */
  readonly open: Set<{ stop(reason: unknown): void }>;
  keyOf(name: string): string;
  /** Resolves when a request would be sent at once. */
  room(): Promise<void>;
  find(name: string): Promise<ObjectInfo | undefined>;
  /** Resolves with whether the object, as listed, is the one marked with the token. */
  isOwn(object: ObjectInfo, token: string): Promise<boolean>;
}
