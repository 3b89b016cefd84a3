import type { ObjectInfo, ObjectWriter, Store } from '../store/contract.ts';
import { inParallel } from './in-parallel.ts';
import type { StagingArea } from './staging-area.ts';

/**
 * The files of one day that are written but not published: `_hackle/2023-01-01/RUN.000000000000.part`. The folder
 * belongs to the day, not to the run, so that the next run of the day finds and removes what a killed one left.
 */
export class Stage {
  readonly #store: Store;
  readonly #area: StagingArea;
  readonly #prefix: string;
  /** The staged files by the names that they will have. */
  readonly #parts = new Map<string, ObjectInfo>();
  /** What may be there: also files whose end failed, since a request may succeed without an answer. */
  readonly #names = new Set<string>();
  #isOpen = false;

  constructor(store: Store, area: StagingArea, prefix: string) {
    this.#store = store;
    this.#area = area;
    this.#prefix = prefix;
  }

  /** Removes what earlier runs have left, or have staged but not published: they will find that it is gone. */
  async clear(): Promise<void> {
    if (!(await this.#area.holds(this.#prefix))) return;
    await this.#remove((await this.#store.list(this.#prefix)).map(({ name }) => name));
  }

  /** Begins to write a file, given the name that it will have in the day. */
  create(part: string): Promise<ObjectWriter> {
    const name = `${this.#prefix}${this.#area.run}.${part.replace(/\.parquet$/, '')}.part`;
    this.#names.add(name);
    this.#isOpen = true;
    return this.#store.create(name);
  }

  /** Notes a file that is staged, and the name that it will have. */
  add(staged: ObjectInfo, name: string): void {
    this.#parts.set(name, staged);
  }

  /** Whether everything that was staged is still there. */
  async isWhole(): Promise<boolean> {
    const listed = await this.#store.list(this.#prefix);
    const found = new Set(listed.map(({ name, version }) => `${name} ${version}`));
    return [...this.#parts.values()].every(({ name, version }) => found.has(`${name} ${version}`));
  }

  /**
   * Copies all files to their names.
   *
   * @param found what the names have now
   * @param note called with each file as it then is
   */
  async publish(
    found: ReadonlyMap<string, ObjectInfo>,
    note: (file: ObjectInfo) => void,
  ): Promise<void> {
    await inParallel([...this.#parts], async ([name, staged]) => {
      note(await this.#store.copy(staged, name, found.get(name) ?? 'none'));
      if (this.#store.renames) this.#names.delete(staged.name);
    });
  }

  /** Removes what this run has staged. */
  async close(): Promise<void> {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    try {
      await this.#remove([...this.#names]);
    } finally {
      await this.#store.release(this.#prefix);
    }
  }

  async #remove(names: readonly string[]): Promise<void> {
    await inParallel(names, (name) => this.#store.remove(name));
  }
}
