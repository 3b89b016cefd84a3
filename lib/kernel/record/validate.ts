// Rejects events that lack what the vendor requires.

import {
  CODE_AVRO_UNION,
  CODE_EVENT_KEY_INVALID,
  CODE_EVENT_KEY_MISSING,
  CODE_IDENTIFIER_DEVICE_ID_MISSING,
  CODE_IDENTIFIER_ID_MISSING,
  CODE_INSERT_ID_INVALID,
  CODE_INSERT_ID_MISSING,
  CODE_OK,
  CODE_PLATFORM_APPVERSION_MISSING,
  CODE_PLATFORM_OSNAME_MISSING,
} from '../codes';
import { isUnion } from '../json/unions';
import {
  EVENT_KEY,
  IDENTIFIERS,
  INSERT_ID,
  KIND_NULL,
  KIND_OBJECT,
  MapEntry,
  PLATFORM_PROPERTIES,
} from '../layout';
import {
  batch,
  beginRecords,
  firstEntry,
  KEY_APPVERSION,
  KEY_DEVICE_ID,
  KEY_ID,
  KEY_OSNAME,
  lowerOf,
} from './rows';
import { isUuid } from '../uuid';

/** `--insert-id any` takes texts of at most this many bytes. */
const INSERT_ID_BYTES: u32 = 512;
/** What `required` returns where a value is wrapped as Avro's JSON encoding wraps those of unions. */
const UNION: u32 = 4;

/** Rejects rows whose insert_id, event_key, identifiers or platform properties the vendor does not take. */
export function validate(batchAt: usize, keysAt: usize, anyInsertId: bool): void {
  beginRecords(batchAt, keysAt);
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
  if (has == UNION) return CODE_AVRO_UNION;
  if (has != 3) return has & 1 ? CODE_IDENTIFIER_DEVICE_ID_MISSING : CODE_IDENTIFIER_ID_MISSING;
  has = required(PLATFORM_PROPERTIES, row, KEY_OSNAME, KEY_APPVERSION);
  if (has == UNION) return CODE_AVRO_UNION;
  if (has != 3) return has & 1 ? CODE_PLATFORM_APPVERSION_MISSING : CODE_PLATFORM_OSNAME_MISSING;
  return CODE_OK;
}

/**
 * Bit 0: the map has a text under the first key; bit 1: under the second. The last entry of a key counts. UNION alone if
 * any value of the map is that of a union.
 */
function required(map: u32, row: u32, first: u32, second: u32): u32 {
  let has: u32 = 0;
  for (let at = firstEntry(map, row), end = firstEntry(map, row + 1); at < end; at += offsetof<MapEntry>()) {
    const entry = changetype<MapEntry>(at);
    if (entry.kind == KIND_OBJECT && isUnion(entry.start, entry.len)) return UNION;
    const key = lowerOf(entry.key);
    if (key != first && key != second) continue;
    const bit: u32 = key == first ? 1 : 2;
    const isText = entry.kind > KIND_NULL && entry.len != 0;
    has = isText ? has | bit : has & ~bit;
  }
  return has;
}
