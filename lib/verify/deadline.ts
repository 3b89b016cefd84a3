import { TimeZone } from '../record/time-zone.ts';
import { MS_PER_DAY, parseDay } from '../route/by-day.ts';

/** A time of day in a zone, by which each UTC day has to be complete. */
export class Deadline {
  readonly #zone: TimeZone;
  readonly #ms: number;

  /** @param time `13:00` @param tz an IANA time zone */
  constructor(time: string, tz: string) {
    this.#zone = new TimeZone(tz, 'earlier');
    this.#ms = (Number(time.slice(0, 2)) * 60 + Number(time.slice(3))) * 60_000;
  }

  /** Returns when a day is due: at the first such time after it is over. Milliseconds since 1970. */
  of(day: string): number {
    const over = (parseDay(day) + 1) * MS_PER_DAY;
    // The local day of that moment is the UTC day, the one before or the one after.
    for (let local = over - MS_PER_DAY; local <= over + MS_PER_DAY; local += MS_PER_DAY) {
      // A time that a clock change skips comes when the clock has gone forward.
      const due =
        this.#zone.toUtc(local + this.#ms) ?? this.#zone.toUtc(local + this.#ms + 3_600_000);
      if (due !== undefined && due >= over) return due;
    }
    return over + MS_PER_DAY;
  }
}
