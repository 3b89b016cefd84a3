import type { EventBatch } from '../batch/event-batch.ts';
import { type DayRows, routeByDay } from './by-day.ts';
import { type DayRules, dayJudge } from './day-rules.ts';
import { type DayTimes, TimesOfDays } from './day-times.ts';
import { Duplicates } from './duplicates.ts';

export interface DayRouterOptions {
  /** UTC days and times that are taken. */
  days: DayRules;
  /** Bytes in which insert_ids are remembered to drop duplicates; undefined: duplicates stay. */
  dedupe?: number | undefined;
}

/** Which rows of a batch go to which UTC day. */
export class DayRouter {
  readonly #judge: (batch: EventBatch) => void;
  readonly #duplicates: Duplicates | undefined;
  readonly #times = new TimesOfDays();

  constructor({ days, dedupe }: DayRouterOptions) {
    this.#judge = dayJudge(days);
    this.#duplicates = dedupe === undefined ? undefined : new Duplicates(dedupe);
  }

  /**
   * Judges rows by their day and time, marks duplicates as filtered, and groups the good rows by day. Runs before
   * rejects are collected, which are counted together with what is left out.
   *
   * @throws ImportError E_DEDUPE_SPILL; E_USAGE for a batch that did not pass `truncateTimestamps`
   */
  route(batch: EventBatch): DayRows[] {
    batch.need('truncateTimestamps', 'route');
    this.#judge(batch);
    this.#duplicates?.drop(batch);
    const days = routeByDay(batch);
    this.#times.note(batch, days);
    return days;
  }

  /** When the good rows of each day were, as far as they were routed. */
  get times(): ReadonlyMap<number, DayTimes> {
    return this.#times.times;
  }

  /** Deletes the temporary file of duplicates. */
  close(): void {
    this.#duplicates?.close();
  }
}
