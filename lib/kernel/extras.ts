// What a mapping may ask of an event besides its columns: to be wanted at all, constants for keys that it
// lacks, a time in two fields, an id that is no UUID kept as a property.

import {
  entryAt,
  EVENT_PROPERTIES,
  KIND_NULL,
  KIND_OBJECT,
  KIND_STRING,
  Keys,
  MapEntry,
  mapEntries,
} from './layout';
import {
  batch,
  entriesAt,
  keyAt,
  kind,
  length,
  pushEntry,
  putEntry,
  row,
  scanner,
  scratchRoom,
  setValue,
  slotAt,
  start,
  takeScratch,
} from './scan';
import { Only, Slot, Target } from './scanner';
import { sameText } from './text';

/** Whether the row's event is one of those that the mapping takes. */
export function isWanted(): bool {
  for (let i: u32 = 0; i < scanner.onlyCount; i++) {
    if (!isOneOf(changetype<Only>(scanner.only + i * offsetof<Only>()))) return false;
  }
  return true;
}

function isOneOf(only: Only): bool {
  const slot = slotAt(only.slot);
  if (slot.row != row || slot.kind <= KIND_NULL || slot.kind >= KIND_OBJECT) return false;
  for (let i: u32 = 0; i < only.count; i++) {
    const text = only.texts + (i << 3);
    if (load<u32>(text + 4) == slot.len && sameText(load<u32>(text), slot.start, slot.len)) return true;
  }
  return false;
}

/** The date that was resolved for `ts` gets its time of day, if both are texts. */
export function joinTime(): void {
  const time = slotAt(scanner.timeSlot);
  if (kind != KIND_STRING || time.row != row || time.kind != KIND_STRING) return;
  const to = scratchRoom(length + 1 + time.len);
  if (!to) return;
  memory.copy(to, start, length);
  store<u8>(to + length, 32);
  memory.copy(to + length + 1, time.start, time.len);
  takeScratch(to, to + length + 1 + time.len);
}

/** The id that was resolved, and is no UUID, becomes an event property. */
export function keepId(): void {
  if (kind > KIND_NULL && kind < KIND_OBJECT && length) {
    pushEntry(EVENT_PROPERTIES, keyAt(scanner.keptKey).name);
  }
}

/** Puts the constants of keys that the row does not have, or has as null. */
export function applyDefaults(at: u32): void {
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
  // Of entries whose keys are the same in lower case the last one counts.
  for (let index = load<u32>(entriesAt(map)); index > first; index--) {
    const entry = changetype<MapEntry>(entryAt(entries, index - 1));
    if (lowerOf(entry.key) != lower) continue;
    if (entry.kind == KIND_NULL) putEntry(changetype<usize>(entry), entry.key, start, length, kind);
    return;
  }
  pushEntry(map, name);
}

// @ts-ignore: decorator
@inline
function lowerOf(name: u32): u32 {
  return load<u32>(changetype<Keys>(scanner.names).lower + (name << 2));
}
