import type { EventBatch } from '../batch/event-batch.ts';
import type { Kernel } from '../batch/kernel.ts';
import { getField, setFields } from '../batch/struct.ts';
import type { DayRows } from './by-day.ts';

/** When the events of a UTC day were. */
export interface DayTimes {
  /** Milliseconds from the day's beginning to its first event. */
  first: number;
  /** Milliseconds from the day's beginning to its last event. */
  last: number;
  /** Number of events in each of the day's 96 quarters of an hour. */
  slots: Uint32Array;
}

/**
 * Notes when the events of each day were. While a run lasts, in the memory of the batches' kernel: 512 bytes a day.
 * Batches of one kernel should follow each other.
 */
export class TimesOfDays {
  readonly #times = new Map<number, DayTimes>();
  #kernel: Kernel | undefined;
  /** Day → address of its DayTimes in the kernel. */
  readonly #places = new Map<number, number>();

  /** Adds the rows of a routed batch. */
  note(batch: EventBatch, days: readonly DayRows[]): void {
    const { kernel } = batch;
    if (kernel !== this.#kernel) {
      this.#collect();
      this.#kernel = kernel;
    }
    for (const { day, first, count } of days) {
      const place = this.#places.get(day) ?? this.#add(kernel, day);
      kernel.fn.noteTimes(batch.address, place, first, count);
    }
  }

  /** All times noted so far, by day. */
  get times(): ReadonlyMap<number, DayTimes> {
    this.#collect();
    return this.#times;
  }

  #add(kernel: Kernel, day: number): number {
    const size = kernel.sizeOf('DayTimes') + 4 * kernel.constant('DAY_SLOTS');
    const place = kernel.arena.alloc(size);
    kernel.u8.fill(0, place, place + size);
    setFields(kernel, 'DayTimes', place, { first: 0xffff_ffff });
    this.#places.set(day, place);
    return place;
  }

  /** Moves what is noted out of the kernel's memory. */
  #collect(): void {
    const kernel = this.#kernel;
    if (kernel === undefined) return;
    const header = kernel.sizeOf('DayTimes');
    for (const [day, place] of this.#places) {
      const begin = (place + header) >>> 2;
      const times: DayTimes = {
        first: getField(kernel, 'DayTimes', place, 'first'),
        last: getField(kernel, 'DayTimes', place, 'last'),
        slots: kernel.u32.slice(begin, begin + kernel.constant('DAY_SLOTS')),
      };
      addTimes(this.#times, new Map([[day, times]]));
      kernel.arena.free(place);
    }
    this.#places.clear();
  }
}

/** Adds times to those that are known of each day. */
export function addTimes(known: Map<number, DayTimes>, more: ReadonlyMap<number, DayTimes>): void {
  for (const [day, times] of more) {
    const before = known.get(day);
    if (before === undefined) {
      known.set(day, times);
      continue;
    }
    before.first = Math.min(before.first, times.first);
    before.last = Math.max(before.last, times.last);
    times.slots.forEach((count, slot) => {
      before.slots[slot] = (before.slots[slot] as number) + count;
    });
  }
}
