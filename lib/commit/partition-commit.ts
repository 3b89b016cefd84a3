/*
 * The commit protocol of one day.
 *
 * A reader trusts `_SUCCESS` and nothing else, so it may exist only beside exactly the files of one
 * run that wrote all its rows. Not every store can lock a day; instead a run lists it again and again:
 *
 * - before and after a part becomes visible or a foreign part is deleted. A `_SUCCESS` that is found
 *   then is another run's; this run removes it if it may have changed the files it vouches for;
 * - before it puts `_SUCCESS`: names, sizes and versions must be those that this run wrote;
 * - after it put `_SUCCESS`: if the same comparison fails, this run removes it again.
 *
 * So of two runs, the one that acts second sees the other's change. A store that can fence
 * (`Store.claim`) also closes the gap between a listing and the change that follows it.
 */
import { ImportError } from '../errors.ts';
import { formatDay } from '../route/by-day.ts';
import type { ObjectInfo, ObjectWriter, Store } from '../store/contract.ts';
import { partitionPrefix, SUCCESS } from './partition.ts';

/**
 * What to do with a day that already has `_SUCCESS`. `fail`: end the run before anything changes; `skip`: leave
 * that day as it is and write the others; `replace`: write the day again.
 */
export type IfExists = 'fail' | 'skip' | 'replace';

/** Commits one day: from its claim to `_SUCCESS`. Calls must not overlap. */
export class PartitionCommit {
  readonly prefix: string;
  /** Names, relative to `prefix`, of the files of other runs that this run deleted. */
  readonly removed: string[] = [];
  readonly #store: Store;
  readonly #day: string;
  readonly #success: string;
  readonly #written = new Map<string, ObjectInfo>();
  /** Whether this run may have deleted or replaced files of other runs. */
  #hasChanged = false;
  #isClaimed = false;
  #isChecked = false;

  constructor(store: Store, day: number) {
    this.#store = store;
    this.#day = formatDay(day);
    this.prefix = partitionPrefix(day);
    this.#success = this.prefix + SUCCESS;
  }

  /** Checks that the day has no `_SUCCESS`. @throws ImportError E_DAY_COMPLETE */
  async assertWritable(): Promise<void> {
    this.#isChecked = true;
    if (!this.#isComplete(await this.#store.list(this.prefix))) return;
    throw new ImportError(
      'E_DAY_COMPLETE',
      `${this.#day} is complete already: ${this.#store.url} has ${this.#success}; nothing was changed there`,
      {
        hint: '--if-exists skip leaves complete days as they are and writes the others, --if-exists replace writes them again (API: ifExists)',
      },
    );
  }

  /** Lists the day, unless `assertWritable` did, and claims it; resolves with false if it is skipped. */
  async begin(ifExists: IfExists): Promise<boolean> {
    if (ifExists === 'fail' && !this.#isChecked) await this.assertWritable();
    const complete = ifExists !== 'fail' && this.#isComplete(await this.#store.list(this.prefix));
    if (complete && ifExists === 'skip') return false;
    this.#isClaimed = true;
    await this.#store.claim(this.prefix);
    // Before any other change, because from here on the day is incomplete, whatever happens.
    if (complete) await this.#store.remove(this.#success);
    return true;
  }

  /** Makes a part visible under its final name. Resolves with what the store says of it. */
  async publish(writer: ObjectWriter): Promise<ObjectInfo> {
    await this.#list();
    let info: ObjectInfo;
    try {
      info = await writer.close();
    } catch (error) {
      // The part may have become visible nevertheless.
      this.#hasChanged = true;
      await this.#list().catch(() => {});
      throw error;
    }
    this.#written.set(info.name, info);
    await this.#list();
    return info;
  }

  /** Deletes the parts of other runs, compares, puts `_SUCCESS`, and compares again. */
  async commit(): Promise<void> {
    let objects = await this.#list();
    const foreign = objects.filter(({ name }) => isPart(name) && !this.#written.has(name));
    for (const { name } of foreign) {
      this.#hasChanged = true;
      await this.#store.remove(name);
      this.removed.push(name.slice(this.prefix.length));
    }
    if (foreign.length > 0) objects = await this.#list();
    this.#compare(objects);
    let mark: ObjectInfo;
    try {
      mark = await this.#store.put(this.#success, new Uint8Array(0));
    } catch (error) {
      // After a conflict the mark is another run's. After any other error it may exist, and then it is ours.
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
    if (this.#isClaimed) await this.#store.release(this.prefix);
    this.#isClaimed = false;
  }

  #isComplete(objects: readonly ObjectInfo[]): boolean {
    return objects.some(({ name }) => name === this.#success);
  }

  /** Lists the day; throws if another run has completed it in the meantime. */
  async #list(): Promise<ObjectInfo[]> {
    const objects = await this.#store.list(this.prefix);
    if (!this.#isComplete(objects)) return objects;
    const mixed = this.#hasChanged || objects.some((object) => this.#isOwn(object));
    const error = this.#conflict(
      mixed
        ? 'it put _SUCCESS over files of both runs, which was removed again'
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
        throw this.#conflict(`${part.name} was overwritten (${own.size} → ${part.size} bytes)`);
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
      { hint: 'let only one run at a time write a day; run again when the other one has ended' },
    );
  }

  /** Removes `_SUCCESS`. @param cause the error for which the day must not be complete */
  async #withdraw(cause: unknown): Promise<void> {
    try {
      await this.#store.remove(this.#success);
    } catch (error) {
      // A run that took over the day checks it itself; any other failure needs a person.
      if (isConflict(error)) return;
      throw new ImportError(
        'E_STORE_WRITE',
        `${this.#day} in ${this.#store.url} is not complete, but its _SUCCESS could not be removed: ${messageOf(error)} (after: ${messageOf(cause)})`,
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
