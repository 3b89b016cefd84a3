import { randomBytes } from 'node:crypto';
import { type ObjectInfo, STAGING, type Store } from '../store/contract.ts';

/** The days that a run has begun to commit. It is there from before its first commit until after its last one. */
interface CommitRecord {
  name: string;
  days: readonly string[];
}

/** What the days of a run share below `_hackle/`. */
export class StagingArea {
  /** A name for the run that no other run has. */
  readonly run: string = randomBytes(8).toString('hex');
  readonly #store: Store;
  #objects: Promise<readonly ObjectInfo[]> | undefined;
  #records: Promise<readonly CommitRecord[]> | undefined;
  /** Whether the store may have a note of this run. */
  #isNoted = false;

  constructor(store: Store) {
    this.#store = store;
  }

  /** Whether other runs had left something below a prefix when this run began: one listing for all days. */
  async holds(prefix: string): Promise<boolean> {
    return (await this.#list()).some(({ name }) => name.startsWith(prefix));
  }

  /** Whether a run that has not ended, or was killed, had begun to commit a day. */
  async wasCommitting(day: string): Promise<boolean> {
    this.#records ??= this.#readRecords();
    return (await this.#records).some(({ days }) => days.includes(day));
  }

  /** Notes that the commit of these days begins. */
  async beginCommit(days: readonly string[]): Promise<void> {
    // Those of other runs are read before this run has one.
    this.#records ??= this.#readRecords();
    await this.#records;
    this.#isNoted = true;
    await this.#store.put(this.#record, Buffer.from(JSON.stringify({ days })));
  }

  /**
   * Forgets this run's note, and those of other runs that had begun to commit one of these days, which are all
   * complete now; also notes that a killed run did not write to their end. It does not fail, because the days are
   * complete: a note that stays is removed by the next run that completes such a day.
   */
  async endCommit(days: readonly string[]): Promise<void> {
    this.#records ??= this.#readRecords();
    const records = await this.#records.catch(() => []);
    const ended = records.filter(
      (record) => record.days.length === 0 || record.days.some((day) => days.includes(day)),
    );
    for (const { name } of ended) await this.#store.remove(name).catch(() => {});
    await this.cancelCommit();
  }

  /** Forgets this run's note, because it has committed no day. It does not fail: the note does no harm. */
  async cancelCommit(): Promise<void> {
    if (this.#isNoted) await this.#store.remove(this.#record).catch(() => {});
    this.#isNoted = false;
    // Folders that a killed run has emptied, and not removed.
    await this.#store.tidy?.(STAGING).catch(() => {});
  }

  get #record(): string {
    return `${STAGING}${this.run}.commit`;
  }

  #list(): Promise<readonly ObjectInfo[]> {
    this.#objects ??= this.#store.list(STAGING);
    return this.#objects;
  }

  async #readRecords(): Promise<CommitRecord[]> {
    const objects = (await this.#list()).filter(({ name }) => /^[^/]*\/[^/]*\.commit$/.test(name));
    return Promise.all(
      objects.map(async (object) => {
        const bytes = await this.#store.read(object, 0, object.size).catch(() => Buffer.alloc(0));
        return { name: object.name, days: daysIn(Buffer.from(bytes).toString()) };
      }),
    );
  }
}

/** Returns the days of a record; none if it was not written to its end. */
function daysIn(text: string): readonly string[] {
  try {
    const { days } = JSON.parse(text) as { days?: unknown };
    return Array.isArray(days) ? days.filter((day) => typeof day === 'string') : [];
  } catch {
    return [];
  }
}
