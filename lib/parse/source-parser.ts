import type { EventBatch } from '../batch/event-batch.ts';
import { releaseChunk } from '../source/chunks.ts';
import type { Block, BlockCutter, BlockParser } from './block.ts';

/**
 * The cutter and the parser of a format together: bytes → batches on one thread. Sources come one after
 * another: `begin`, `push`es, `end`. Which batch an event is in depends on the bytes alone, never on the
 * chunks in which they come.
 */
export class SourceParser {
  readonly #cutter: BlockCutter;
  readonly #parser: BlockParser;
  #source = '';

  /** Both have to be `continuous`. */
  constructor(cutter: BlockCutter, parser: BlockParser) {
    this.#cutter = cutter;
    this.#parser = parser;
  }

  /** Top-level fields that no column uses, with how often they came; at most 100 names. */
  get ignored(): ReadonlyMap<string, number> {
    return this.#parser.ignored;
  }

  begin(source: string): void {
    this.#source = source;
    this.#cutter.begin(source);
  }

  /** Takes bytes of the source; gives the batches that became full. */
  *push(chunk: Uint8Array): Generator<EventBatch> {
    yield* this.#parse(this.#cutter.push(chunk));
  }

  /** Ends the source; gives what is left. @throws ImportError where the input is not whole */
  *end(): Generator<EventBatch> {
    yield* this.#parse(this.#cutter.end());
    yield* this.#parser.end();
  }

  /** Frees the memory; batches that are still in use are freed when they are released. */
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
