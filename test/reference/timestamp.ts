import { floorDivide, readDecimal, scaled } from './decimal.ts';

/** How a mapping says `ts` is to be read. */
export interface TimestampOptions {
  unit?: 'auto' | 's' | 'ms' | 'us' | 'ns' | 'date' | undefined;
  timezone?: string | undefined;
  epochs?: 'utc' | 'local' | undefined;
}

export type TimestampError = 'ts_invalid' | 'ts_out_of_range' | 'ts_not_in_timezone';

/** Digits after the point of a second that the unit's last digit stands at. */
const UNITS = { s: 0n, ms: 3n, us: 6n, ns: 9n } as const;

const ISO =
  /^(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d+))?)?(?: ?(Z|UTC)| ?([+-])(\d\d)(?::?(\d\d))?)?$/;

/** The time of a log of Apache or nginx: `02/Jan/2023:15:04:05 +0900`. */
const LOG =
  /^(\d\d)\/([A-Za-z]{3})\/(\d{4}):(\d\d:\d\d:\d\d)( {1,2}(?:Z|UTC|[+-]\d\d(?::?\d\d)?))$/;
const MONTHS = 'jan feb mar apr may jun jul aug sep oct nov dec'.split(' ');

/** `YYYYMMDD` or `YYYYMMDDHHMMSS`. */
const DIGITS = /^(\d{8})(?:(\d\d)(\d\d)(\d\d))?$/;

/** Milliseconds since 1970 of a string or the text of a number, or the code of what is wrong. */
export function readTimestamp(
  text: string,
  options: TimestampOptions = {},
): bigint | TimestampError {
  const unit = options.unit ?? 'auto';
  const digits = DIGITS.exec(text);
  if (digits && (unit === 'auto' || unit === 'date')) {
    const [, date = '', hour = '00', minute = '00', second = '00'] = digits;
    const iso = `${date.replace(/(..)(..)$/, '-$1-$2')}T${hour}:${minute}:${second}`;
    const read = readTimestamp(iso, options);
    if (unit === 'date') return read;
    // Digits that are a date are never taken for an epoch.
    if (read !== 'ts_invalid') return 'ts_invalid';
  }
  const decimal = readDecimal(text);
  if (decimal && unit === 'date') return 'ts_invalid';
  if (decimal && unit !== 'date') {
    const places = unit === 'auto' ? guessUnit(text) : UNITS[unit];
    const { numerator, denominator } = scaled(decimal, 3n - places);
    const ms = floorDivide(numerator, denominator);
    if (options.epochs !== 'local' || options.timezone === undefined) return inRange(ms);
    // Only so far does `Date` go; the rest is out of range by any clock.
    if (ms < -(10n ** 15n) || ms > 10n ** 15n) return 'ts_out_of_range';
    return zoned(
      ms - floorDivide(ms, 1000n) * 1000n,
      floorDivide(ms, 1000n) * 1000n,
      options.timezone,
    );
  }
  const log = LOG.exec(text);
  if (log) {
    const [, day, name = '', year, time, zone = ''] = log;
    const month = String(MONTHS.indexOf(name.toLowerCase()) + 1).padStart(2, '0');
    return readTimestamp(`${year}-${month}-${day} ${time}${zone.trimStart()}`);
  }
  const match = ISO.exec(text);
  if (!match) return 'ts_invalid';
  const [, year, month, day, hour, minute, second = '0', fraction = '', utc, sign, hours, minutes] =
    match;
  // `Date.UTC` takes the years 0–99 for 1900–1999, so the year is set on its own.
  const date = new Date(0);
  date.setUTCFullYear(Number(year), Number(month) - 1, Number(day));
  date.setUTCHours(Number(hour), Number(minute), Number(second));
  const same =
    date.getUTCFullYear() === Number(year) &&
    date.getUTCMonth() === Number(month) - 1 &&
    date.getUTCDate() === Number(day) &&
    date.getUTCHours() === Number(hour) &&
    date.getUTCMinutes() === Number(minute) &&
    date.getUTCSeconds() === Number(second);
  if (!same) return 'ts_invalid';
  if (Number(hours ?? 0) > 23 || Number(minutes ?? 0) > 59) return 'ts_invalid';
  if (year === '0000') return 'ts_out_of_range';
  const local = BigInt(date.getTime());
  const milliseconds = BigInt(fraction.slice(0, 3).padEnd(3, '0'));
  if (sign !== undefined) {
    const offset = BigInt(Number(hours) * 60 + Number(minutes ?? 0)) * 60_000n;
    return inRange((sign === '-' ? local + offset : local - offset) + milliseconds);
  }
  if (utc !== undefined || options.timezone === undefined) return inRange(local + milliseconds);
  return zoned(milliseconds, local, options.timezone);
}

