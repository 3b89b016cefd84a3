// The vendor's limits, and the names of operating systems that it does not know.

import {
  CODE_EVENT_KEY_TOO_LONG,
  CODE_EVENT_PROPERTIES_TOO_MANY,
  CODE_IDENTIFIER_VALUE_LENGTH,
  CODE_OK,
  CODE_OSNAME_UNKNOWN,
  CODE_PROPERTY_KEY_TOO_LONG,
  CODE_PROPERTY_VALUE_TOO_LONG,
  CODE_USER_PROPERTIES_TOO_MANY,
} from '../codes';
import {
  EVENT_KEY,
  EVENT_PROPERTIES,
  IDENTIFIERS,
  MapEntry,
  PLATFORM_PROPERTIES,
  USER_PROPERTIES,
} from '../layout';
import { batch, beginRecords, count, firstEntry, KEY_OSNAME, keys, offsetAt } from './rows';
import { utf16Length } from '../utf8';

// The limits of the vendor's SDKs (docs/decisions.md, Vendor limits): UTF-16 code units, entries in an event.
const EVENT_KEY_UNITS: u32 = 128;
const EVENT_PROPERTIES_MOST: u32 = 64;
const USER_PROPERTIES_MOST: u32 = 128;
const PROPERTY_KEY_UNITS: u32 = 128;
const PROPERTY_VALUE_UNITS: u32 = 1024;
const IDENTIFIER_UNITS: u32 = 512;

/** Counts what passes a limit; with `reject`, rejects the row at the first. Keys must be in lower case. */
export function checkLimits(batchAt: usize, keysAt: usize, reject: bool): void {
  beginRecords(batchAt, keysAt);
  if (isWithinLimits()) return;
  for (let row: u32 = 0; row < batch.rows; row++) {
    if (load<u8>(batch.code + row) == CODE_OK) store<u8>(batch.code + row, <u8>limitRow(row, reject));
  }
}

/**
 * Whether the longest of all texts is within the limits, so that no row needs a look. A text has at most as
 * many UTF-16 code units as bytes.
 */
function isWithinLimits(): bool {
  const eventKeys = batch.scalarLen + ((EVENT_KEY * batch.rowCap) << 2);
  let longest: u32 = 0;
  for (let row: u32 = 0; row < batch.rows; row++) longest = max(longest, load<u32>(eventKeys + (row << 2)));
  return (
    longest <= EVENT_KEY_UNITS &&
    mostEntries(EVENT_PROPERTIES) <= EVENT_PROPERTIES_MOST &&
    mostEntries(USER_PROPERTIES) <= USER_PROPERTIES_MOST &&
    hasShortTexts(EVENT_PROPERTIES, 0, PROPERTY_VALUE_UNITS) &&
    hasShortTexts(USER_PROPERTIES, 0, PROPERTY_VALUE_UNITS) &&
    hasShortTexts(IDENTIFIERS, 1, IDENTIFIER_UNITS)
  );
}

/** Number of entries in the row that has the most. */
function mostEntries(map: u32): u32 {
  const offsets = batch.mapOffset + ((map * (batch.rowCap + 1)) << 2);
  let most: u32 = 0;
  for (let row: u32 = 0; row < batch.rows; row++) {
    const offset = offsets + (row << 2);
    most = max(most, load<u32>(offset + 4) - load<u32>(offset));
  }
  return most;
}

/** Whether all values of a map have from `least` to `most` bytes, and its keys are short enough. */
function hasShortTexts(map: u32, least: u32, most: u32): bool {
  let longest: u32 = 0;
  let shortest = most;
  let longestKey: u32 = 0;
  const end = firstEntry(map, batch.rows);
  for (let at = firstEntry(map, 0); at < end; at += offsetof<MapEntry>()) {
    const entry = changetype<MapEntry>(at);
    longest = max(longest, entry.len);
    shortest = min(shortest, entry.len);
    longestKey = max(longestKey, load<u32>(keys.units + (entry.key << 2)));
  }
  return longest <= most && shortest >= least && longestKey <= PROPERTY_KEY_UNITS;
}

