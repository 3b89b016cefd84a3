import { ImportError } from '../errors.ts';
import { byName } from './by-name.ts';
import type { ObjectInfo, ObjectWriter, Store } from './contract.ts';

/** Reads from another store and writes nothing: what would change is only remembered. */
export class DryRunStore implements Store {
  readonly #store: Store;
  /** What this run would have written (an object) or removed (undefined). */
  readonly #changes = new Map<string, ObjectInfo | undefined>();
  #versions = 0;

  constructor(store: Store) {
    this.#store = store;
  }

  get url(): string {
    return this.#store.url;
  }

  get leftovers(): readonly string[] {
    return this.#store.leftovers ?? [];
  }

  get renames(): boolean {
    return this.#store.renames ?? false;
  }

  async list(prefix: string): Promise<ObjectInfo[]> {
    const objects = (await this.#store.list(prefix)).filter(({ name }) => !this.#changes.has(name));
    for (const [name, object] of this.#changes) {
      if (object !== undefined && name.startsWith(prefix)) objects.push(object);
    }
    return objects.sort(byName);
  }

  async create(name: string): Promise<ObjectWriter> {
    let size = 0;
    let open = true;
    const assertOpen = (): void => {
      if (!open) throw new ImportError('E_INTERNAL', `${name} is no longer being written`);
    };
    return {
      write: async (bytes) => {
        assertOpen();
        size += bytes.byteLength;
      },
      close: async () => {
        assertOpen();
        open = false;
        return this.#add(name, size);
      },
      abort: async () => {
        open = false;
      },
    };
  }

  async put(name: string, bytes: Uint8Array): Promise<ObjectInfo> {
    if ((await this.list(name)).some((object) => object.name === name)) {
      throw new ImportError('E_STORE_CONFLICT', `${this.url}/${name} exists already`);
    }
    return this.#add(name, bytes.byteLength);
  }

  async read(object: ObjectInfo, start: number, end: number): Promise<Uint8Array> {
    if (this.#changes.has(object.name)) {
      throw new ImportError('E_INTERNAL', `a dry run has no bytes of ${object.name}`);
    }
    return this.#store.read(object, start, end);
  }

  async copy(from: ObjectInfo, to: string): Promise<ObjectInfo> {
    if (!(await this.list(from.name)).some(({ version }) => version === from.version)) {
      throw new ImportError('E_STORE_CONFLICT', `${this.url}/${from.name} was changed or removed`);
    }
    return this.#add(to, from.size);
  }

  async remove(name: string): Promise<void> {
    this.#changes.set(name, undefined);
  }

  async claim(): Promise<void> {}

  async release(): Promise<void> {}

  #add(name: string, size: number): ObjectInfo {
    const object = { name, size, version: `dry-run-${this.#versions++}` };
    this.#changes.set(name, object);
    return object;
  }
}
