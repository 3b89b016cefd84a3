/** A failure between this machine and a server, with its cause and what to do, for a person. */
export class ConnectionError extends Error {
  override readonly name = 'ConnectionError';
  /** Code of the failure, such as `ECONNREFUSED` or `HTTP 407`. */
  readonly code: string;
  readonly hint: string;
  /** Whether another attempt may succeed. */
  readonly isTransient: boolean;

  constructor(code: string, message: string, hint: string, isTransient = false) {
    super(message);
    this.code = code;
    this.hint = hint;
    this.isTransient = isTransient;
  }
}

/** Returns the error for a server that did not accept a connection in time. */
export function noConnection(server: string): ConnectionError {
  return new ConnectionError(
    'ETIMEDOUT',
    `no connection to ${server}`,
    'check --endpoint, --region and the network; behind a proxy, name it in HTTPS_PROXY',
    true,
  );
}
