import type { LimitFunction } from 'p-limit';
import type { ByteSemaphore } from '../byte-semaphore.ts';
import type { SpoolSpace } from '../spool-space.ts';

/** What the writers of one GCS store share. */
export interface GcsContext {
  /** Limits the bytes that are being uploaded. */
  uploads: ByteSemaphore;
  /** Limits the requests at the same time. */
  limit: LimitFunction;
  /** Holds the bytes that do not make a unit yet. */
  spool: SpoolSpace;
  /** Bytes of one request, a multiple of CHUNK_UNIT. */
  chunkSize: number;
}
