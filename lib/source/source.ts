import type { FileRecord, InputFile } from './input-file.ts';
import type { PlainFile } from './plain-file.ts';

/** An input that can be read once, from its first byte to its last. */
export interface Source {
  /** Name for messages and reject records: the path as given, `stdin`, or a stream's name. */
  readonly name: string;
  /** Stored bytes (of a compressed input the compressed ones), if known in advance. */
  readonly size: number | undefined;
  /** The file on this machine that has the bytes; undefined if they come from elsewhere. */
  readonly file?: InputFile | undefined;
  /** Stored bytes passed on so far; compared with `size` they give the share that is read. */
  readonly bytesRead: number;
  /**
   * Yields the uncompressed bytes. Nothing is opened before the first chunk is requested, and everything is closed
   * when the iteration ends, however it ends. Each chunk belongs to the caller. When `signal` is aborted, the
   * iteration throws its reason.
   */
  open(signal?: AbortSignal): AsyncIterable<Uint8Array>;
  /**
   * Present where only the bytes tell whether the input is an archive; it is then called instead of `open`, and
   * opens and closes like it. Yields the members of an archive, or the input itself. Each source must be read
   * before the next one is requested.
   */
  members?(signal?: AbortSignal): AsyncIterable<Source>;
  /** Begins to read a small input before its turn; the signal stops it. */
  prefetch?(signal: AbortSignal): void;
  /** Closes what `prefetch` opened and `open` did not consume; called after the signal was aborted. */
  cancelPrefetch?(): Promise<void>;
  /** Present where a program makes the bytes; resolves when it does not run, and never will again. */
  stopped?(): Promise<void>;
  /** Opens a file that is not compressed, to be read instead of `open`; undefined for any other input. */
  plainFile?(): Promise<PlainFile | undefined>;
  /**
   * Whether one thread should read the whole input while others read other inputs: it is small or compressed. Then
   * `smallFile` or `openStored` may be called instead of `open` and `members`. May read the first bytes.
   */
  suitsOneThread?(signal: AbortSignal): Promise<boolean>;
  /** Returns the file that has the input if it is so small that a thread can read it at once; counts its bytes. */
  smallFile?(): FileRecord | undefined;
  /** Like `open`, but yields the bytes as they are stored. Other sources may be read at the same time. */
  openStored?(signal: AbortSignal): AsyncGenerator<Uint8Array, void, undefined>;
}

/**
 * Yields the sources of inputs, with the members of archives in place of the archives. Each must be read before the
 * next one is requested, and the last one before the iteration ends.
 */
export async function* eachSource(
  sources: readonly Source[],
  signal: AbortSignal | undefined,
): AsyncGenerator<Source, void, undefined> {
  yield* readingSources(sources, signal, (next) => membersOfEach(next, signal));
}

/**
 * Yields what `read` makes of the inputs, while small inputs are read before their turn.
 *
 * @param read gets the inputs, archives among them, and a signal that is aborted with `signal` and at the end
 * @param isAhead whether small inputs are read before their turn
 */
export async function* readingSources<T>(
  sources: readonly Source[],
  signal: AbortSignal | undefined,
  read: (sources: Iterable<Source>, either: AbortSignal) => AsyncGenerator<T, void, undefined>,
  isAhead: (source: Source) => boolean = () => true,
): AsyncGenerator<T, void, undefined> {
  const stop = new AbortController();
  const either = signal ? AbortSignal.any([signal, stop.signal]) : stop.signal;
  try {
    yield* read(prefetching(sources, either, isAhead), either);
  } finally {
    stop.abort();
    await Promise.allSettled(sources.map(async (source) => source.cancelPrefetch?.()));
  }
}

/** Yields the members of an input that is an archive, or else the input itself. */
export async function* membersOf(
  source: Source,
  signal: AbortSignal | undefined,
): AsyncGenerator<Source, void, undefined> {
  if (source.members === undefined) yield source;
  else yield* source.members(signal);
}

async function* membersOfEach(
  sources: Iterable<Source>,
  signal: AbortSignal | undefined,
): AsyncGenerator<Source, void, undefined> {
  for (const source of sources) yield* membersOf(source, signal);
}

/** Yields the inputs, and begins to read those after each. */
function* prefetching(
  sources: readonly Source[],
  signal: AbortSignal,
  isAhead: (source: Source) => boolean,
): Generator<Source> {
  for (const [index, source] of sources.entries()) {
    prefetch(sources.slice(index + 1, index + 1 + MOST_AHEAD).filter(isAhead), signal);
    yield source;
  }
}

/** Inputs that are read before their turn: each object of a bucket takes a round trip or more. */
export const MOST_AHEAD = 16;
/** Bytes of all inputs together that are read before their turn. */
const BYTES_AHEAD = 16 << 20;

/** Begins to read the next inputs. */
function prefetch(sources: readonly Source[], signal: AbortSignal): void {
  let bytes = 0;
  for (const source of sources) {
    bytes += source.size ?? 0;
    if (bytes > BYTES_AHEAD) return;
    source.prefetch?.(signal);
  }
}

/** Bytes of one read from a file, and of one piece of output of a decompressor. */
export const CHUNK_SIZE: number = 1 << 20;