/** The moment of a local time: whole seconds as milliseconds, and the milliseconds besides. */
function zoned(milliseconds: bigint, local: bigint, timezone: string): bigint | TimestampError {
  const instants = instantsOf(local, timezone);
  if (instants.length !== 1) return 'ts_not_in_timezone';
  return inRange((instants[0] as bigint) + milliseconds);
}

/** `YYYY-MM-DD` of the UTC day. */
export function dayOf(ms: bigint): string {
  return new Date(Number(ms)).toISOString().slice(0, 10);
}

const FIRST = BigInt(Date.parse('0001-01-01T00:00:00.000Z'));
const LAST = BigInt(Date.parse('9999-12-31T23:59:59.999Z'));

function inRange(ms: bigint): bigint | TimestampError {
  return ms < FIRST || ms > LAST ? 'ts_out_of_range' : ms;
}

function guessUnit(text: string): bigint {
  const decimal = readDecimal(text.replace(/^[+-]/, ''));
  if (!decimal) throw new TypeError(`no number: ${text}`);
  const { numerator, denominator } = scaled(decimal, 0n);
  if (numerator < 10n ** 11n * denominator) return UNITS.s;
  if (numerator < 10n ** 14n * denominator) return UNITS.ms;
  if (numerator < 10n ** 17n * denominator) return UNITS.us;
  return UNITS.ns;
}

/** Every instant at which clocks of the zone show this local time (given as if it were UTC). */
function instantsOf(local: bigint, timezone: string): bigint[] {
  const hour = 3_600_000n;
  const offsets = new Set<bigint>();
  for (let step = -36n; step <= 36n; step++) {
    offsets.add(offsetAt(floorDivide(local, hour) * hour + step * hour, timezone));
  }
  return [...offsets]
    .map((offset) => local - offset)
    .filter((instant) => instant + offsetAt(instant, timezone) === local);
}

const formats = new Map<string, Intl.DateTimeFormat>();
const offsetsSeen = new Map<string, bigint>();

/** What clocks of the zone show at an instant of whole seconds, less the instant. */
function offsetAt(instant: bigint, timezone: string): bigint {
  const seenAs = `${timezone} ${instant}`;
  const seen = offsetsSeen.get(seenAs);
  if (seen !== undefined) return seen;
  let format = formats.get(timezone);
  if (!format) {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone: timezone,
      calendar: 'gregory',
      hourCycle: 'h23',
      era: 'short',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
    formats.set(timezone, format);
  }
  const parts = new Map<string, string>();
  for (const part of format.formatToParts(Number(instant))) parts.set(part.type, part.value);
  const number = (type: string): number => Number(parts.get(type));
  const shown = new Date(0);
  const year = parts.get('era')?.startsWith('B') ? 1 - number('year') : number('year');
  shown.setUTCFullYear(year, number('month') - 1, number('day'));
  shown.setUTCHours(number('hour'), number('minute'), number('second'));
  const offset = BigInt(shown.getTime()) - instant;
  if (offsetsSeen.size > 500_000) offsetsSeen.clear();
  offsetsSeen.set(seenAs, offset);
  return offset;
}
