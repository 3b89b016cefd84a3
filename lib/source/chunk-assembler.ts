import { acquireChunk } from './chunks.ts';

/** Chunks that may wait while one is worked on. */
const MOST_READY = 2;
/** Milliseconds that bytes wait for more. */
const PATIENCE_MS = 50;

/**
 * Small pieces, as pipes and streams have them, put together to chunks: one by one they would cost every step
 * behind this more than their bytes do.
 */
export class ChunkAssembler {
  #chunk = acquireChunk();
  #size = 0;
  /** Bytes of the chunk that were given early. */
  #given = 0;
  #timer: NodeJS.Timeout | undefined;
  readonly #ready: Uint8Array[] = [];
  #isOver = false;
  #failure: Error | undefined;
  #wake = (): void => {};

  /** Where the next bytes go, for as long as it takes until they are there; never empty. */
  get room(): Uint8Array {
    return this.#chunk.subarray(this.#size);
  }

  /** So many bytes are in `room` now. False: no more, please, until some are taken. */
  filled(bytes: number): boolean {
    this.#size += bytes;
    if (this.#size === this.#chunk.length) this.#finish();
    else this.#timer ??= setTimeout(() => this.#giveEarly(), PATIENCE_MS);
    return this.#ready.length < MOST_READY;
  }

  /** The same of bytes that are elsewhere. */
  add(bytes: Uint8Array): boolean {
    for (let rest = bytes; rest.length > 0; ) {
      const part = rest.subarray(0, this.room.length);
      this.room.set(part);
      this.filled(part.length);
      rest = rest.subarray(part.length);
    }
    return this.#ready.length < MOST_READY;
  }

  /** Nothing comes any more. */
  end(failure?: Error | null): void {
    this.#isOver = true;
    this.#failure = failure ?? undefined;
    this.#finish();
  }

  /** The chunks, each of which belongs to the caller; then the failure. `onTaken` may let more come. */
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

  /** A copy, because somebody may be about to fill the room behind it. */
  #giveEarly(): void {
    this.#timer = undefined;
    this.#ready.push(new Uint8Array(this.#chunk.subarray(this.#given, this.#size)));
    this.#given = this.#size;
    this.#wake();
  }

  #finish(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#size > this.#given) this.#ready.push(this.#chunk.subarray(this.#given, this.#size));
    this.#chunk = acquireChunk();
    this.#size = this.#given = 0;
    this.#wake();
  }
}
