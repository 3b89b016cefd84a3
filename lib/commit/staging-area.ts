import { randomBytes } from 'node:crypto';
import { STAGING, type Store } from '../store/contract.ts';

/** What the stages of all days of a run share. */
export class StagingArea {
  /** A name for the run that no other run has. */
  readonly run: string = randomBytes(8).toString('hex');
  readonly #store: Store;
  #names: Promise<readonly string[]> | undefined;

  constructor(store: Store) {
    this.#store = store;
  }

  /** Whether other runs had left something below a prefix when this run began: one listing for all days. */
  async holds(prefix: string): Promise<boolean> {
    this.#names ??= this.#store.list(STAGING).then((found) => found.map(({ name }) => name));
    return (await this.#names).some((name) => name.startsWith(prefix));
  }
}
