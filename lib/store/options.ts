import type { GcsOptions } from './gcs/options.ts';
import type { Retry } from './retry.ts';
import type { S3Options } from './s3/options.ts';

/**
 * How buckets are reached and written: what holds for every cloud, and a group of options for each cloud.
 * Credentials are not among them; they come from the cloud's own environment variables and profiles.
 */
export interface StoreOptions {
  /**
   * Bytes of one upload request. Default 8 MiB, or more where a file would otherwise need over 10,000 parts.
   * S3 accepts no less than 5 MiB; GCS rounds it up to a multiple of 256 KiB. Uploads take about ten times
   * this in memory, so a large value can exceed `memory`.
   */
  partSize?: number;
  /** Upload requests (parts and small files) at the same time, in the whole run. Default 4. */
  concurrency?: number;
  /**
   * Milliseconds without any progress after which a request counts as failed. Default 30,000. On a slow
   * link a small value makes requests fail that would have succeeded.
   */
  timeout?: number;
  /**
   * Milliseconds for which a failing request is retried. Default 120,000; at most 15,000 until the server has
   * answered for the first time. An outage that lasts longer ends the run without a commit.
   */
  retryFor?: number;
  /** Called when a request failed and is about to be retried. */
  onRetry?: (retry: Retry) => void;
  /**
   * Called with a sentence for a person where a server is unlike the one whose protocol it speaks, and the run uses a
   * weaker check for it; once for each peculiarity.
   */
  onNote?: (note: string) => void;
  /** Stops uploads and retries. The requests with which a run cleans up afterwards are not stopped. */
  signal?: AbortSignal;
  /** Options for `s3://` URLs: AWS and other servers that speak S3. */
  s3?: S3Options;
  /** Options for `gs://` and `gcs://` URLs. */
  gcs?: GcsOptions;
}

export const STORE_DEFAULTS: Required<
  Pick<StoreOptions, 'partSize' | 'concurrency' | 'timeout' | 'retryFor'>
> = {
  partSize: 8 << 20,
  concurrency: 4,
  timeout: 30_000,
  retryFor: 120_000,
};
