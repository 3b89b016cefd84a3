import type { EventBatch } from '../batch/event-batch.ts';

/**
 * Bytes of one format → batches, without streams and without waiting: the same parser runs inside a
 * Transform and inside a worker thread. Sources come one after another: `begin`, `push`es, `end`.
 */
export interface EventParser {
  /** Top-level fields that nothing used, with how often they came; at most 100 names. */
  readonly ignored: ReadonlyMap<string, number>;
  /** Starts a source; `line` and `offset` are those of its first byte. */
  begin(source: string, line?: number, offset?: number): void;
  /** Takes bytes of the source; gives the batches that became full. */
  push(chunk: Uint8Array): Iterable<EventBatch>;
  /** Ends the source; gives what is left. */
  end(): Iterable<EventBatch>;
  /** Frees the memory; batches that are still out are freed when they are released. */
  destroy(): void;
}
