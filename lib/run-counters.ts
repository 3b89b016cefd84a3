import type { EventBatch } from './batch/event-batch.ts';
import {
  CODE_NAMES,
  CODE_NUMBERS,
  type FilterCode,
  LAST_FILTER,
  type RejectCode,
  type WarningCode,
} from './codes.ts';
import { ImportError } from './errors.ts';
import { rejectMessage } from './messages.ts';
import { closest } from './nearest.ts';
import { rejectBudget } from './options/reject-budget.ts';
import type { ConditionUse } from './parse/block.ts';
import type { PartitionReport, RejectRecord, Report, RunStatus, Shortfall } from './report.ts';
import { type DayRows, formatDay } from './route/by-day.ts';
import { addTimes, type DayTimes } from './route/day-times.ts';
import { withTimes } from './route/reported-times.ts';
import { MOST_DAYS, MOST_KEYS, type NeededEvents, shortfallOf } from './shortfall.ts';
import type { Retry } from './store/retry.ts';
import { addTo } from './sums.ts';

/** Milliseconds for which a retry is shown after it has begun, as its end is not reported. */
const SHOWN_MS = 1000;
const OTHER_DAY = CODE_NUMBERS.excluded_by_days;

/** Counts of events by what happened to them before they reach a file. */
export interface Counts {
  rowsIn: number;
  rowsRejected: number;
  filtered: ReadonlyMap<FilterCode, number>;
  rejects: ReadonlyMap<RejectCode, number>;
  warnings: ReadonlyMap<WarningCode, number>;
  /** Valid rows by UTC day, as days since 1970. */
  days: ReadonlyMap<number, number>;
  /** Rows by UTC day that was not asked for; not of more than MOST_DAYS days. */
  otherDays: ReadonlyMap<number, number>;
}

/** Counts what happens to the events of a run, and makes the run's report. */
export class RunCounters {
  rowsIn = 0;
  /** Rows written to files; `status` says whether they were committed. */
  rowsWritten = 0;
  rowsRejected = 0;
  daysCommitted = 0;
  /** Days to commit; undefined until the commits begin. */
  daysToCommit: number | undefined;
  bytesIn = 0;
  status: RunStatus = 'committed';
  partitions: PartitionReport[] = [];
  /** The last request that is being retried. */
  #retry: Retry | undefined;
  #retryUntil = 0;
  /** Sentences for a person: what the store could not clean up. */
  leftovers: readonly string[] = [];
  /** Sentences for a person: what servers do unlike their protocol. */
  readonly notes: Set<string> = new Set();
  ignoredFields: ReadonlyMap<string, number> = new Map();
  /** The paths of the mapping's conditions, by their slots. */
  conditionPaths: ReadonlyMap<number, string> = new Map();
  /** Events that the run must have to be committed; undefined: any number is enough. */
  needed: NeededEvents | undefined;
  /** Called with each day when its first valid row is counted, long before its first row group. */
  onDay: (day: number) => void = () => {};
  readonly #filtered = new Map<FilterCode, number>();
  readonly #rejects = new Map<RejectCode, number>();
  readonly #warnings = new Map<WarningCode, number>();
  readonly #days = new Map<number, number>();
  readonly #otherDays = new Map<number, number>();
  readonly #otherKeys = new Set<string>();
  readonly #conditions = new Map<number, ConditionUse>();
  readonly #times = new Map<number, DayTimes>();
  #shortfall: Shortfall | undefined;
  readonly #started = performance.now();

  /** Notes that a request to a cloud failed and is being retried. */
  noteRetry(retry: Retry): void {
    this.#retry = retry;
    this.#retryUntil = performance.now() + retry.wait + SHOWN_MS;
  }

  /** The request that is being retried, until shortly after its next attempt begins. */
  get retrying(): Retry | undefined {
    return performance.now() < this.#retryUntil ? this.#retry : undefined;
  }

