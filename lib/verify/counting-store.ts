import type { ObjectInfo, Store } from '../store/contract.ts';

/** What `verify` and its like need of a store: they change nothing. */
export type ReadableStore = Pick<Store, 'url' | 'list' | 'read' | 'modified'>;

/** Counts the bytes that are read. */
export class CountingStore implements ReadableStore {
  bytesRead = 0;
  readonly #store: ReadableStore;

  constructor(store: ReadableStore) {
    this.#store = store;
  }

  get url(): string {
    return this.#store.url;
  }

  list(prefix: string): Promise<ObjectInfo[]> {
    return this.#store.list(prefix);
  }

  read(object: ObjectInfo, start: number, end: number): Promise<Uint8Array> {
    this.bytesRead += end - start;
    return this.#store.read(object, start, end);
  }

  async modified(object: ObjectInfo): Promise<number> {
    return (await this.#store.modified?.(object)) ?? Number.NaN;
  }
}
