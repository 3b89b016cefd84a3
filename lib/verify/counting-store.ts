import { ImportError } from '../errors.ts';
import type { ObjectInfo, Store } from '../store/contract.ts';

/** What `verify` and its like need of a store: they change nothing. */
export type ReadableStore = Pick<Store, 'url' | 'list' | 'folders' | 'read' | 'modified'>;

/** Counts the bytes that are read. What the store refuses is an input here, not a target. */
export class CountingStore implements ReadableStore {
  bytesRead = 0;
  readonly #store: ReadableStore;
  readonly folders?: (prefix: string) => Promise<string[]>;

  constructor(store: ReadableStore) {
    this.#store = store;
    if (store.folders === undefined) return;
    this.folders = (prefix) => asInput(store.folders?.(prefix) ?? Promise.resolve([]));
  }

  get url(): string {
    return this.#store.url;
  }

  list(prefix: string): Promise<ObjectInfo[]> {
    return asInput(this.#store.list(prefix));
  }

  read(object: ObjectInfo, start: number, end: number): Promise<Uint8Array> {
    this.bytesRead += end - start;
    return asInput(this.#store.read(object, start, end));
  }

  async modified(object: ObjectInfo): Promise<number> {
    return (await asInput(Promise.resolve(this.#store.modified?.(object)))) ?? Number.NaN;
  }
}

async function asInput<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    if (!(error instanceof ImportError) || error.code !== 'E_STORE_WRITE') throw error;
    const { message, hint, cause } = error;
    throw new ImportError('E_INPUT_READ', message, { ...(hint !== undefined && { hint }), cause });
  }
}
