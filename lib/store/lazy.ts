import type { Before, ObjectInfo, ObjectWriter, Store } from './contract.ts';

/** Loads the code of a store when it is first used: a cloud's SDK takes longer to load than `--help` may take. */
export class LazyStore implements Store {
  readonly url: string;
  readonly #load: () => Promise<Store>;
  #loading: Promise<Store> | undefined;
  #store: Store | undefined;

  constructor(url: string, load: () => Promise<Store>) {
    this.url = url;
    this.#load = load;
  }

  get leftovers(): readonly string[] {
    return this.#store?.leftovers ?? [];
  }

  get renames(): boolean {
    return this.#store?.renames ?? false;
  }

  async list(prefix: string): Promise<ObjectInfo[]> {
    return (await this.#open()).list(prefix);
  }

  async create(name: string, before?: Before): Promise<ObjectWriter> {
    return (await this.#open()).create(name, before);
  }

  async put(name: string, bytes: Uint8Array): Promise<ObjectInfo> {
    return (await this.#open()).put(name, bytes);
  }

  async read(object: ObjectInfo, start: number, end: number): Promise<Uint8Array> {
    return (await this.#open()).read(object, start, end);
  }

  async modified(object: ObjectInfo): Promise<number> {
    return (await (await this.#open()).modified?.(object)) ?? Number.NaN;
  }

  async copy(from: ObjectInfo, to: string, before?: Before): Promise<ObjectInfo> {
    return (await this.#open()).copy(from, to, before);
  }

  async remove(name: string, before?: ObjectInfo): Promise<void> {
    await (await this.#open()).remove(name, before);
  }

  async claim(prefix: string): Promise<void> {
    await (await this.#open()).claim(prefix);
  }

  async release(prefix: string): Promise<void> {
    await (await this.#open()).release(prefix);
  }

  async tidy(name: string): Promise<void> {
    await (await this.#open()).tidy?.(name);
  }

  async #open(): Promise<Store> {
    this.#loading ??= this.#load();
    this.#store ??= await this.#loading;
    return this.#store;
  }
}
