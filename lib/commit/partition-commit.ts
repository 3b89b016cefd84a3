/*
 * The commit protocol of one day.
 *
 * A reader trusts `_SUCCESS` and nothing else, so it may stand only beside exactly the files of one
 * run that wrote all its rows. A run cannot lock a day on every store; instead it looks again:
 *
 * - before and after each part becomes visible and each foreign part is deleted, a `_SUCCESS` there
 *   is another run's. If this run may have changed what that one vouches for, it takes it away;
 * - before `_SUCCESS` is put, the listing must be this run's record: names, sizes and versions;
 * - after it was put, the same once more, or it is taken away.
 *
 * Of two runs each thus sees the other's change, whichever comes second. A store that can fence
 * (`Store.claim`) also shuts the moment between a look and the change that follows it.
 */
import { ImportError } from '../errors.ts';
import { formatDay } from '../route/by-day.ts';
import type { ObjectInfo, ObjectWriter, Store } from '../store/contract.ts';
import { partitionPrefix, SUCCESS } from './partition.ts';

/**
 * A day that already has `_SUCCESS`: end the run before anything changes, leave the day as it is
 * and write the others, or write it anew.
 */
export type IfExists = 'fail' | 'skip' | 'replace';

/** One day's way from its first row to `_SUCCESS`. Calls must not overlap. */
export class PartitionCommit {
  readonly prefix: string;
  /** Names below `prefix` of the files that this run deleted. */
  readonly removed: string[] = [];
  readonly #store: Store;
  readonly #day: string;
  readonly #success: string;
  readonly #written = new Map<string, ObjectInfo>();
  /** Something of other runs may have been deleted or replaced by this one. */
  #changed = false;
  #claimed = false;
  #looked = false;

  constructor(store: Store, day: number) {
    this.#store = store;
    this.#day = formatDay(day);
    this.prefix = partitionPrefix(day);
    this.#success = this.prefix + SUCCESS;
  }

  /** @throws ImportError E_DAY_COMPLETE where the day is */
  async assertWritable(): Promise<void> {
    this.#looked = true;
    if (!this.#isComplete(await this.#store.list(this.prefix))) return;
    throw new ImportError(
      'E_DAY_COMPLETE',
      `${this.#day} is complete already: ${this.#store.url} has ${this.#success}; nothing was changed there`,
      {
        hint: '--if-exists skip leaves complete days as they are and writes the others, --if-exists replace writes them anew (API: ifExists)',
      },
    );
  }

  /** Looks at the day, unless `look` did, and takes it; false if it is complete and to be skipped. */
  async begin(ifExists: IfExists): Promise<boolean> {
    if (ifExists === 'fail' && !this.#looked) await this.assertWritable();
    const complete = ifExists !== 'fail' && this.#isComplete(await this.#store.list(this.prefix));
    if (complete && ifExists === 'skip') return false;
    this.#claimed = true;
    await this.#store.claim(this.prefix);
    // First of all: from here on the day is incomplete, whatever happens.
    if (complete) await this.#store.remove(this.#success);
    return true;
  }

  /** Makes a part visible under its final name. */
  async publish(writer: ObjectWriter): Promise<ObjectInfo> {
    await this.#list();
    let info: ObjectInfo;
    try {
      info = await writer.close();
    } catch (error) {
      // The part may have become visible all the same.
      this.#changed = true;
      await this.#list().catch(() => {});
      throw error;
    }
    this.#written.set(info.name, info);
    await this.#list();
    return info;
  }

  /** Deletes what is not this run's, compares, puts `_SUCCESS`, compares again. */
  async commit(): Promise<void> {
    let objects = await this.#list();
    const foreign = objects.filter(({ name }) => isPart(name) && !this.#written.has(name));
    for (const { name } of foreign) {
      this.#changed = true;
      await this.#store.remove(name);
      this.removed.push(name.slice(this.prefix.length));
    }
    if (foreign.length > 0) objects = await this.#list();
    this.#compare(objects);
    let mark: ObjectInfo;
    try {
      mark = await this.#store.put(this.#success, new Uint8Array(0));
    } catch (error) {
      // A conflict: it is another run's. Anything else: it may have been put, then it is ours.
      if (isConflict(error)) await this.#list();
      else await this.#withdraw(error);
      throw error;
    }
    try {
      const objects = await this.#store.list(this.prefix);
      this.#compare(objects);
      const found = objects.find(({ name }) => name === this.#success);
      if (found?.version !== mark.version || found.size !== 0) {
        throw this.#conflict('its _SUCCESS was removed or written by another run');
      }
    } catch (error) {
      await this.#withdraw(error);
      throw error;
    }
  }

  /** Ends the claim on the day, committed or not. */
  async release(): Promise<void> {
    if (this.#claimed) await this.#store.release(this.prefix);
    this.#claimed = false;
  }

  #isComplete(objects: readonly ObjectInfo[]): boolean {
    return objects.some(({ name }) => name === this.#success);
  }

  /** Lists the day and throws if another run has completed it meanwhile. */
  async #list(): Promise<ObjectInfo[]> {
    const objects = await this.#store.list(this.prefix);
    if (!this.#isComplete(objects)) return objects;
    const mixed = this.#changed || objects.some((object) => this.#isOwn(object));
    const error = this.#conflict(
      mixed
        ? 'it put _SUCCESS over files of both runs, which was taken away again'
        : 'it has completed the day, which stays as it is',
    );
    if (mixed) await this.#withdraw(error);
    throw error;
  }

  #isOwn({ name, version }: ObjectInfo): boolean {
    return this.#written.get(name)?.version === version;
  }

  #compare(objects: readonly ObjectInfo[]): void {
    const parts = objects.filter(({ name }) => isPart(name));
    for (const part of parts) {
      const own = this.#written.get(part.name);
      if (own === undefined) throw this.#conflict(`${part.name} appeared`);
      if (own.version !== part.version || own.size !== part.size) {
        throw this.#conflict(`${part.name} was written anew (${own.size} → ${part.size} bytes)`);
      }
    }
    if (parts.length === this.#written.size) return;
    const names = new Set(parts.map(({ name }) => name));
    const missing = [...this.#written.keys()].find((name) => !names.has(name));
    throw this.#conflict(`${missing} has disappeared`);
  }

  #conflict(what: string): ImportError {
    return new ImportError(
      'E_STORE_CONFLICT',
      `another run wrote ${this.#day} in ${this.#store.url} at the same time: ${what}`,
      { hint: 'let one run at a time write a day; run again when the other one has ended' },
    );
  }

  async #withdraw(cause: unknown): Promise<void> {
    try {
      await this.#store.remove(this.#success);
    } catch (error) {
      // A run that took the day over checks it itself; everything else needs a person.
      if (isConflict(error)) return;
      throw new ImportError(
        'E_STORE_WRITE',
        `${this.#day} in ${this.#store.url} is not complete, but its _SUCCESS could not be taken away: ${messageOf(error)} (after: ${messageOf(cause)})`,
        { hint: `delete ${this.#success} by hand before anything reads this day`, cause },
      );
    }
  }
}

function isPart(name: string): boolean {
  return name.endsWith('.parquet');
}

function isConflict(error: unknown): boolean {
  return error instanceof ImportError && error.code === 'E_STORE_CONFLICT';
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
