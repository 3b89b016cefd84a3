// Times: ISO 8601 text, text in a named format, epoch numbers and digits of a date → milliseconds since 1970, rounded down
// (docs/decisions.md, ts).

import { COLON, MINUS, POINT, SLASH, SPACE, UPPER_T } from '../ascii';
import { CODE_OK, CODE_TS_INVALID, CODE_TS_MISSING, CODE_TS_OUT_OF_RANGE } from '../codes';
import { daysOf, digit, isDate, two } from './calendar';
import { digitCount, isInexactAt, leadingInteger, negative, point, readDecimal } from './decimal';
import { Batch, KIND_NULL, KIND_NUMBER, KIND_STRING, TS } from '../layout';
import { formattedIsLocal, formattedTime, LOG_FORMAT, readFormatted } from './time-format';
import { NO_ZONE, readZone, zoneEnd } from './zone';

export const UNIT_AUTO: u32 = 0;
export const UNIT_S: u32 = 1;
export const UNIT_MS: u32 = 2;
export const UNIT_US: u32 = 3;
export const UNIT_NS: u32 = 4;
/** Numbers are the digits of a date: `20230101` or `20230101093000`. */
export const UNIT_DATE: u32 = 5;

// The detail of a row whose time was read: whether it is local and waits for `setTime`, and above that the unit in
// which an epoch number was read, 0 for other times.
export const DETAIL_LOCAL: u32 = 1;
export const DETAIL_UNIT_SHIFT: u32 = 1;

const DAY: i64 = 86400000;
/** 0001-01-01T00:00:00.000Z, and the millisecond after 9999-12-31T23:59:59.999Z. */
const FIRST: i64 = -62135596800000;
const BEYOND: i64 = 253402300800000;

/** The time that was read last. */
let time: i64 = 0;
/** Whether it had no zone. */
let isLocal: bool = false;
/** The unit in which it was read, if it was an epoch number; else 0. */
let readUnit: u32 = 0;
/** Whether epoch numbers count by a local clock. */
let localEpochs: bool = false;
/** The format of all times (time-format.ts), or 0. */
let format: usize = 0;

// The last date that was read: most events share it with the one before.
let lastDate: u64 = 0;
let lastDateEnd: u16 = 0;
let lastDays: i32 = 0;

/** Reads the date `YYYY-MM-DD` at p: its days since 1970 are in `lastDays` then. */
function readDate(p: usize): u32 {
  if (load<u64>(p) == lastDate && load<u16>(p + 8) == lastDateEnd) return CODE_OK;
  const century = two(p);
  const yearOfCentury = two(p + 2);
  const month = two(p + 5);
  const day = two(p + 8);
  if (century > 99 || yearOfCentury > 99 || load<u8>(p + 4) != MINUS || load<u8>(p + 7) != MINUS) return CODE_TS_INVALID;
  const year = century * 100 + yearOfCentury;
  if (!isDate(year, month, day)) return CODE_TS_INVALID;
  if (year == 0) return CODE_TS_OUT_OF_RANGE;
  lastDays = daysOf(year, month, day);
  lastDate = load<u64>(p);
  lastDateEnd = load<u16>(p + 8);
  return CODE_OK;
}

/** Reads `YYYY-MM-DD`, a `T` or space, `HH:MM[:SS[.fraction]]` and maybe a zone. */
function readIso(p: usize, len: u32): u32 {
  if (len < 16) return CODE_TS_INVALID;
  const end = p + len;
  // The year 0000 is out of range, but only if the rest is well-formed.
  const code = readDate(p);
  if (code == CODE_TS_INVALID) return code;
  const separator = load<u8>(p + 10);
  const hour = two(p + 11);
  const minute = two(p + 14);
  if ((separator != UPPER_T && separator != SPACE) || load<u8>(p + 13) != COLON || hour > 23 || minute > 59) return CODE_TS_INVALID;
  p += 16;
  let second: u32 = 0;
  let ms: u32 = 0;
  if (p < end && load<u8>(p) == COLON) {
    if (p + 3 > end) return CODE_TS_INVALID;
    second = two(p + 1);
    if (second > 59) return CODE_TS_INVALID;
    p += 3;
    if (p < end && load<u8>(p) == POINT) {
      p++;
      const first = p;
      let worth: u32 = 100;
      for (; p < end && digit(p) < 10; p++) {
        ms += digit(p) * worth;
        worth /= 10;
      }
      if (p == first) return CODE_TS_INVALID;
    }
  }
  let offset: i32 = 0;
  isLocal = p == end;
  if (!isLocal) {
    offset = readZone(p, end);
    if (offset == NO_ZONE || zoneEnd != end) return CODE_TS_INVALID;
  }
  time = <i64>lastDays * DAY + <i64>((hour * 3600 + minute * 60 + second) * 1000 + ms) - <i64>offset * 60000;
  return code;
}

/** Bytes of the digits of a date, and of a date with a time of day. */
const DATE_DIGITS: u32 = 8;
const TIME_DIGITS: u32 = 14;