function limitRow(row: u32, reject: bool): u32 {
  const index = EVENT_KEY * batch.rowCap + row;
  if (isLonger(load<u32>(batch.scalarStart + (index << 2)), load<u32>(batch.scalarLen + (index << 2)), EVENT_KEY_UNITS)) {
    if (reject) return CODE_EVENT_KEY_TOO_LONG;
    count(CODE_EVENT_KEY_TOO_LONG);
  }
  if (offsetAt(EVENT_PROPERTIES, row + 1) - offsetAt(EVENT_PROPERTIES, row) > EVENT_PROPERTIES_MOST) {
    if (reject) return CODE_EVENT_PROPERTIES_TOO_MANY;
    count(CODE_EVENT_PROPERTIES_TOO_MANY);
  }
  if (offsetAt(USER_PROPERTIES, row + 1) - offsetAt(USER_PROPERTIES, row) > USER_PROPERTIES_MOST) {
    if (reject) return CODE_USER_PROPERTIES_TOO_MANY;
    count(CODE_USER_PROPERTIES_TOO_MANY);
  }
  const code = limitProperties(EVENT_PROPERTIES, row, reject);
  if (code) return code;
  const userCode = limitProperties(USER_PROPERTIES, row, reject);
  return userCode ? userCode : limitIdentifiers(row, reject);
}

function limitProperties(map: u32, row: u32, reject: bool): u32 {
  for (let at = firstEntry(map, row), end = firstEntry(map, row + 1); at < end; at += offsetof<MapEntry>()) {
    const entry = changetype<MapEntry>(at);
    if (load<u32>(keys.units + (entry.key << 2)) > PROPERTY_KEY_UNITS) {
      if (reject) return CODE_PROPERTY_KEY_TOO_LONG;
      count(CODE_PROPERTY_KEY_TOO_LONG);
    }
    if (isLonger(entry.start, entry.len, PROPERTY_VALUE_UNITS)) {
      if (reject) return CODE_PROPERTY_VALUE_TOO_LONG;
      count(CODE_PROPERTY_VALUE_TOO_LONG);
    }
  }
  return CODE_OK;
}

function limitIdentifiers(row: u32, reject: bool): u32 {
  const end = firstEntry(IDENTIFIERS, row + 1);
  for (let at = firstEntry(IDENTIFIERS, row); at < end; at += offsetof<MapEntry>()) {
    const entry = changetype<MapEntry>(at);
    if (entry.len == 0 || isLonger(entry.start, entry.len, IDENTIFIER_UNITS)) {
      if (reject) return CODE_IDENTIFIER_VALUE_LENGTH;
      count(CODE_IDENTIFIER_VALUE_LENGTH);
    }
  }
  return CODE_OK;
}

/** A text has at most as many UTF-16 code units as bytes, so most need no counting. */
// @ts-ignore: decorator
@inline
function isLonger(start: usize, len: u32, units: u32): bool {
  return len > units && utf16Length(start, len) > units;
}

/** Counts unknown operating systems, which are worth a look but never a reject (docs/decisions.md, Maps). */
export function checkOsNames(batchAt: usize): void {
  beginRecords(batchAt, 0);
  for (let row: u32 = 0; row < batch.rows; row++) {
    if (load<u8>(batch.code + row)) continue;
    const end = firstEntry(PLATFORM_PROPERTIES, row + 1);
    for (let at = firstEntry(PLATFORM_PROPERTIES, row); at < end; at += offsetof<MapEntry>()) {
      const entry = changetype<MapEntry>(at);
      if (entry.key != KEY_OSNAME) continue;
      const start = <usize>entry.start;
      const len = entry.len;
      if (!(len == 7 && isWord(start, 0x696f72646e61, 6, 100)) && !(len == 3 && isWord(start, 0x6f69, 2, 115))) {
        count(CODE_OSNAME_UNKNOWN);
      }
      break;
    }
  }
}

/** Whether a text is `len` lower-case letters (little endian) and a last one, in either case. */
function isWord(p: usize, letters: u64, len: u32, last: u32): bool {
  for (let i: u32 = 0; i < len; i++) if (<u64>(load<u8>(p + i) | 32) != ((letters >> (i << 3)) & 255)) return false;
  return (<u32>load<u8>(p + len) | 32) == last;
}
