import { decode } from './compression/decode.ts';
import type { InputFile } from './input-file.ts';
import { Prefetch, SMALL_INPUT } from './prefetch.ts';
import { detectFormat, HEAD_SIZE, isBrotliName, isCompressedFormat } from './signatures.ts';
import type { Source } from './source.ts';

/** Reads the stored bytes of an input; throws the signal's reason when it is aborted. */
export type ReadStored = (signal: AbortSignal) => AsyncIterable<Uint8Array>;

/** An input whose bytes are counted and decompressed, and which is always closed. */
export class InputSource implements Source {
  readonly name: string;
  readonly size: number | undefined;
  readonly file: InputFile | undefined;
  readonly #read: ReadStored;
  readonly #prefetch = new Prefetch();
  #bytesRead = 0;

  /** @param file the file on this machine that has the bytes, if they are in one */
  constructor(name: string, size: number | undefined, read: ReadStored, file?: InputFile) {
    this.name = name;
    this.size = size;
    this.file = file;
    this.#read = read;
  }

  get bytesRead(): number {
    return this.#bytesRead;
  }

  prefetch(signal: AbortSignal): void {
    // A signal of its own, because Node would report too many listeners on one that all inputs share.
    if (this.isSmall) this.#prefetch.begin(() => this.#read(AbortSignal.any([signal])));
  }

  async cancelPrefetch(): Promise<void> {
    await this.#prefetch.close();
  }

  open(signal?: AbortSignal): AsyncGenerator<Uint8Array, void, undefined> {
    return stoppable(signal, (either) => decode(this.name, this.stored(either), this.size));
  }

  async suitsOneThread(signal: AbortSignal): Promise<boolean> {
    // Of a pipe it is not known when its bytes come; meanwhile others could not be read.
    if (this.size === undefined) return false;
    return isBrotliName(this.name) || isCompressedFormat(detectFormat(await this.#head(signal)));
  }

  openStored(signal: AbortSignal): AsyncGenerator<Uint8Array, void, undefined> {
    return stoppable(signal, (either) => this.stored(either));
  }

  /** Resolves with the first stored bytes, which suffice to recognise a format. */
  #head(signal: AbortSignal): Promise<Uint8Array> {
    return this.#prefetch.head(() => this.#read(AbortSignal.any([signal])), HEAD_SIZE);
  }

  /** Whether the input may be read before its turn. */
  protected get isSmall(): boolean {
    return this.size !== undefined && this.size <= SMALL_INPUT;
  }

  protected count(bytes: number): void {
    this.#bytesRead += bytes;
  }

  /** Yields the stored bytes and counts them. */
  protected async *stored(signal: AbortSignal): AsyncGenerator<Uint8Array, void, undefined> {
    for await (const chunk of this.#prefetch.orElse(() => this.#read(signal))) {
      this.count(chunk.length);
      yield chunk;
    }
  }
}

/**
 * Yields what `read` yields, and aborts it when the consumer stops early: otherwise the consumer would wait for a
 * read of stdin that may never end.
 *
 * @param read gets a signal that is aborted with `signal` or `stop`
 */
export async function* stoppable<T>(
  signal: AbortSignal | undefined,
  read: (either: AbortSignal, stop: AbortController) => AsyncGenerator<T, void, undefined>,
): AsyncGenerator<T, void, undefined> {
  const stop = new AbortController();
  const iterator = read(signal ? AbortSignal.any([signal, stop.signal]) : stop.signal, stop);
  try {
    for (let next = await iterator.next(); !next.done; next = await iterator.next()) {
      yield next.value;
      // A small input was read before the abort, so that its own reading does not notice it.
      signal?.throwIfAborted();
    }
  } finally {
    stop.abort();
    // After the abort, its own error is expected.
    await iterator.return().catch(() => {});
  }
}