  get seconds(): number {
    return (performance.now() - this.#started) / 1000;
  }

  /** Counts a routed batch, whose valid rows belong to `days`; yields its rejected events. */
  *count(batch: EventBatch, days: readonly DayRows[]): Generator<RejectRecord> {
    for (const { day, count } of days) this.#addDay(day, count);
    for (const code of batch.codes) if (code === 0) this.rowsIn++;
    yield* this.countLost(batch);
  }

  /** Counts the warnings of a batch and its rejected and filtered events; yields the rejected ones. */
  *countLost(batch: EventBatch): Generator<RejectRecord> {
    batch.warnings.forEach((count, code) => {
      if (count === 0) return;
      const name = CODE_NAMES[code] as WarningCode;
      this.#warnings.set(name, (this.#warnings.get(name) ?? 0) + count);
    });
    // A copy, because the view ends when the memory grows, and the consumer of the rejects may wait.
    const codes = batch.codes.slice();
    this.#countFiltered(codes, batch.days);
    for (let row = 0; row < codes.length; row++) {
      const code = codes[row] as number;
      if (code > LAST_FILTER) yield this.#reject(batch, row, CODE_NAMES[code] as RejectCode);
    }
  }

  /** Number of good events of a day so far. @param day days since 1970 */
  eventsOf(day: number): number {
    return this.#days.get(day) ?? 0;
  }

  /** Counts events that are left out on purpose. */
  leaveOut(code: FilterCode, rows: number): void {
    if (rows > 0) this.#filtered.set(code, (this.#filtered.get(code) ?? 0) + rows);
  }

  /** Number of events left out on purpose. */
  get rowsFiltered(): number {
    let sum = 0;
    for (const rows of this.#filtered.values()) sum += rows;
    return sum;
  }

  /** What was counted so far, to be added elsewhere with `add`. */
  get counts(): Counts {
    const { rowsIn, rowsRejected } = this;
    return {
      rowsIn,
      rowsRejected,
      filtered: this.#filtered,
      rejects: this.#rejects,
      warnings: this.#warnings,
      days: this.#days,
      otherDays: this.#otherDays,
    };
  }

  /** Adds counts of another thread. */
  add(counts: Counts): void {
    this.rowsIn += counts.rowsIn;
    this.rowsRejected += counts.rowsRejected;
    addTo(this.#filtered, counts.filtered);
    addTo(this.#rejects, counts.rejects);
    addTo(this.#warnings, counts.warnings);
    for (const [day, rows] of counts.days) this.#addDay(day, rows);
    for (const [day, rows] of counts.otherDays) this.#addOtherDay(day, rows);
  }

  /** Remembers event keys that `where` left out. */
  noteOtherKeys(keys: Iterable<string>): void {
    for (const key of keys) if (this.#otherKeys.size < MOST_KEYS) this.#otherKeys.add(key);
  }

  /** Remembers what events had at the path of a condition of the mapping. */
  noteCondition({ slot, present, absent }: ConditionUse): void {
    const before = this.#conditions.get(slot);
    this.#conditions.set(slot, {
      slot,
      present: present || before?.present === true,
      absent: absent || before?.absent === true,
    });
  }

  /** Adds when the good events of each day were. */
  noteTimes(times: ReadonlyMap<number, DayTimes>): void {
    addTimes(this.#times, times);
  }

  /** Counts something worth a warning that no batch has. */
  warn(code: WarningCode): void {
    this.#warnings.set(code, (this.#warnings.get(code) ?? 0) + 1);
  }

  /** Checks that every event was written, rejected or filtered. @throws ImportError E_ROWS_LOST */
  checkBalance(): void {
    const accounted = this.rowsWritten + this.rowsRejected + this.rowsFiltered;
    if (accounted !== this.rowsIn) {
      throw new ImportError(
        'E_ROWS_LOST',
        `read ${this.rowsIn} events, but wrote ${this.rowsWritten}, rejected ${this.rowsRejected} and filtered ${this.rowsFiltered}`,
        { hint: 'This is a defect of this program. Nothing was committed; please report it.' },
      );
    }
  }

  /**
   * Says why nothing may be committed, given that the whole input was read; undefined if nothing forbids it.
   *
   * @param maxRejects allowed rejects: a count, or a percentage of the events read such as `0.1%`
   */
  refusal(maxRejects: number | string): 'rejected' | 'empty' | 'too-few' | undefined {
    if (this.rowsRejected > rejectBudget(maxRejects, this.rowsIn)) return 'rejected';
    const short = this.needed && shortfallOf(this.#days, this.needed);
    if (short === undefined) return undefined;
    const absentPaths = this.#absentPaths();
    const otherDays = [...this.#otherDays].sort(([a], [b]) => a - b);
    this.#shortfall = {
      ...short,
      otherDays: Object.fromEntries(otherDays.map(([day, rows]) => [formatDay(day), rows])),
      otherKeys: [...this.#otherKeys],
      ...(absentPaths.length > 0 && { absentPaths }),
    };
    const isEmpty = short.events === 0 || Object.values(short.days).includes(0);
    return isEmpty ? 'empty' : 'too-few';
  }

  report(): Report {
    return {
      status: this.status,
      rowsIn: this.rowsIn,
      rowsWritten: this.rowsWritten,
      rowsRejected: this.rowsRejected,
      rowsFiltered: this.rowsFiltered,
      bytesIn: this.bytesIn,
      seconds: Math.round(this.seconds * 1000) / 1000,
      partitions: withTimes(this.partitions, this.#times),
      filtered: Object.fromEntries(this.#filtered),
      rejects: Object.fromEntries(this.#rejects),
      warnings: Object.fromEntries(this.#warnings),
      ignoredFields: Object.fromEntries(this.ignoredFields),
      ...(this.#shortfall && { shortfall: this.#shortfall }),
      ...(this.leftovers.length > 0 && { leftovers: this.leftovers }),
      ...(this.notes.size > 0 && { notes: [...this.notes] }),
    };
  }

  /** The paths of conditions that occur in no event, with the field that was probably meant. */
  #absentPaths(): NonNullable<Shortfall['absentPaths']> {
    const fields = [...this.ignoredFields.keys()];
    return [...this.#conditions.values()].flatMap(({ slot, present, absent }) => {
      const path = this.conditionPaths.get(slot);
      if (present || !absent || path === undefined) return [];
      const near = closest(path.split('.')[0] as string, fields);
      return [near === undefined ? { path } : { path, near }];
    });
  }

  #addDay(day: number, rows: number): void {
    const before = this.#days.get(day);
    this.#days.set(day, (before ?? 0) + rows);
    if (before === undefined) this.onDay(day);
  }

  /** Counts rows of a day that was not asked for, for a limited number of days: input may have events of any. */
  #addOtherDay(day: number, rows: number): void {
    const before = this.#otherDays.get(day);
    if (before === undefined && this.#otherDays.size >= MOST_DAYS) return;
    this.#otherDays.set(day, (before ?? 0) + rows);
  }

  /** Counts the rows of a batch that are not good, and why those were left out that are not wrong. */
  #countFiltered(codes: Uint8Array, days: Int32Array): void {
    const left = new Uint32Array(LAST_FILTER + 1);
    // Mostly rows of one day follow each other, and are added together.
    let day = 0;
    let rows = 0;
    for (let row = 0; row < codes.length; row++) {
      const code = codes[row] as number;
      if (code === 0) continue;
      this.rowsIn++;
      if (code > LAST_FILTER) continue;
      left[code] = (left[code] as number) + 1;
      if (code !== OTHER_DAY) continue;
      if (rows > 0 && days[row] !== day) {
        this.#addOtherDay(day, rows);
        rows = 0;
      }
      day = days[row] as number;
      rows++;
    }
    if (rows > 0) this.#addOtherDay(day, rows);
    left.forEach((count, code) => {
      this.leaveOut(CODE_NAMES[code] as FilterCode, count);
    });
  }

  #reject(batch: EventBatch, row: number, code: RejectCode): RejectRecord {
    this.rowsRejected++;
    this.#rejects.set(code, (this.#rejects.get(code) ?? 0) + 1);
    const { source, line, offset, raw } = batch.origin(row);
    return { source, line, offset, code, message: rejectMessage(batch, row, code), raw };
  }
}
