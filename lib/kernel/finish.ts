// The end of an event: whether the mapping takes it, and its columns, filled from the slots. A mapping may
// also ask for constants of keys that the event lacks, a time in two fields, an id derived from the event,
// and an id that is not a UUID kept as a property.

import { SPACE, UNIT_SEPARATOR } from './ascii';
import { CODE_OK, CODE_TOO_MANY_KEYS } from './codes';
import { pushEntry, putEntry } from './entries';
import { pushRead } from './json/object';
import { isUnion } from './json/unions';
import {
  entryAt,
  entryCountAt,
  EVENT_PROPERTIES,
  INSERT_ID,
  Keys,
  KIND_ABSENT,
  KIND_NULL,
  KIND_OBJECT,
  KIND_STRING,
  MapEntry,
  mapEntries,
  TS,
} from './layout';
import {
  batch,
  hasTooManyKeys,
  kind,
  length,
  row,
  scratchRoom,
  setText,
  setValue,
  start,
  storeScalar,
  takeScratch,
} from './row';
import { keyAt, Only, scanner, slotAt, Target } from './scanner';
import { resolve } from './slots';
import { sameText } from './text';
import { isUuid, nameBegin, nameByte, nameEndUuid, nameText, UUID_LENGTH } from './uuid';

/** Whether the mapping takes the row's event. */
export function isWanted(): bool {
  for (let i: u32 = 0; i < scanner.onlyCount; i++) {
    if (!isOneOf(changetype<Only>(scanner.only + i * offsetof<Only>()))) return false;
  }
  return true;
}

function isOneOf(only: Only): bool {
  const slot = slotAt(only.slot);
  if (slot.row != row) {
    only.absent = 1;
    return false;
  }
  only.present = 1;
  if (slot.kind <= KIND_NULL || slot.kind >= KIND_OBJECT) return false;
  for (let i: u32 = 0; i < only.count; i++) {
    const text = only.texts + (i << 3);
    if (load<u32>(text + 4) == slot.len && sameText(load<u32>(text), slot.start, slot.len)) return true;
  }
  return false;
}

/** Fills the row's columns from its slots; [raw, rawEnd) is the event's text. Returns a code: why it is rejected, or 0. */
export function finishRow(at: u32, raw: usize, rawEnd: usize): u32 {
  for (let column: u32 = 0; column < 4; column++) {
    resolve(changetype<Target>(scanner.scalars + column * offsetof<Target>()));
    if (column == INSERT_ID && scanner.derive) deriveInsertId(raw, rawEnd);
    if (column == TS && scanner.timeSlot >= 0) joinTime();
    storeScalar(column, at);
  }
  for (let i: u32 = 0; i < scanner.keyTargetCount; i++) {
    const target = changetype<Target>(scanner.keyTargets + i * offsetof<Target>());
    resolve(target);
    if (kind != KIND_ABSENT) pushRead(target.map, target.key);
  }
  if (scanner.defaultCount) applyDefaults(at);
  // The value of a key that the mapping names may have become many dotted keys.
  return hasTooManyKeys() ? CODE_TOO_MANY_KEYS : CODE_OK;
}

/**
 * If the id is not a UUID, derives one from the event's text or from the fields that the mapping names. A value of a union
 * of Avro stays, to be rejected: inside may be a UUID.
 */
function deriveInsertId(raw: usize, rawEnd: usize): void {
  if (kind == KIND_STRING && isUuid(start, length)) return;
  if (kind == KIND_OBJECT && isUnion(start, length)) return;
  if (scanner.keptKey) keepId();
  const to = scratchRoom(UUID_LENGTH);
  if (!to) return;
  nameBegin();
  if (scanner.deriveNameLen) {
    nameText(scanner.deriveName, scanner.deriveNameLen);
    nameByte(UNIT_SEPARATOR);
  }
  const hasId = kind > KIND_NULL && kind < KIND_OBJECT && length != 0;
  if (hasId && scanner.fromId) {
    nameText(start, length);
    if (scanner.fromIdSlotCount) nameByte(UNIT_SEPARATOR);
    nameSlots(scanner.fromIdSlots, scanner.fromIdSlotCount);
  } else if (scanner.derive == 1) nameText(raw, <u32>(rawEnd - raw));
  else nameSlots(scanner.deriveSlots, scanner.deriveSlotCount);
  nameEndUuid(to);
  takeScratch(to, to + UUID_LENGTH);
  setText(to, UUID_LENGTH);
}

/** Adds the values of slots to the name of the UUID. */
function nameSlots(slots: usize, count: u32): void {
  for (let i: u32 = 0; i < count; i++) {
    if (i) nameByte(UNIT_SEPARATOR);
    const slot = slotAt(load<u32>(slots + (i << 2)));
    if (slot.row == row && slot.kind != KIND_NULL) nameText(slot.start, slot.len);
  }
}

/** The resolved id, which is not a UUID, becomes an event property. */
function keepId(): void {
  if (kind > KIND_NULL && kind < KIND_OBJECT && length) {
    pushEntry(EVENT_PROPERTIES, keyAt(scanner.keptKey).name);
  }
}

/** Joins the resolved date for `ts` with its time of day, if both are texts. */
function joinTime(): void {
  const time = slotAt(scanner.timeSlot);
  if (kind != KIND_STRING || time.row != row || time.kind != KIND_STRING) return;
  const to = scratchRoom(length + 1 + time.len);
  if (!to) return;
  memory.copy(to, start, length);
  store<u8>(to + length, SPACE);
  memory.copy(to + length + 1, time.start, time.len);
  takeScratch(to, to + length + 1 + time.len);
}

/** Adds the constants of keys that the row lacks, or has as null or an empty string. */
function applyDefaults(at: u32): void {
  for (let i: u32 = 0; i < scanner.defaultCount; i++) {
    applyDefault(changetype<Target>(scanner.defaults + i * offsetof<Target>()), at);
  }
}

function applyDefault(target: Target, at: u32): void {
  const map = target.map;
  const name = keyAt(target.key).name;
  const lower = lowerOf(name);
  const entries = mapEntries(batch, map);
  const first = load<u32>(batch.mapOffset + ((map * (batch.rowCap + 1) + at) << 2));
  setValue(target.constant, target.constantLen, KIND_STRING);
  // Among entries whose keys are the same in lower case, the last one counts.
  for (let index = load<u32>(entryCountAt(batch, map)); index > first; index--) {
    const entry = changetype<MapEntry>(entryAt(entries, index - 1));
    if (lowerOf(entry.key) != lower) continue;
    if (entry.kind == KIND_NULL || entry.len == 0) putEntry(changetype<usize>(entry), entry.key, start, length, kind);
    return;
  }
  pushEntry(map, name);
}

// @ts-ignore: decorator
@inline
function lowerOf(name: u32): u32 {
  return load<u32>(changetype<Keys>(scanner.names).lower + (name << 2));
}
