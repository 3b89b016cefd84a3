import type { EventBatch } from '../batch/event-batch.ts';
import { releaseChunk } from '../source/chunks.ts';
import type { Block, BlockCutter, BlockParser } from './block.ts';

/**
 * A cutter and a parser of one format in one object: bytes → batches on one thread. For each source: `begin`, a
 * `push` for each chunk, `end`. The batch of an event depends only on the bytes, not on how they are cut into chunks.
 */
export class SourceParser {
  readonly #cutter: BlockCutter;
  readonly #parser: BlockParser;
  #source = '';

  /** Both arguments must be `continuous`. */
  constructor(cutter: BlockCutter, parser: BlockParser) {
    this.#cutter = cutter;
    this.#parser = parser;
  }

  /** Top-level fields that no column uses, with the number of their occurrences. At most 100 names. */
  get ignored(): ReadonlyMap<string, number> {
    return this.#parser.ignored;
  }

  /** Begins the source with this name. */
  begin(source: string): void {
    this.#source = source;
    this.#cutter.begin(source);
  }

  /** Adds bytes of the source; yields the batches that they fill. */
  *push(chunk: Uint8Array): Generator<EventBatch> {
    yield* this.#parse(this.#cutter.push(chunk));
  }

  /** Ends the source; yields the last batches. @throws ImportError if the input is incomplete */
  *end(): Generator<EventBatch> {
    yield* this.#parse(this.#cutter.end());
    yield* this.#parser.end();
  }

  /** Frees the memory. Batches that are still in use are freed when they are released. */
  destroy(): void {
    this.#cutter.destroy();
    this.#parser.destroy();
  }

  *#parse(blocks: Iterable<Block>): Generator<EventBatch> {
    for (const block of blocks) {
      yield* this.#parser.parse(this.#source, block);
      block.pieces.forEach(releaseChunk);
    }
  }
}
