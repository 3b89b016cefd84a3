import { acquireChunk } from './chunks.ts';

/** Chunks that may wait while one is processed. */
const MOST_READY = 2;
/** Milliseconds that bytes of an incomplete chunk wait for more. */
const MOST_WAIT_MS = 50;

/**
 * Assembles the small pieces of pipes and streams into chunks. One by one, the pieces would cost each later step
 * more than their bytes do.
 */
export class ChunkAssembler {
  #chunk = acquireChunk();
  #size = 0;
  /** Bytes of the chunk that were passed on before it was full. */
  #flushed = 0;
  #timer: NodeJS.Timeout | undefined;
  readonly #ready: Uint8Array[] = [];
  #isOver = false;
  #failure: Error | undefined;
  #wake = (): void => {};

  /** The memory for the next bytes, valid until `filled` is called; never empty. */
  get room(): Uint8Array {
    return this.#chunk.subarray(this.#size);
  }

  /** Notes that bytes were written to `room`. Returns false if the producer should pause until `onTaken`. */
  filled(bytes: number): boolean {
    this.#size += bytes;
    if (this.#size === this.#chunk.length) this.#finish();
    else this.#timer ??= setTimeout(() => this.#flushEarly(), MOST_WAIT_MS);
    return this.#ready.length < MOST_READY;
  }

  /** Copies bytes in. Returns false if the producer should pause until `onTaken`. */
  add(bytes: Uint8Array): boolean {
    for (let rest = bytes; rest.length > 0; ) {
      const part = rest.subarray(0, this.room.length);
      this.room.set(part);
      this.filled(part.length);
      rest = rest.subarray(part.length);
    }
    return this.#ready.length < MOST_READY;
  }

  /** Notes that no more bytes come, because of the failure if there is one. */
  end(failure?: Error | null): void {
    this.#isOver = true;
    this.#failure = failure ?? undefined;
    this.#finish();
  }

  /**
   * Yields the chunks, each of which belongs to the caller; then throws the failure.
   *
   * @param onTaken called before each chunk, so that a paused producer can continue
   */
  async *chunks(
    onTaken: () => void,
    signal: AbortSignal,
  ): AsyncGenerator<Uint8Array, void, undefined> {
    try {
      for (;;) {
        signal.throwIfAborted();
        const next = this.#ready.shift();
        if (next !== undefined) {
          onTaken();
          yield next;
        } else if (this.#isOver) {
          break;
        } else {
          await new Promise<void>((resolve) => {
            this.#wake = resolve;
          });
        }
      }
      if (this.#failure !== undefined) throw this.#failure;
    } finally {
      clearTimeout(this.#timer);
    }
  }

  /** Passes on the bytes of an incomplete chunk. As a copy, because more may be written after them at any time. */
  #flushEarly(): void {
    this.#timer = undefined;
    this.#ready.push(new Uint8Array(this.#chunk.subarray(this.#flushed, this.#size)));
    this.#flushed = this.#size;
    this.#wake();
  }

  #finish(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#size > this.#flushed)
      this.#ready.push(this.#chunk.subarray(this.#flushed, this.#size));
    this.#chunk = acquireChunk();
    this.#size = this.#flushed = 0;
    this.#wake();
  }
}
