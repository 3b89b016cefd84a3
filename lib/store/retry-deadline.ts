/** Before anything has ever answered, a wrong address is likelier than an outage. */
const FIRST_RETRY_MS = 15_000;

/** Decides how long requests to one server are retried: less long until the server has answered once. */
export class RetryDeadline {
  #hasAnswered = false;

  /** Notes that the server answered, even with an error. */
  answered(): void {
    this.#hasAnswered = true;
  }

  /** Returns the milliseconds for which a request is retried: `most`, or less. */
  deadline(most: number): number {
    return this.#hasAnswered ? most : Math.min(most, FIRST_RETRY_MS);
  }
}
