// Stages over whole batches: required values, lower-cased keys, the vendor's limits.

import {
  CODE_DUPLICATE_KEY,
  CODE_EVENT_KEY_INVALID,
  CODE_EVENT_KEY_MISSING,
  CODE_EVENT_KEY_TOO_LONG,
  CODE_EVENT_PROPERTIES_TOO_MANY,
  CODE_IDENTIFIER_DEVICE_ID_MISSING,
  CODE_IDENTIFIER_ID_MISSING,
  CODE_IDENTIFIER_VALUE_LENGTH,
  CODE_INSERT_ID_INVALID,
  CODE_INSERT_ID_MISSING,
  CODE_NULL_DROPPED,
  CODE_OK,
  CODE_OSNAME_UNKNOWN,
  CODE_PLATFORM_APPVERSION_MISSING,
  CODE_PLATFORM_OSNAME_MISSING,
  CODE_PROPERTY_KEY_TOO_LONG,
  CODE_PROPERTY_VALUE_TOO_LONG,
  CODE_USER_PROPERTIES_TOO_MANY,
} from './codes';
import {
  Batch,
  entryAt,
  EVENT_KEY,
  EVENT_PROPERTIES,
  IDENTIFIERS,
  INSERT_ID,
  Keys,
  KIND_NULL,
  KIND_OBJECT,
  MapEntry,
  MAPS,
  mapEntries,
  PLATFORM_PROPERTIES,
  USER_PROPERTIES,
} from './layout';
import { utf16Length } from './text';
import { isUuid } from './uuid';

/** Key ids that every KeyTable begins with (lib/batch/key-table.ts). */
const KEY_ID: u32 = 0;
const KEY_DEVICE_ID: u32 = 1;
const KEY_OSNAME: u32 = 2;
const KEY_APPVERSION: u32 = 3;

/** `--insert-id any` takes texts of up to this many bytes. */
const INSERT_ID_BYTES: u32 = 512;

// The vendor's limits (NOTES, vendor limits): UTF-16 code units, entries an event.
const EVENT_KEY_UNITS: u32 = 128;
const EVENT_PROPERTIES_MOST: u32 = 64;
const USER_PROPERTIES_MOST: u32 = 128;
const PROPERTY_KEY_UNITS: u32 = 128;
const PROPERTY_VALUE_UNITS: u32 = 1024;
const IDENTIFIER_UNITS: u32 = 512;

let batch: Batch = changetype<Batch>(0);
let keys: Keys = changetype<Keys>(0);

// @ts-ignore: decorator
@inline
function offsetAt(map: u32, row: u32): u32 {
  return load<u32>(batch.mapOffset + ((map * (batch.rowCap + 1) + row) << 2));
}

/** Where a row's entries begin, and the row's before it end. */
// @ts-ignore: decorator
@inline
function firstEntry(map: u32, row: u32): usize {
  return entryAt(mapEntries(batch, map), offsetAt(map, row));
}

// @ts-ignore: decorator
@inline
function lowerOf(key: u32): u32 {
  assert(key < keys.count);
  return load<u32>(keys.lower + (key << 2));
}

function count(code: u32): void {
  const at = batch.warnings + (code << 2);
  store<u32>(at, load<u32>(at) + 1);
}

/** Rejects rows whose insert_id, event_key, identifiers or platform properties the vendor could not take. */
export function validate(batchAt: usize, keysAt: usize, anyInsertId: bool): void {
  batch = changetype<Batch>(batchAt);
  keys = changetype<Keys>(keysAt);
  for (let row: u32 = 0; row < batch.rows; row++) {
    if (load<u8>(batch.code + row) == CODE_OK) store<u8>(batch.code + row, <u8>validateRow(row, anyInsertId));
  }
}

function validateRow(row: u32, anyInsertId: bool): u32 {
  let index = INSERT_ID * batch.rowCap + row;
  let kind: u32 = load<u8>(batch.scalarKind + index);
  let len = load<u32>(batch.scalarLen + (index << 2));
  if (kind <= KIND_NULL || len == 0) return CODE_INSERT_ID_MISSING;
  if (kind >= KIND_OBJECT) return CODE_INSERT_ID_INVALID;
  if (anyInsertId ? len > INSERT_ID_BYTES : !isUuid(load<u32>(batch.scalarStart + (index << 2)), len)) {
    return CODE_INSERT_ID_INVALID;
  }
  index = EVENT_KEY * batch.rowCap + row;
  kind = load<u8>(batch.scalarKind + index);
  len = load<u32>(batch.scalarLen + (index << 2));
  if (kind <= KIND_NULL || len == 0) return CODE_EVENT_KEY_MISSING;
  if (kind >= KIND_OBJECT) return CODE_EVENT_KEY_INVALID;
  let has = required(IDENTIFIERS, row, KEY_ID, KEY_DEVICE_ID);
  if (has != 3) return has & 1 ? CODE_IDENTIFIER_DEVICE_ID_MISSING : CODE_IDENTIFIER_ID_MISSING;
  has = required(PLATFORM_PROPERTIES, row, KEY_OSNAME, KEY_APPVERSION);
  if (has != 3) return has & 1 ? CODE_PLATFORM_APPVERSION_MISSING : CODE_PLATFORM_OSNAME_MISSING;
  return CODE_OK;
}

