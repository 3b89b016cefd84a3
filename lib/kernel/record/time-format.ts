// Times in a format that a mapping names, such as `DD/MMM/YYYY:HH:mm:ss ZZ`. TypeScript (lib/record/time-format.ts)
// compiles it to a program: a byte for each part, and 0 at the end. Bytes from FORMAT_TEXT on are text, which a time
// has as it is.

import { CODE_OK, CODE_TS_INVALID, CODE_TS_OUT_OF_RANGE } from '../codes';
import { daysOf, digit, isDate, two } from './calendar';
import { NO_ZONE, readZone, zoneEnd } from './zone';

export const FORMAT_END: u32 = 0;
/** Four digits. */
export const FORMAT_YEAR: u32 = 1;
// Two digits, or FORMAT_SHORT more for one or two.
export const FORMAT_MONTH: u32 = 2;
export const FORMAT_DAY: u32 = 3;
export const FORMAT_HOUR: u32 = 4;
/** From 1 to 12. */
export const FORMAT_HALF_DAY_HOUR: u32 = 5;
export const FORMAT_MINUTE: u32 = 6;
export const FORMAT_SECOND: u32 = 7;
export const FORMAT_SHORT: u32 = 8;
/** `Jan` to `Dec`, in any case. */
export const FORMAT_MONTH_NAME: u32 = 16;
/** Three letters, which say nothing that the date does not. */
export const FORMAT_WEEKDAY: u32 = 17;
/** Digits of a second's fraction, at least one. */
export const FORMAT_FRACTION: u32 = 18;
/** `AM` or `PM`, in any case. */
export const FORMAT_AM_PM: u32 = 19;
/** A zone as in zone.ts. */
export const FORMAT_ZONE: u32 = 20;
export const FORMAT_TEXT: u32 = 32;

/** `DD/MMM/YYYY:HH:mm:ss ZZ`, as logs of Apache and nginx have it. */
export const LOG_FORMAT: usize = memory.data<u8>([3, 47, 16, 47, 1, 58, 4, 58, 6, 58, 7, 32, 20, 0]);

/** The time that was read last, in milliseconds, and whether it had no zone. */
export let formattedTime: i64 = 0;
export let formattedIsLocal: bool = false;

/** Lower-case names of the months as little-endian numbers of three bytes. */
const MONTHS: usize = memory.data<u32>([
  0x6e616a, 0x626566, 0x72616d, 0x727061, 0x79616d, 0x6e756a, 0x6c756a, 0x677561, 0x706573, 0x74636f, 0x766f6e, 0x636564,
]);
const LOWER_CASE: u32 = 0x202020;
const THREE_BYTES: u32 = 0xffffff;

/** Where reading goes on; 0 if the text does not fit the format. */
let at: usize = 0;

/** Reads `least` to `most` digits, at most to `end`. */
function readNumber(end: usize, least: u32, most: u32): u32 {
  let value: u32 = 0;
  let count: u32 = 0;
  for (; count < most && at < end && digit(at) < 10; count++) value = value * 10 + digit(at++);
  if (count < least) at = 0;
  return value;
}

/** The number of a month by the first letters of its name; 0 for no name. */
function readMonthName(end: usize): u32 {
  if (at + 3 > end) return 0;
  const name = (load<u32>(at) & THREE_BYTES) | LOWER_CASE;
  at += 3;
  for (let month: u32 = 0; month < 12; month++) if (load<u32>(MONTHS + (month << 2)) == name) return month + 1;
  return 0;
}

/** Milliseconds of a second's fraction. */
function readFraction(end: usize): u32 {
  const first = at;
  let ms: u32 = 0;
  let worth: u32 = 100;
  for (; at < end && digit(at) < 10; at++) {
    ms += digit(at) * worth;
    worth /= 10;
  }
  if (at == first) at = 0;
  return ms;
}

/** Hours to add for `AM` or `PM`: 0 or 12. */
function readAmPm(end: usize): u32 {
  if (at + 2 > end || (load<u8>(at + 1) | 0x20) != 0x6d) {
    at = 0;
    return 0;
  }
  const c = load<u8>(at) | 0x20;
  at = c == 0x61 || c == 0x70 ? at + 2 : 0;
  return c == 0x70 ? 12 : 0;
}

/** Skips the name of a weekday. */
function skipWeekday(end: usize): void {
  for (let i = 0; i < 3; i++, at++) {
    const isLetter = at < end && <u32>(load<u8>(at) | 0x20) - 0x61 < 26;
    if (!isLetter) {
      at = 0;
      return;
    }
  }
}

/** Reads the text [p, end) by the program at `format`. */
export function readFormatted(p: usize, end: usize, format: usize): u32 {
  let year: u32 = 0;
  let month: u32 = 1;
  let day: u32 = 1;
  let hour: u32 = 0;
  let half: u32 = 0;
  let minute: u32 = 0;
  let second: u32 = 0;
  let ms: u32 = 0;
  let offset: i32 = 0;
  formattedIsLocal = true;
  at = p;
  for (let part: u32 = load<u8>(format); part; part = load<u8>(++format)) {
    if (part >= FORMAT_TEXT) {
      at = at < end && load<u8>(at) == part ? at + 1 : 0;
    } else if (part == FORMAT_YEAR) year = readNumber(end, 4, 4);
    else if (part < FORMAT_MONTH_NAME) {
      const value = readNumber(end, part > FORMAT_SHORT ? 1 : 2, 2);
      part = part & (FORMAT_SHORT - 1);
      if (part == FORMAT_MONTH) month = value;
      else if (part == FORMAT_DAY) day = value;
      else if (part == FORMAT_HOUR) hour = value;
      else if (part == FORMAT_MINUTE) minute = value;
      else if (part == FORMAT_SECOND) second = value;
      else if (value < 1 || value > 12) return CODE_TS_INVALID;
      else hour = value % 12;
    } else if (part == FORMAT_MONTH_NAME) month = readMonthName(end);
    else if (part == FORMAT_FRACTION) ms = readFraction(end);
    else if (part == FORMAT_AM_PM) half = readAmPm(end);
    else if (part == FORMAT_WEEKDAY) skipWeekday(end);
    else {
      offset = readZone(at, end);
      if (offset == NO_ZONE) return CODE_TS_INVALID;
      at = zoneEnd;
      formattedIsLocal = false;
    }
    if (!at) return CODE_TS_INVALID;
  }
  hour += half;
  if (at != end || !isDate(year, month, day) || hour > 23 || minute > 59 || second > 59) return CODE_TS_INVALID;
  const seconds = hour * 3600 + minute * 60 + second;
  formattedTime = <i64>daysOf(year, month, day) * 86400000 + <i64>(seconds * 1000 + ms) - <i64>offset * 60000;
  return year == 0 ? CODE_TS_OUT_OF_RANGE : CODE_OK;
}
