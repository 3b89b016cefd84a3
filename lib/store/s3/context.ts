import type { S3Client } from '@aws-sdk/client-s3';
import type { ObjectInfo } from '../contract.ts';
import type { SpoolSpace } from '../spool-space.ts';
import type { ConditionalRequests } from './conditions.ts';
import type { Oddities } from './oddities.ts';
import type { OwnObjects } from './own-objects.ts';

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
  readonly own: OwnObjects;
  readonly oddities: Oddities;
  /** Writers that are neither closed nor aborted. */
  readonly open: Set<{ stop(reason: unknown): void }>;
  keyOf(name: string): string;
  /** Resolves when a request would be sent at once. */
  room(): Promise<void>;
  find(name: string): Promise<ObjectInfo | undefined>;
}
