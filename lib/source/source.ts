import type { PlainFile } from './plain-file.ts';

/** An input that can be read once, from its first byte to its last. */
export interface Source {
  /** For messages and reject records: the path as given, `stdin`, or a stream's name. */
  readonly name: string;
  /** Stored bytes, where known beforehand; compressed if the input is compressed. */
  readonly size: number | undefined;
  /** Stored bytes handed on so far; compared with `size` it tells how far reading is. */
  readonly bytesRead: number;
  /**
   * The uncompressed bytes. Nothing is opened before the first chunk is asked for, and everything is
   * closed when the iteration ends, however it ends. Each chunk belongs to the caller. An aborted
   * `signal` ends the iteration with its reason.
   */
  open(signal?: AbortSignal): AsyncIterable<Uint8Array>;
  /**
   * Where only its bytes tell whether the input is an archive: the sources it stands for, itself or its
   * members, each to be read before the next one is asked for. Instead of `open`, and under its terms.
   */
  members?(signal?: AbortSignal): AsyncIterable<Source>;
  /** Begins to read a small input before its turn; ends with the signal. */
  prefetch?(signal: AbortSignal): void;
  /** Closes what `prefetch` opened and nobody took; after its signal was aborted. */
  cancelPrefetch?(): Promise<void>;
  /** Opens a file whose stored bytes are its text, to be read in place of `open`; undefined where it is not. */
  plainFile?(): Promise<PlainFile | undefined>;
}

/** The sources that inputs turn out to stand for, each to be read before the next one is asked for. */
export async function* eachSource(
  sources: readonly Source[],
  signal: AbortSignal | undefined,
): AsyncGenerator<Source, void, undefined> {
  const stop = new AbortController();
  const either = signal ? AbortSignal.any([signal, stop.signal]) : stop.signal;
  try {
    for (const [index, source] of sources.entries()) {
      prefetch(sources.slice(index + 1, index + 1 + MOST_AHEAD), either);
      if (source.members === undefined) yield source;
      else yield* source.members(signal);
    }
  } finally {
    stop.abort();
    await Promise.allSettled(sources.map(async (source) => source.cancelPrefetch?.()));
  }
}

/** Inputs that are read before their turn, and their bytes together. Of a bucket each takes a round trip or more. */
export const MOST_AHEAD = 16;
const BYTES_AHEAD = 16 << 20;

/** Begins to read those that come next. */
function prefetch(sources: readonly Source[], signal: AbortSignal): void {
  let bytes = 0;
  for (const source of sources) {
    bytes += source.size ?? 0;
    if (bytes > BYTES_AHEAD) return;
    source.prefetch?.(signal);
  }
}

/** Bytes asked for at once, of files and of decompressors. */
export const CHUNK_SIZE: number = 1 << 20;