/** Reads the digits `YYYYMMDD` or `YYYYMMDDHHMMSS`, which have no zone. */
function readDigits(p: usize, len: u32): u32 {
  if (len != DATE_DIGITS && len != TIME_DIGITS) return CODE_TS_INVALID;
  const century = two(p);
  const yearOfCentury = two(p + 2);
  const month = two(p + 4);
  const day = two(p + 6);
  if (century > 99 || yearOfCentury > 99) return CODE_TS_INVALID;
  const year = century * 100 + yearOfCentury;
  if (!isDate(year, month, day)) return CODE_TS_INVALID;
  let seconds: u32 = 0;
  if (len == TIME_DIGITS) {
    const hour = two(p + 8);
    const minute = two(p + 10);
    const second = two(p + 12);
    if (hour > 23 || minute > 59 || second > 59) return CODE_TS_INVALID;
    seconds = hour * 3600 + minute * 60 + second;
  }
  isLocal = true;
  time = <i64>daysOf(year, month, day) * DAY + <i64>seconds * 1000;
  return year == 0 ? CODE_TS_OUT_OF_RANGE : CODE_OK;
}

/** Reads a number of seconds, milliseconds, microseconds or nanoseconds since 1970. */
function readEpoch(p: usize, len: u32, unit: u32, lenient: bool): u32 {
  if (!readDecimal(p, len, lenient)) return CODE_TS_INVALID;
  isLocal = localEpochs;
  if (unit == UNIT_AUTO) {
    // As an epoch, 20230101 would be in 1970 and 20230101093000 in 2611: whether it is one is not guessed.
    if (readDigits(p, len) != CODE_TS_INVALID) return CODE_TS_INVALID;
    isLocal = localEpochs;
    // |v| < 10^n if the point is at n or before.
    unit = digitCount == 0 || point <= 11 ? UNIT_S : point <= 14 ? UNIT_MS : point <= 17 ? UNIT_US : UNIT_NS;
  }
  readUnit = unit;
  const shifted = digitCount == 0 ? 0 : point + 3 * (2 - <i32>unit);
  if (shifted > 15) return CODE_TS_OUT_OF_RANGE;
  time = shifted > 0 ? <i64>leadingInteger(shifted) : 0;
  if (negative) time = -time - (isInexactAt(shifted) ? 1 : 0);
  return CODE_OK;
}

/** Reads a text or number in a format. */
function readInFormat(p: usize, len: u32, by: usize): u32 {
  const code = readFormatted(p, p + len, by);
  time = formattedTime;
  isLocal = formattedIsLocal;
  return code;
}

function readTime(p: usize, len: u32, kind: u32, unit: u32): u32 {
  readUnit = 0;
  if (kind <= KIND_NULL) return CODE_TS_MISSING;
  if (format && (kind == KIND_NUMBER || (kind == KIND_STRING && len != 0))) return readInFormat(p, len, format);
  if (kind == KIND_NUMBER) return unit == UNIT_DATE ? readDigits(p, len) : readEpoch(p, len, unit, false);
  if (kind != KIND_STRING) return CODE_TS_INVALID;
  if (len == 0) return CODE_TS_MISSING;
  // The fourth is no digit in an epoch number such as 251E-3.
  const isIso = len > 4 && load<u8>(p + 4) == MINUS && digit(p) < 10 && digit(p + 3) < 10;
  if (isIso) return readIso(p, len);
  if (len > 11 && load<u8>(p + 2) == SLASH && load<u8>(p + 11) == COLON) return readInFormat(p, len, LOG_FORMAT);
  return unit == UNIT_DATE ? readDigits(p, len) : readEpoch(p, len, unit, true);
}

/** Stores a row's UTC time and day, or rejects the row. */
// @ts-ignore: decorator
@inline
function storeTime(batch: Batch, row: u32, ms: i64): void {
  if (ms < FIRST || ms >= BEYOND) {
    store<u8>(batch.code + row, CODE_TS_OUT_OF_RANGE);
    return;
  }
  store<i64>(batch.ts + (row << 3), ms);
  store<i32>(batch.day + (row << 2), <i32>((ms - FIRST) / DAY + FIRST / DAY));
}

/**
 * Reads the time of every good row, in a format unless `formatAt` is 0, or rejects the row. Times without a zone count as UTC; with `keepLocal`
 * they stay local and get the detail DETAIL_LOCAL, for `setTime`. Numbers are UTC; with `localNumbers` they have no zone.
 * Returns the number of local times.
 */
export function readTimes(batchAt: usize, unit: u32, keepLocal: bool, localNumbers: bool, formatAt: usize): u32 {
  const batch = changetype<Batch>(batchAt);
  localEpochs = localNumbers;
  format = formatAt;
  let local: u32 = 0;
  for (let row: u32 = 0; row < batch.rows; row++) {
    if (load<u8>(batch.code + row)) continue;
    const index = TS * batch.rowCap + row;
    const code = readTime(
      load<u32>(batch.scalarStart + (index << 2)),
      load<u32>(batch.scalarLen + (index << 2)),
      load<u8>(batch.scalarKind + index),
      unit,
    );
    store<u32>(batch.detail + (row << 2), readUnit << DETAIL_UNIT_SHIFT);
    if (code) store<u8>(batch.code + row, code);
    else if (isLocal && keepLocal) {
      store<i64>(batch.ts + (row << 3), time);
      store<u32>(batch.detail + (row << 2), (readUnit << DETAIL_UNIT_SHIFT) | DETAIL_LOCAL);
      local++;
    } else storeTime(batch, row, time);
  }
  return local;
}

/** Sets the UTC time of a row whose time was local. */
export function setTime(batchAt: usize, row: u32, ms: f64): void {
  storeTime(changetype<Batch>(batchAt), row, <i64>ms);
}
