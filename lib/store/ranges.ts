import type { Readable } from 'node:stream';
import { isNetworkError } from './network-errors.ts';
import { STORE_DEFAULTS } from './options.ts';
import { retry } from './retry.ts';

/** Bytes of one request. Requests are short, because a pipeline that waits would let a long one time out. */
const RANGE = 8 << 20;

/** An object that is read in ranges. */
export interface RangedObject {
  size: number;
  /** Opens the bytes from `start` to before `end` of exactly the version that was listed; retries by itself. */
  openAt: (start: number, end: number, signal: AbortSignal) => Promise<Readable>;
  /** Turns a store's error into one for a person; a promise is awaited. */
  explain: (error: unknown) => unknown;
  signal: AbortSignal;
  /** Milliseconds for which a range is retried while not a single new byte arrives. */
  retryFor?: number | undefined;
}

/**
 * Yields the bytes of a stored object in ranges; while one is processed, the next is fetched. A broken connection
 * costs nothing: reading resumes after the last byte that arrived.
 */
export async function* readRanges(
  object: RangedObject,
): AsyncGenerator<Uint8Array, void, undefined> {
  const fetch = (start: number): Promise<Uint8Array> | undefined => {
    if (start >= object.size) return undefined;
    const range = readRange(object, start, Math.min(start + RANGE, object.size));
    // The error is thrown when the range is awaited; until then it must not count as unhandled.
    range.catch(() => {});
    return range;
  };
  let next = fetch(0);
  try {
    for (let start = 0; next !== undefined; ) {
      const chunk: Uint8Array = await next;
      object.signal.throwIfAborted();
      start += chunk.length;
      next = fetch(start);
      yield chunk;
    }
  } catch (error) {
    if (object.signal.aborted) throw object.signal.reason;
    throw await object.explain(error);
  }
}

async function readRange(object: RangedObject, start: number, end: number): Promise<Uint8Array> {
  const buffer = Buffer.allocUnsafeSlow(end - start);
  let filled = 0;
  while (filled < buffer.length) {
    const before = filled;
    await retry(
      {
        deadline: object.retryFor ?? STORE_DEFAULTS.retryFor,
        // A new byte restarts the deadline.
        isTransient: (error) => filled === before && isBroken(error),
        signal: object.signal,
      },
      async () => {
        const body = await object.openAt(start + filled, end, object.signal);
        for await (const chunk of body as AsyncIterable<Buffer>) {
          // More than was requested: the server does not support ranges.
          if (filled + chunk.length > buffer.length) throw new Error('the reply is too long');
          chunk.copy(buffer, filled);
          filled += chunk.length;
        }
        if (filled === before) throw new BrokenReply('the reply was empty');
      },
    ).catch((error: unknown) => {
      if (filled === before || !isBroken(error)) throw error;
    });
  }
  return buffer;
}

class BrokenReply extends Error {}

function isBroken(error: unknown): boolean {
  return error instanceof BrokenReply || isNetworkError(error);
}
