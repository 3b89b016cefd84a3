import type { EventBatch } from '../batch/event-batch.ts';
import { type DayRange, type DayRows, routeByDay } from './by-day.ts';
import { Duplicates } from './duplicates.ts';

export interface DayRouterOptions {
  /** UTC days that are wanted. */
  days: DayRange;
  /** Bytes in which insert_ids are remembered to drop duplicates; undefined: duplicates stay. */
  dedupe?: number | undefined;
}

/** Which rows of a batch go to which UTC day. */
export class DayRouter {
  readonly #days: DayRange;
  readonly #duplicates: Duplicates | undefined;

  constructor({ days, dedupe }: DayRouterOptions) {
    this.#days = days;
    this.#duplicates = dedupe === undefined ? undefined : new Duplicates(dedupe);
  }

  /**
   * Marks duplicates and rows of unwanted days as filtered, and groups the good rows by day.
   *
   * @throws ImportError E_DEDUPE_SPILL; E_USAGE for a batch that did not pass `truncateTimestamps`
   */
  route(batch: EventBatch): DayRows[] {
    batch.need('truncateTimestamps', 'route');
    this.#duplicates?.drop(batch, this.#days);
    return routeByDay(batch, this.#days);
  }

  /** Deletes the temporary file of duplicates. */
  close(): void {
    this.#duplicates?.close();
  }
}
