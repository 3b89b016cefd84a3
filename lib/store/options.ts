import type { Retry } from './retry.ts';

/** Where and how the clouds' stores are reached. Credentials come from their own environment and files. */
export interface StoreOptions {
  /** URL of the server, for S3-compatible stores and emulators. Default: the cloud's own. */
  endpoint?: string;
  /**
   * JSON key file of a Google service account. Default: application default credentials, which
   * GOOGLE_APPLICATION_CREDENTIALS, gcloud or the machine give.
   */
  keyFile?: string;
  /** S3 region. Default: as the environment or profile says, else us-east-1. */
  region?: string;
  /** Bucket in the path instead of in the host's name. Default: with `endpoint` true, else false. */
  pathStyle?: boolean;
  /**
   * Bytes sent at once. Default 8 MiB, more where a file would need over 10,000 parts; S3 takes no
   * less than 5 MiB. Memory for uploads is about ten times this.
   */
  partSize?: number;
  /** Uploads (of parts and of small files) at the same time, in the whole run. Default 4. */
  concurrency?: number;
  /** Milliseconds without any progress after which a request counts as failed. Default 30,000. */
  timeout?: number;
  /** Milliseconds for which a failing request is tried again. Default 120,000. */
  retryFor?: number;
  /** Called when a request failed and will be tried again. */
  onRetry?: (retry: Retry) => void;
  /** Ends uploads and stops retries; what a run cleans up afterwards is not ended by it. */
  signal?: AbortSignal;
}

export const STORE_DEFAULTS: Required<
  Pick<StoreOptions, 'partSize' | 'concurrency' | 'timeout' | 'retryFor'>
> = {
  partSize: 8 << 20,
  concurrency: 4,
  timeout: 30_000,
  retryFor: 120_000,
};
