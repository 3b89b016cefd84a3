/** Limits the bytes in flight at once. First come, first served. */
export class ByteSemaphore {
  readonly #limit: number;
  readonly #waiting: { bytes: number; enter: () => void }[] = [];
  #inFlight = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Resolves when the bytes fit below the limit; more than the limit is admitted alone. */
  acquire(bytes: number): Promise<void> {
    return new Promise((enter) => {
      this.#waiting.push({ bytes, enter });
      this.#admit();
    });
  }

  release(bytes: number): void {
    this.#inFlight -= bytes;
    this.#admit();
  }

  #admit(): void {
    for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
      if (this.#inFlight > 0 && this.#inFlight + next.bytes > this.#limit) return;
      this.#waiting.shift();
      this.#inFlight += next.bytes;
      next.enter();
    }
  }
}
