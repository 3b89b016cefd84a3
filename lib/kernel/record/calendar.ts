// Digits and dates of times, as text.

import { ZERO } from '../ascii';

// @ts-ignore: decorator
@inline
export function digit(p: usize): u32 {
  return <u32>load<u8>(p) - ZERO;
}

/** The number of two digits; over 99 if they are not digits. */
// @ts-ignore: decorator
@inline
export function two(p: usize): u32 {
  const tens = digit(p);
  const ones = digit(p + 1);
  return tens < 10 && ones < 10 ? tens * 10 + ones : 1000;
}

/** Days since 1970 of a date in the proleptic Gregorian calendar (Hinnant, days_from_civil). */
export function daysOf(year: i32, month: i32, day: i32): i32 {
  const y = month <= 2 ? year - 1 : year;
  const era = y / 400;
  const yearOfEra = y - era * 400;
  const dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  const dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear;
  return era * 146097 + dayOfEra - 719468;
}

function daysInMonth(year: u32, month: u32): u32 {
  if (month == 2) return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28;
  return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
}

// @ts-ignore: decorator
@inline
export function isDate(year: u32, month: u32, day: u32): bool {
  return month >= 1 && month <= 12 && day >= 1 && day <= daysInMonth(year, month);
}
