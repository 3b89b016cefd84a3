import { setTimeout as sleep } from 'node:timers/promises';

/** A failed request that is about to be retried. */
export interface Retry {
  /** Code of the failure, such as `ECONNREFUSED`, `SlowDown` or `503`. */
  reason: string;
  /** Attempts so far. */
  attempts: number;
  /** Milliseconds until the next attempt. */
  wait: number;
}

/** When and how often a failed request is retried. */
export interface RetryPolicy {
  /** Milliseconds after the first attempt from which on no attempt begins; read again after each failure. */
  readonly deadline: number;
  /** Whether another attempt can succeed; a permanent failure is thrown at once. */
  isTransient: (error: unknown, attempt: number) => boolean;
  /** Longest wait before the second attempt, in milliseconds; doubles with each attempt. Default 200. */
  firstWait?: number;
  /** Longest wait between attempts, in milliseconds. Default 20,000. */
  longestWait?: number;
  /** Called before each wait. */
  onRetry?: ((retry: Retry) => void) | undefined;
  /** Once this is aborted, a failed request is not retried. */
  signal?: AbortSignal | undefined;
}

/** Thrown with the last failure of a request that was retried until its deadline. */
export class GaveUpError extends Error {
  override readonly name = 'GaveUpError';
  readonly attempts: number;
  readonly seconds: number;

  constructor(cause: unknown, attempts: number, milliseconds: number) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
    this.attempts = attempts;
    this.seconds = Math.round(milliseconds / 1000);
  }
}

/**
 * Runs a request until it succeeds, fails permanently, or reaches the deadline. Each wait is random between zero
 * and a bound that doubles ("full jitter"), so that many clients do not return at the same moment.
 *
 * @throws GaveUpError after more than one attempt; otherwise the request's own error
 */
export async function retry<T>(
  policy: RetryPolicy,
  request: (attempt: number) => Promise<T>,
): Promise<T> {
  const { isTransient, firstWait = 200, longestWait = 20_000, signal } = policy;
  const start = performance.now();
  for (let attempt = 1; ; attempt++) {
    try {
      return await request(attempt);
    } catch (error) {
      const wait = Math.random() * Math.min(longestWait, firstWait * 2 ** (attempt - 1));
      const spent = performance.now() - start;
      if (!isTransient(error, attempt)) throw error;
      if (signal?.aborted || spent + wait >= policy.deadline) {
        throw attempt === 1 ? error : new GaveUpError(error, attempt, spent);
      }
      policy.onRetry?.({ reason: reasonOf(error), attempts: attempt, wait });
      await sleep(wait, undefined, signal && { signal }).catch(() => {});
    }
  }
}

/** Returns the code or name of an error; never its message, which may contain a secret address. */
function reasonOf(error: unknown): string {
  const { code, name } = error as { code?: string | number; name?: string };
  return String(code ?? name ?? 'unknown');
}
