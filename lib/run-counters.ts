import type { EventBatch } from './batch/event-batch.ts';
import {
  CODE_NAMES,
  type FilterCode,
  LAST_FILTER,
  type RejectCode,
  type WarningCode,
} from './codes.ts';
import { ImportError } from './errors.ts';
import { rejectMessage } from './messages.ts';
import { rejectBudget } from './options/reject-budget.ts';
import type { PartitionReport, RejectRecord, Report, RunStatus } from './report.ts';
import type { DayRows } from './route/by-day.ts';
import type { Retry } from './store/retry.ts';

/** Milliseconds for which a retry is shown after it has begun, as its end is not reported. */
const SHOWN_MS = 1000;

/** Counts of events by what happened to them before they reach a file. */
export interface Counts {
  rowsIn: number;
  rowsRejected: number;
  filtered: ReadonlyMap<FilterCode, number>;
  rejects: ReadonlyMap<RejectCode, number>;
  warnings: ReadonlyMap<WarningCode, number>;
  /** UTC days that have valid rows, as days since 1970. */
  days: ReadonlySet<number>;
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
  ignoredFields: ReadonlyMap<string, number> = new Map();
  /** Called with each day when its first valid row is counted, long before its first row group. */
  onDay: (day: number) => void = () => {};
  readonly #filtered = new Map<FilterCode, number>();
  readonly #rejects = new Map<RejectCode, number>();
  readonly #warnings = new Map<WarningCode, number>();
  readonly #days = new Set<number>();
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
    for (const { day } of days) this.#seeDay(day);
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
    const left = new Uint32Array(LAST_FILTER + 1);
    for (let row = 0; row < codes.length; row++) {
      const code = codes[row] as number;
      if (code === 0) continue;
      this.rowsIn++;
      if (code <= LAST_FILTER) left[code] = (left[code] as number) + 1;
      else yield this.#reject(batch, row, CODE_NAMES[code] as RejectCode);
    }
    left.forEach((rows, code) => {
      this.leaveOut(CODE_NAMES[code] as FilterCode, rows);
    });
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
    };
  }

  /** Adds counts of another thread. */
  add(counts: Counts): void {
    this.rowsIn += counts.rowsIn;
    this.rowsRejected += counts.rowsRejected;
    addTo(this.#filtered, counts.filtered);
    addTo(this.#rejects, counts.rejects);
    addTo(this.#warnings, counts.warnings);
    for (const day of counts.days) this.#seeDay(day);
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

  /** Whether the rejects are within a budget: a count, or a percentage of the events read such as `0.1%`. */
  isWithin(maxRejects: number | string): boolean {
    return this.rowsRejected <= rejectBudget(maxRejects, this.rowsIn);
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
      partitions: this.partitions,
      filtered: Object.fromEntries(this.#filtered),
      rejects: Object.fromEntries(this.#rejects),
      warnings: Object.fromEntries(this.#warnings),
      ignoredFields: Object.fromEntries(this.ignoredFields),
      ...(this.leftovers.length > 0 && { leftovers: this.leftovers }),
    };
  }

  #seeDay(day: number): void {
    if (this.#days.has(day)) return;
    this.#days.add(day);
    this.onDay(day);
  }

  #reject(batch: EventBatch, row: number, code: RejectCode): RejectRecord {
    this.rowsRejected++;
    this.#rejects.set(code, (this.#rejects.get(code) ?? 0) + 1);
    const { source, line, offset, raw } = batch.origin(row);
    return { source, line, offset, code, message: rejectMessage(batch, row, code), raw };
  }
}

function addTo<K>(sums: Map<K, number>, counts: ReadonlyMap<K, number>): void {
  for (const [key, count] of counts) sums.set(key, (sums.get(key) ?? 0) + count);
}

/** Returns the sums of two maps of counts. */
export function mergedCounts(
  a: ReadonlyMap<string, number>,
  b: ReadonlyMap<string, number>,
): ReadonlyMap<string, number> {
  const sums = new Map(a);
  addTo(sums, b);
  return sums;
}
