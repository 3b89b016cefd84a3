/** A failure between this machine and a server, with its cause and what to do, for a person. */
export class ConnectionError extends Error {
  override readonly name: string = 'ConnectionError';
  readonly hint: string;
  /** Whether another attempt may succeed. */
  readonly isTransient: boolean;

  constructor(message: string, hint: string, isTransient = false) {
    super(message);
    this.hint = hint;
    this.isTransient = isTransient;
  }
}
