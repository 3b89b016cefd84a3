import { ImportError } from '../../lib/errors.ts';
import type { ObjectInfo, ObjectWriter, Store } from '../../lib/store/contract.ts';

interface StoredObject {
  bytes: string;
  version: string;
}

/** What the runs of a test share. */
export type Disk = Map<string, StoredObject>;

/** A bucket without fences: what a cloud store can promise at least. */
export class MemoryStore implements Store {
  readonly url = 'memory:';
  readonly #disk: Disk;
  static #versions = 0;

  constructor(disk: Disk = new Map()) {
    this.#disk = disk;
  }

  async list(prefix: string): Promise<ObjectInfo[]> {
    return [...this.#disk]
      .filter(([name]) => name.startsWith(prefix))
      .map(([name, { bytes, version }]) => ({ name, size: bytes.length, version }))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  async create(name: string): Promise<ObjectWriter> {
    let bytes = '';
    let open = true;
    const check = (): void => {
      if (!open) throw new ImportError('E_INTERNAL', `${name} is no longer being written`);
    };
    return {
      write: async (more) => {
        check();
        bytes += Buffer.from(more).toString('latin1');
      },
      close: async () => {
        check();
        open = false;
        return this.#set(name, bytes);
      },
      abort: async () => {
        open = false;
      },
    };
  }

  async put(name: string, bytes: Uint8Array): Promise<ObjectInfo> {
    if (this.#disk.has(name)) throw new ImportError('E_STORE_CONFLICT', `${name} exists`);
    return this.#set(name, Buffer.from(bytes).toString('latin1'));
  }

  async remove(name: string): Promise<void> {
    this.#disk.delete(name);
  }

  async claim(): Promise<void> {}

  async release(): Promise<void> {}

  #set(name: string, bytes: string): ObjectInfo {
    const version = String(MemoryStore.#versions++);
    this.#disk.set(name, { bytes, version });
    return { name, size: bytes.length, version };
  }
}

/** Calls `step` around each operation that a store or its writers are asked for. */
export function around(store: Store, step: <T>(run: () => Promise<T>) => Promise<T>): Store {
  return {
    url: store.url,
    list: (prefix) => step(() => store.list(prefix)),
    put: (name, bytes) => step(() => store.put(name, bytes)),
    remove: (name) => step(() => store.remove(name)),
    claim: (prefix) => step(() => store.claim(prefix)),
    release: (prefix) => step(() => store.release(prefix)),
    create: async (name) => {
      const writer = await step(() => store.create(name));
      return {
        write: (bytes) => step(() => writer.write(bytes)),
        close: () => step(() => writer.close()),
        abort: () => step(() => writer.abort()),
      };
    },
  };
}
