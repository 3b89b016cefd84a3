import type { Transform } from 'node:stream';
import type { Zlib } from 'node:zlib';
import { ImportError } from '../../errors.ts';
import { adoptChunk, releaseChunk } from '../chunks.ts';
import { CHUNK_SIZE } from '../source.ts';

/** A decompressing stream of node:zlib. */
export type Engine = Transform & Pick<Zlib, 'bytesWritten'>;

/** Output buffer for small inputs. What a buffer is not filled with is garbage: much, with thousands of inputs. */
const SMALL_OUTPUT = 128 << 10;

/** Returns the size of a piece of output for an input of `stored` bytes. */
export function outputSize(stored: number | undefined): number {
  return stored !== undefined && stored <= CHUNK_SIZE ? SMALL_OUTPUT : CHUNK_SIZE;
}

/** Error codes of node:zlib: Z_…, ZSTD_error_…, and for Brotli ERR__ERROR_FORMAT_… and the like. */
const ZLIB_CODE = /^(?:Z|ERR__ERROR_|ERR_BROTLI)/;

/** What is wrong with an input, and what to do. */
export interface Damage {
  /** Text that continues "NAME: …". */
  message: string;
  hint: string;
}

/** Options of `decompress`. */
export interface DecompressOptions {
  /** The input's name, for messages. */
  name: string;
  engine: Engine;
  /** Cuts a chunk into the pieces that are written to the engine; may throw. */
  pieces?: (chunk: Uint8Array) => Iterable<Uint8Array>;
  /** Called with the bytes after what the engine took for the end; may throw. */
  rest?: (bytes: Uint8Array) => void;
  /** Whether the input may end here; only for an engine that does not notice a truncated input itself. */
  complete?: () => boolean;
  truncated: Damage;
  damaged: (error: NodeJS.ErrnoException) => Damage;
}

/**
 * Feeds an input through a node:zlib stream, one piece at a time, and yields the output. Unlike with `pipeline`, all
 * bytes before the cut of a truncated input are yielded, so that the number of good bytes in the message is exact,
 * and the bytes that the engine does not consume can be checked.
 */
export async function* decompress(
  input: AsyncIterable<Uint8Array>,
  options: DecompressOptions,
): AsyncGenerator<Uint8Array, void, undefined> {
  const { engine } = options;
  let wake: () => void = () => {};
  let failure: unknown;
  let ended = false; // the engine has produced its last byte
  let fed = false; // the engine has got the whole input
  let closing = false;
  let written = 0;
  let good = 0;
  const fail = (error: unknown): void => {
    failure ??= error;
    wake();
  };
  const end = (): void => {
    ended = true;
    wake();
  };
  engine.on('readable', () => wake());
  engine.on('end', end);
  engine.on('close', end);
  engine.on('error', fail);

  // Resolves when the engine has consumed the piece, or will never consume it.
  const write = (piece: Uint8Array): Promise<void> =>
    new Promise((resolve) => {
      engine.once('end', resolve);
      engine.once('close', resolve);
      engine.write(piece, () => {
        engine.off('end', resolve);
        engine.off('close', resolve);
        resolve();
      });
    });

  const iterator = input[Symbol.asyncIterator]();
  const feed = async (): Promise<void> => {
    let satisfied = false; // the engine consumes no more
    for (;;) {
      const next = await iterator.next();
      if (next.done) break;
      for (const piece of (options.pieces ?? whole)(next.value)) {
        let left = piece;
        if (!satisfied) {
          written += piece.length;
          await write(piece);
          if (closing || failure !== undefined) return;
          const surplus = written - engine.bytesWritten;
          if (surplus === 0) continue;
          satisfied = true;
          left = piece.subarray(piece.length - surplus);
        }
        options.rest?.(left);
      }
      releaseChunk(next.value);
    }
    if (options.complete?.() === false) throw truncatedError();
    fed = true;
    wake();
  };
  const feeding = feed().catch(fail);

  try {
    let finishing = false;
    for (;;) {
      const chunk = engine.read() as Uint8Array | null;
      if (chunk !== null) {
        good += chunk.length;
        yield adoptChunk(chunk); // a full buffer no longer belongs to the engine
        continue;
      }
      if (failure !== undefined) throw failure;
      if (fed && ended) return;
      const woken = new Promise<void>((resolve) => {
        wake = resolve;
      });
      // Only now: after all output was yielded, an error of `end` costs no good byte.
      if (fed && !finishing) {
        finishing = true;
        engine.end();
      }
      await woken;
    }
  } catch (error) {
    throw explain(error, good, options);
  } finally {
    closing = true;
    engine.destroy();
    await iterator.return?.();
    await feeding;
  }
}

function* whole(chunk: Uint8Array): Iterable<Uint8Array> {
  yield chunk;
}

/** Returns an error like that of node:zlib for a truncated input. */
function truncatedError(): Error {
  return Object.assign(new Error('unexpected end of file'), { code: 'Z_BUF_ERROR' });
}

/** Turns an error of node:zlib into one for a person; returns any other as it is. */
function explain(error: unknown, good: number, options: DecompressOptions): unknown {
  const code = (error as NodeJS.ErrnoException | undefined)?.code;
  // Any other error is one of the input itself.
  if (!(error instanceof Error) || typeof code !== 'string' || !ZLIB_CODE.test(code)) return error;
  const truncated = code === 'Z_BUF_ERROR';
  const { message, hint } = truncated ? options.truncated : options.damaged(error);
  // A damaged piece has no output, however much of it is good.
  const before = !truncated && good === 0 ? '' : `; the first ${good} uncompressed bytes are good`;
  return new ImportError(
    truncated ? 'E_INPUT_TRUNCATED' : 'E_INPUT_FORMAT',
    `${options.name}: ${message}${before}`,
    { hint, position: { source: options.name, offset: good }, cause: error },
  );
}
