import type { AmbiguousMode } from './modes.ts';

const QUARTER_HOUR = 900_000;
const DAY = 86_400_000;
/** Most quarter hours that are remembered. When there are more, all are forgotten. */
const MOST_REMEMBERED = 20_000;

/**
 * Converts local times of an IANA time zone to UTC, by `Intl`. A local time that a clock change skips has no UTC time.
 * One that it repeats has the earlier or the later one, or none, as was asked for.
 */
export class TimeZone {
  readonly #format: Intl.DateTimeFormat;
  /** Local quarter hour → offset in ms, if the whole quarter has the same one. */
  readonly #offsets = new Map<number, number>();

  readonly #ambiguous: AmbiguousMode;

  /** @throws RangeError if there is no time zone with this name */
  constructor(name: string, ambiguous: AmbiguousMode = 'reject') {
    this.#ambiguous = ambiguous;
    this.#format = new Intl.DateTimeFormat('en-US', {
      timeZone: name,
      calendar: 'gregory',
      numberingSystem: 'latn',
      era: 'short',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
      hourCycle: 'h23',
    });
  }

  /** UTC ms of a local time, given as the ms it would have in UTC; undefined if it has none. */
  toUtc(local: number): number | undefined {
    const quarter = Math.floor(local / QUARTER_HOUR);
    let offset = this.#offsets.get(quarter);
    if (offset === undefined) {
      const start = this.#candidates(quarter * QUARTER_HOUR);
      const end = this.#candidates((quarter + 1) * QUARTER_HOUR - 1);
      if (start.length !== 1 || end.length !== 1 || start[0] !== end[0]) {
        return this.#nearChange(local);
      }
      offset = start[0] as number;
      if (this.#offsets.size >= MOST_REMEMBERED) this.#offsets.clear();
      this.#offsets.set(quarter, offset);
    }
    return local - offset;
  }

  /** UTC ms of a local time near a clock change. */
  #nearChange(local: number): number | undefined {
    const exact = this.#candidates(local).map((each) => local - each);
    if (exact.length === 0 || (exact.length > 1 && this.#ambiguous === 'reject')) return undefined;
    return this.#ambiguous === 'later' ? Math.max(...exact) : Math.min(...exact);
  }

  /** The offsets o for which the local time of the moment `local - o` is `local`. */
  #candidates(local: number): number[] {
    // An offset is less than a day, and a zone changes at most once in two days.
    const around = new Set([this.#offsetAt(local - DAY), this.#offsetAt(local + DAY)]);
    return [...around].filter((offset) => this.#offsetAt(local - offset) === offset);
  }

  /** Offset from UTC at a moment, in ms. */
  #offsetAt(utc: number): number {
    const second = Math.floor(utc / 1000) * 1000;
    const part: Record<string, string> = {};
    for (const { type, value } of this.#format.formatToParts(second)) part[type] = value;
    const year = part.era === 'BC' ? 1 - Number(part.year) : Number(part.year);
    const local = new Date(0);
    local.setUTCFullYear(year, Number(part.month) - 1, Number(part.day));
    local.setUTCHours(Number(part.hour), Number(part.minute), Number(part.second));
    return local.getTime() - second;
  }
}
