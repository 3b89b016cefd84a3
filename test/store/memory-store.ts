import { ImportError } from '../../lib/errors.ts';
import type { ObjectInfo, ObjectWriter, Store } from '../../lib/store/contract.ts';

interface StoredObject {
  bytes: string;
  version: string;
}

/** What the runs of a test share. */
export type Disk = Map<string, StoredObject>;

/** A bucket without fences, what a cloud store can promise at least; or one that renames as folders do. */
export class MemoryStore implements Store {
  readonly url = 'memory:';
  readonly renames: boolean;
  readonly #disk: Disk;
  static #versions = 0;

  constructor(disk: Disk = new Map(), { renames = false }: { renames?: boolean } = {}) {
    this.#disk = disk;
    this.renames = renames;
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

  async read({ name, version }: ObjectInfo, start: number, end: number): Promise<Uint8Array> {
    return Buffer.from(this.#asListed(name, version).slice(start, end), 'latin1');
  }

  async copy({ name, version }: ObjectInfo, to: string): Promise<ObjectInfo> {
    const bytes = this.#asListed(name, version);
    if (this.renames) this.#disk.delete(name);
    return this.#set(to, bytes, this.renames ? version : undefined);
  }

  async remove(name: string): Promise<void> {
    this.#disk.delete(name);
  }

  async claim(): Promise<void> {}

  async release(): Promise<void> {}

  #asListed(name: string, version: string): string {
    const object = this.#disk.get(name);
    if (object?.version === version) return object.bytes;
    throw new ImportError('E_STORE_CONFLICT', `${name} was changed or removed`);
  }

  #set(name: string, bytes: string, version = String(MemoryStore.#versions++)): ObjectInfo {
    this.#disk.set(name, { bytes, version });
    return { name, size: bytes.length, version };
  }
}

/** Calls `step` around each operation that a store or its writers are asked for. */
export function around(store: Store, step: <T>(run: () => Promise<T>) => Promise<T>): Store {
  return {
    url: store.url,
    ...(store.renames !== undefined && { renames: store.renames }),
    list: (prefix) => step(() => store.list(prefix)),
    put: (name, bytes) => step(() => store.put(name, bytes)),
    read: (object, start, end) => step(() => store.read(object, start, end)),
    copy: (from, to, before) => step(() => store.copy(from, to, before)),
    remove: (name, before) => step(() => store.remove(name, before)),
    claim: (prefix) => step(() => store.claim(prefix)),
    release: (prefix) => step(() => store.release(prefix)),
    tidy: (name) => step(async () => store.tidy?.(name)),
    create: async (name, before) => {
      const writer = await step(() => store.create(name, before));
      return {
        write: (bytes) => step(() => writer.write(bytes)),
        close: () => step(() => writer.close()),
        abort: () => step(() => writer.abort()),
      };
    },
  };
}
