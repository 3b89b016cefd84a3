import type { Transform } from 'node:stream';
import type { Zlib } from 'node:zlib';
import { ImportError } from '../../errors.ts';
import { adoptChunk, releaseChunk } from '../chunks.ts';
import { CHUNK_SIZE } from '../source.ts';

/** A decompressing stream of node:zlib. */
export type Engine = Transform & Pick<Zlib, 'bytesWritten'>;

/** What an engine takes and does not fill is garbage for V8 to collect: much of it with thousands of small inputs. */
const SMALL_OUTPUT = 128 << 10;

/** Bytes of one piece of output, of an input of so many bytes. */
export function outputSize(stored: number | undefined): number {
  return stored !== undefined && stored <= CHUNK_SIZE ? SMALL_OUTPUT : CHUNK_SIZE;
}

/** Codes of node:zlib: Z_…, ZSTD_error_…, and of Brotli ERR__ERROR_FORMAT_… and the like. */
const ZLIB_CODE = /^(?:Z|ERR__ERROR_|ERR_BROTLI)/;

/** What is wrong with an input, and what to do about it. */
export interface Damage {
  /** Continues "NAME: …". */
  message: string;
  hint: string;
}

export interface DecompressOptions {
  /** The input's name, for messages. */
  name: string;
  engine: Engine;
  /** Cuts a chunk into the pieces the engine is given; may throw. */
  pieces?: (chunk: Uint8Array) => Iterable<Uint8Array>;
  /** Called with the bytes that stand behind what the engine took for the end; may throw. */
  rest?: (bytes: Uint8Array) => void;
  /** Whether the input may end here, where the engine cannot be trusted to know. */
  complete?: () => boolean;
  truncated: Damage;
  damaged: (error: NodeJS.ErrnoException) => Damage;
}

/**
 * Feeds an input through a node:zlib stream, one piece at a time, and yields what comes out. Unlike
 * `pipeline`, it hands on all that comes before the cut of a truncated input, so that the number of good
 * bytes in the message is exact, and it gets to see what the engine does not want.
 */
export async function* decompress(
  input: AsyncIterable<Uint8Array>,
  options: DecompressOptions,
): AsyncGenerator<Uint8Array, void, undefined> {
  const { engine } = options;
  let wake: () => void = () => {};
  let failure: unknown;
  let ended = false; // the engine has given its last byte
  let fed = false; // the input has
  let closing = false;
  let given = 0;
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

  // Resolves when the engine has taken the piece, or will never take it.
  const give = (piece: Uint8Array): Promise<void> =>
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
    let satisfied = false; // the engine takes no more
    for (;;) {
      const next = await iterator.next();
      if (next.done) break;
      for (const piece of (options.pieces ?? whole)(next.value)) {
        let left = piece;
        if (!satisfied) {
          given += piece.length;
          await give(piece);
          if (closing || failure !== undefined) return;
          const surplus = given - engine.bytesWritten;
          if (surplus === 0) continue;
          satisfied = true;
          left = piece.subarray(piece.length - surplus);
        }
        options.rest?.(left);
      }
      releaseChunk(next.value);
    }
    if (options.complete?.() === false) throw cutOff();
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
        yield adoptChunk(chunk); // full, it is no longer the engine's
        continue;
      }
      if (failure !== undefined) throw failure;
      if (fed && ended) return;
      const woken = new Promise<void>((resolve) => {
        wake = resolve;
      });
      // Only now: with everything handed on, an error of `end` costs no good byte.
      if (fed && !finishing) {
        finishing = true;
        engine.end();
      }
      await woken;
    }
  } catch (error) {
    throw explained(error, good, options);
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

/** Looks like what node:zlib reports of input that ends too early. */
function cutOff(): Error {
  return Object.assign(new Error('unexpected end of file'), { code: 'Z_BUF_ERROR' });
}

function explained(error: unknown, good: number, options: DecompressOptions): unknown {
  const code = (error as NodeJS.ErrnoException | undefined)?.code;
  // What else comes is an error of the input itself.
  if (!(error instanceof Error) || typeof code !== 'string' || !ZLIB_CODE.test(code)) return error;
  const truncated = code === 'Z_BUF_ERROR';
  const { message, hint } = truncated ? options.truncated : options.damaged(error);
  // Of a damaged piece nothing comes out, however much of it is good.
  const before = !truncated && good === 0 ? '' : `; the first ${good} uncompressed bytes are good`;
  return new ImportError(
    truncated ? 'E_INPUT_TRUNCATED' : 'E_INPUT_FORMAT',
    `${options.name}: ${message}${before}`,
    { hint, position: { source: options.name, offset: good }, cause: error },
  );
}
