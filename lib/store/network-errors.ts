/** Codes of Node and undici for a connection that failed or broke, and that may succeed the next time. */
const NETWORK_CODES: ReadonlySet<string> = new Set([
  'ECONNRESET',
  'ECONNREFUSED',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'ESOCKETTIMEDOUT',
  'ENETDOWN',
  'ENETUNREACH',
  'EHOSTUNREACH',
  'EADDRNOTAVAIL',
  'EAI_AGAIN',
  'ERR_STREAM_PREMATURE_CLOSE',
  'UND_ERR_SOCKET',
]);

/** Whether the network failed a request, according to the error or one of its causes. */
export function isNetworkError(error: unknown): boolean {
  for (let at = error, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth++) {
    const { code } = at as NodeJS.ErrnoException;
    if (code !== undefined && NETWORK_CODES.has(code)) return true;
    if (at.name === 'TimeoutError' || at.message === 'aborted') return true;
    // Every address of a host failed.
    if (at instanceof AggregateError && at.errors.some(isNetworkError)) return true;
  }
  return false;
}

/** Whether an HTTP status is temporary: a timeout, too many requests, or a failure of the server. */
export function isTransientStatus(status: number): boolean {
  return status === 408 || status === 429 || (status >= 500 && status !== 501 && status !== 505);
}
