import { setTimeout as sleep } from 'node:timers/promises';

/** A request that failed and is tried again. */
export interface Retry {
  /** Code of the failure: `ECONNREFUSED`, `SlowDown`, `503`. */
  reason: string;
  /** Attempts so far. */
  attempts: number;
  /** Milliseconds until the next one. */
  wait: number;
}

/** How a failed request is tried again. */
export interface RetryPolicy {
  /** Milliseconds from the first attempt after which no other is begun; looked at after each. */
  readonly deadline: number;
  /** Whether another attempt can help; what is permanent is thrown at once. */
  isTransient: (error: unknown, attempt: number) => boolean;
  /** Longest wait before the second attempt; doubles with each. Default 200 ms. */
  firstWait?: number;
  /** Longest wait between attempts. Default 20 s. */
  longestWait?: number;
  /** Called before each wait. */
  onRetry?: ((retry: Retry) => void) | undefined;
  /** Once aborted, a failed request is not tried again. */
  signal?: AbortSignal | undefined;
}

/** The last failure of a request that was tried until its deadline. */
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
 * Runs a request until it succeeds, fails for good, or the deadline is over. Waits are random between
 * nothing and a bound that doubles ("full jitter"), so that many clients do not come back together.
 *
 * @throws GaveUpError after more than one attempt; else what the request threw
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

/** Never the message, which may have an address that is a secret. */
function reasonOf(error: unknown): string {
  const { code, name } = error as { code?: string | number; name?: string };
  return String(code ?? name ?? 'unknown');
}
