import { BATCH_TEXT, EventBatch } from './event-batch.ts';
import type { Kernel } from './kernel.ts';
import type { KeyTable } from './key-table.ts';

/** Hands out empty batches and takes them back. It keeps batches of the usual size for reuse and frees larger ones. */
export class BatchPool {
  readonly #kernel: Kernel;
  readonly #idle: EventBatch[] = [];
  #closed = false;

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
  }

  /** An empty batch with room for at least `textCap` bytes of text. */
  take(keys: KeyTable, source: string, textCap: number = BATCH_TEXT): EventBatch {
    const idle = textCap <= BATCH_TEXT ? this.#idle.pop() : undefined;
    const batch =
      idle ??
      new EventBatch(this.#kernel, keys, {
        textCap: Math.max(textCap, BATCH_TEXT),
        onRelease: (released) => this.#takeBack(released),
      });
    batch.clear();
    batch.keys = keys.retain();
    batch.source = source;
    return batch;
  }

  /** Frees the idle batches. Batches in use are freed when they are released. */
  close(): void {
    this.#closed = true;
    for (const batch of this.#idle.splice(0)) batch.destroy();
  }

  #takeBack(batch: EventBatch): void {
    batch.keys.release();
    if (this.#closed || batch.textCap > BATCH_TEXT) batch.destroy();
    else this.#idle.push(batch);
  }
}
