/*
 * The commit protocol of one day.
 *
 * A reader trusts `_SUCCESS` and nothing else, so it may exist only beside exactly the files of one
 * run that wrote all its rows.
 *
 * Files of a day that is complete are staged where no reader looks (stage.ts), and so is every file in
 * a store that renames. Until `commit`, the day is not touched. Then `_SUCCESS` goes, the staged files
 * come, those of other runs go, and `_SUCCESS` comes back. Only in between is the day incomplete.
 * Files of other days are written in place.
 *
 * Not every store can lock a day; instead a run lists it again and again:
 *
 * - before and after its files become visible or a foreign part is deleted. A `_SUCCESS` that is found
 *   then is another run's; this run removes it if it may have changed the files it vouches for;
 * - before it puts `_SUCCESS`: names, sizes and versions must be those that this run wrote;
 * - after it put `_SUCCESS`: if the same comparison fails, this run removes it again.
 *
 * So of two runs, the one that acts second sees the other's change. Between a listing and the change
 * that follows it, a folder has a fence (`Store.claim`), and a bucket a condition (`Before`).
 */
import type { ImportError } from '../errors.ts';
import { formatDay } from '../route/by-day.ts';
import type { ObjectInfo, ObjectWriter, Store } from '../store/contract.ts';
import { countEvents } from './event-count.ts';
import { inParallel } from './in-parallel.ts';
import type { KnownDay } from './known-day.ts';
import { isPart, partitionPrefix, SUCCESS, stagePrefix } from './partition.ts';
import { dayComplete, dayConflict, dayShrinks, isConflict, markStays } from './refusals.ts';
import { RepeatedDay } from './repeated-day.ts';
import { Stage } from './stage.ts';
import type { StagingArea } from './staging-area.ts';
import { byNames, WrittenFiles } from './written-files.ts';

/**
 * What to do with a day that already has `_SUCCESS`. `fail`: end the run before anything changes; `skip`: leave
 * that day as it is and write the others; `replace`: write the day again.
 */
export type IfExists = 'fail' | 'skip' | 'replace';

/** Commits one day: from its claim to `_SUCCESS`. Calls must not overlap. */
export class PartitionCommit {
  /** Names, relative to the day, of the files of other runs that this run deleted. */
  readonly removed: string[] = [];
  readonly #store: Store;
  readonly #day: string;
  readonly #prefix: string;
  readonly #success: string;
  readonly #area: StagingArea;
  readonly #came: () => number | undefined;
  readonly #stage: Stage;
  readonly #written = new WrittenFiles();
  /** Whether this run may have deleted or replaced files of other runs. */
  #hasChanged = false;
  #isClaimed = false;
  #isChecked = false;
  #isStaged = false;
  /** Whether the day had `_SUCCESS` when this run found it; undefined until then. */
  #wasComplete: boolean | undefined;
  /** Whether `_SUCCESS` may be there, because the store did not answer when it was to be removed. */
  #mayBeMarked = false;
  /** The day as this run found it, by names: what its files may replace. */
  #found: ReadonlyMap<string, ObjectInfo> = new Map();
  /** Present for a day that is complete, perhaps by the same run, which was killed later. */
  #repeated: RepeatedDay | undefined;

  /** @param came returns how many events of the day this run has so far, if that is known */
  constructor(store: Store, day: number, area: StagingArea, came: () => number | undefined) {
    this.#store = store;
    this.#came = came;
    this.#day = formatDay(day);
    this.#prefix = partitionPrefix(day);
    this.#success = this.#prefix + SUCCESS;
    this.#area = area;
    this.#stage = new Stage(store, area, stagePrefix(day));
  }

  /** What is known of the day so far. */
  get known(): KnownDay {
    return {
      wasComplete: this.#wasComplete,
      isUntouched: this.#wasComplete === true && !this.#hasChanged,
      isRepeated: this.#repeated !== undefined,
      isUncertain: this.#wasComplete === undefined || this.#mayBeMarked,
    };
  }