/** Bits 0 and 1: the map has a text under the first and second key. The last of several entries counts. */
function required(map: u32, row: u32, first: u32, second: u32): u32 {
  let has: u32 = 0;
  for (let at = firstEntry(map, row), end = firstEntry(map, row + 1); at < end; at += offsetof<MapEntry>()) {
    const entry = changetype<MapEntry>(at);
    const key = lowerOf(entry.key);
    if (key != first && key != second) continue;
    const bit: u32 = key == first ? 1 : 2;
    const isText = entry.kind > KIND_NULL && entry.len != 0;
    has = isText ? has | bit : has & ~bit;
  }
  return has;
}

/**
 * Keys become their lower-cased form; of entries whose keys became equal the last one's value stays, at
 * the place of the first; entries that are null go. Rejected rows lose their entries.
 */
export function lowercaseKeys(batchAt: usize, keysAt: usize): void {
  batch = changetype<Batch>(batchAt);
  keys = changetype<Keys>(keysAt);
  for (let map: u32 = 0; map < MAPS; map++) lowercaseMap(map);
}

function lowercaseMap(map: u32): void {
  const entries = mapEntries(batch, map);
  const offsets = batch.mapOffset + ((map * (batch.rowCap + 1)) << 2);
  let from: u32 = 0;
  let to: u32 = 0;
  for (let row: u32 = 0; row < batch.rows; row++) {
    const end = load<u32>(offsets + ((row + 1) << 2));
    const first = to;
    if (load<u8>(batch.code + row) == CODE_OK) {
      const stamp = nextStamp();
      let nulls: u32 = 0;
      for (; from < end; from++) {
        const source = changetype<MapEntry>(entryAt(entries, from));
        const key = lowerOf(source.key);
        const seen = keys.seenRow + (key << 2);
        let target = to;
        if (load<u32>(seen) == stamp) {
          count(CODE_DUPLICATE_KEY);
          target = load<u32>(keys.seenAt + (key << 2));
          if (changetype<MapEntry>(entryAt(entries, target)).kind == KIND_NULL) nulls--;
        } else {
          store<u32>(seen, stamp);
          store<u32>(keys.seenAt + (key << 2), to++);
        }
        if (source.kind == KIND_NULL) nulls++;
        source.key = key;
        if (target != from) moveEntry(entries, from, target);
      }
      if (nulls) to = dropNulls(entries, first, to);
    }
    from = end;
    store<u32>(offsets + ((row + 1) << 2), to);
  }
  store<u32>(batchEntries(map), to);
}

// @ts-ignore: decorator
@inline
function batchEntries(map: u32): usize {
  return changetype<usize>(batch) + offsetof<Batch>('entries0') + (map << 2);
}

// @ts-ignore: decorator
@inline
function moveEntry(entries: usize, from: u32, to: u32): void {
  memory.copy(entryAt(entries, to), entryAt(entries, from), offsetof<MapEntry>());
}

function dropNulls(entries: usize, first: u32, end: u32): u32 {
  let to = first;
  for (let at = first; at < end; at++) {
    if (changetype<MapEntry>(entryAt(entries, at)).kind == KIND_NULL) count(CODE_NULL_DROPPED);
    else moveEntry(entries, at, to++);
  }
  return to;
}

function nextStamp(): u32 {
  if (keys.stamp == u32.MAX_VALUE) {
    memory.fill(keys.seenRow, 0, keys.count << 2);
    keys.stamp = 0;
  }
  return ++keys.stamp;
}

/** Counts what passes a limit, or, with `reject`, rejects the row at the first. Runs on lower-cased keys. */
export function checkLimits(batchAt: usize, keysAt: usize, reject: bool): void {
  batch = changetype<Batch>(batchAt);
  keys = changetype<Keys>(keysAt);
  if (isWithinLimits()) return;
  for (let row: u32 = 0; row < batch.rows; row++) {
    if (load<u8>(batch.code + row) == CODE_OK) store<u8>(batch.code + row, <u8>limitRow(row, reject));
  }
}

/**
 * Whether no row needs a look, which is told from the longest of all texts at once. A text has at most as
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

/** Entries of the row that has the most. */
function mostEntries(map: u32): u32 {
  const offsets = batch.mapOffset + ((map * (batch.rowCap + 1)) << 2);
  let most: u32 = 0;
  for (let row: u32 = 0; row < batch.rows; row++) {
    const offset = offsets + (row << 2);
    most = max(most, load<u32>(offset + 4) - load<u32>(offset));
  }
  return most;
}

/** Whether all values of a map have so many bytes, and its keys are short enough for a property. */
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

/** Unknown systems are worth a look, never a reject (NOTES, maps). */
export function checkOsNames(batchAt: usize): void {
  batch = changetype<Batch>(batchAt);
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
