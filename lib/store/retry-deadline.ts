/** Before anything has ever answered, a wrong address is likelier than an outage. */
const FIRST_RETRY_MS = 15_000;

/** How long the requests to one server are tried again: not as long before it has answered for the first time. */
export class RetryDeadline {
  #hasAnswered = false;

  /** The server answered, be it that something is wrong. */
  answered(): void {
    this.#hasAnswered = true;
  }

  /** Milliseconds, of at most so many. */
  deadline(most: number): number {
    return this.#hasAnswered ? most : Math.min(most, FIRST_RETRY_MS);
  }
}