  /** Checks that the day has no `_SUCCESS`, except perhaps by the same run, killed later. @throws ImportError E_DAY_COMPLETE */
  async assertWritable(): Promise<void> {
    this.#isChecked = true;
    const objects = await this.#store.list(this.#prefix);
    if (!(await this.#noteComplete(objects))) return;
    if (!(await this.#area.wasCommitting(this.#day))) throw await this.#refusal(objects);
    this.#repeated = new RepeatedDay();
  }

  /** Lists the day, unless `assertWritable` did, and prepares to write it; resolves with false if it is skipped. */
  async begin(ifExists: IfExists): Promise<boolean> {
    if (ifExists === 'fail') {
      if (!this.#isChecked) await this.assertWritable();
    } else if (await this.#noteComplete(await this.#store.list(this.#prefix))) {
      if (ifExists === 'skip') return false;
    }
    if (this.#repeated !== undefined) return true;
    this.#isStaged = this.#wasComplete === true || this.#store.renames === true;
    await this.#stage.clear();
    if (!this.#isStaged) await this.#claim();
    return true;
  }

  /** Begins to write a part, given its name in the day. */
  async create(part: string): Promise<ObjectWriter> {
    if (this.#repeated !== undefined) return this.#repeated.create(part);
    if (this.#isStaged) return this.#stage.create(part);
    const name = this.#prefix + part;
    return this.#store.create(name, this.#found.get(name) ?? 'none');
  }

  /** Ends a part and makes it durable. Resolves with what the store says of it. */
  async close(part: string, writer: ObjectWriter): Promise<ObjectInfo> {
    if (this.#repeated !== undefined) return writer.close();
    if (!this.#isStaged) return this.#publish(writer);
    const info = await writer.close();
    this.#stage.add(info, this.#prefix + part);
    return info;
  }

  /**
   * Checks that a complete day is not replaced by fewer events, or is exactly what this run makes again.
   *
   * @throws ImportError E_DAY_SHRINKS, E_DAY_COMPLETE
   */
  async assertCommittable(rows: number, allowShrink: boolean): Promise<void> {
    if (!this.#wasComplete || (allowShrink && this.#repeated === undefined)) return;
    const objects = await this.#store.list(this.#prefix);
    if (this.#repeated !== undefined) {
      if (await this.#repeated.equals(this.#store, this.#prefix, objects)) return;
      throw await this.#refusal(objects);
    }
    if (!this.#isComplete(objects)) return;
    const { events } = await countEvents(this.#store, objects.filter(isPart));
    if (rows < events) throw dayShrinks(this.#day, this.#store.url, events, rows);
  }

  /** Publishes what is staged, deletes the parts of other runs, compares, puts `_SUCCESS`, and compares again. */
  async commit(): Promise<void> {
    if (this.#repeated !== undefined) return this.#claim(); // Revokes what the killed run left.
    if (this.#isStaged) await this.#publishStaged();
    let objects = await this.#list();
    const foreign = objects.filter((object) => isPart(object) && !this.#written.has(object.name));
    if (foreign.length > 0) this.#hasChanged = true;
    await inParallel(foreign, (object) => this.#store.remove(object.name, object));
    this.removed.push(...foreign.map(({ name }) => name.slice(this.#prefix.length)));
    // Before `_SUCCESS`, so that a kill after it leaves nothing staged.
    await this.#stage.close();
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
      const objects = await this.#store.list(this.#prefix);
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

  /** Removes what is staged and ends the claim on the day, committed or not. */
  async release(): Promise<void> {
    try {
      await this.#stage.close();
    } finally {
      if (this.#isClaimed) await this.#store.release(this.#prefix);
      this.#isClaimed = false;
    }
  }

  #refusal(objects: readonly ObjectInfo[]): Promise<ImportError> {
    const day = { day: this.#day, mark: this.#success, objects };
    return dayComplete(this.#store, day, this.#came());
  }

  async #claim(): Promise<void> {
    this.#isClaimed = true;
    await this.#store.claim(this.#prefix);
  }

  /** Makes a part visible under its final name. Resolves with what the store says of it. */
  async #publish(writer: ObjectWriter): Promise<ObjectInfo> {
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
    this.#written.add(info);
    await this.#list();
    return info;
  }

  /** Makes the day incomplete, and all staged parts visible under their final names. */
  async #publishStaged(): Promise<void> {
    // Before the complete day is touched.
    if (this.#wasComplete && !(await this.#stage.isWhole())) {
      throw this.#conflict('it removed the files of this run');
    }
    await this.#claim();
    const list = this.#wasComplete ? this.#store.list(this.#prefix) : this.#list();
    this.#found = byNames(await list);
    const mark = this.#found.get(this.#success);
    if (mark !== undefined) await this.#unmark(mark);
    this.#hasChanged = true;
    try {
      await this.#stage.publish(this.#found, (info) => this.#written.add(info));
    } catch (error) {
      await this.#list().catch(() => {});
      throw error;
    }
  }

  /** Removes the `_SUCCESS` that the day had before. */
  async #unmark(mark: ObjectInfo): Promise<void> {
    try {
      await this.#store.remove(mark.name, mark);
    } catch (error) {
      const isThere = await this.#store.list(this.#success).then(
        (objects) => this.#isComplete(objects),
        () => undefined,
      );
      this.#hasChanged = isThere !== true;
      this.#mayBeMarked = isThere === undefined;
      throw error;
    }
  }

  /** Notes the day as this run found it; if it is complete, removes what a killed run left beside `_SUCCESS`. */
  async #noteComplete(objects: readonly ObjectInfo[]): Promise<boolean> {
    this.#found = byNames(objects);
    const isComplete = this.#isComplete(objects);
    this.#wasComplete = isComplete;
    if (isComplete) await this.#store.tidy?.(this.#success);
    return isComplete;
  }

  #isComplete(objects: readonly ObjectInfo[]): boolean {
    return objects.some(({ name }) => name === this.#success);
  }

  /** Lists the day; throws if another run has completed it in the meantime. */
  async #list(): Promise<ObjectInfo[]> {
    const objects = await this.#store.list(this.#prefix);
    if (!this.#isComplete(objects)) return objects;
    const mixed = this.#hasChanged || objects.some((object) => this.#written.isOwn(object));
    const error = this.#conflict(
      mixed
        ? 'it put _SUCCESS over files of both runs, which was removed again'
        : 'it has completed the day, which stays as it is',
    );
    if (mixed) await this.#withdraw(error);
    throw error;
  }

  #compare(objects: readonly ObjectInfo[]): void {
    const difference = this.#written.difference(objects);
    if (difference !== undefined) throw this.#conflict(difference);
  }

  #conflict(what: string): ImportError {
    return dayConflict(this.#day, this.#store.url, what);
  }

  /** Removes `_SUCCESS`. @param cause the error for which the day must not be complete */
  async #withdraw(cause: unknown): Promise<void> {
    try {
      await this.#store.remove(this.#success);
    } catch (error) {
      // A run that took over the day checks it itself; any other failure needs a person.
      if (isConflict(error)) return;
      this.#mayBeMarked = true;
      throw markStays(this.#day, this.#store.url, { mark: this.#success, error, cause });
    }
  }
}
