// Entries of maps: a byte for each slot of a column chunk, and what the keys and values of a row have to be.

/** Bits of a slot's byte: it goes on with the row before it, it has an entry, and the entry's key is the first or second required one. */
const GOES_ON: u32 = 1;
const HAS_ENTRY: u32 = 2;
const REQUIRED_SHIFT: u32 = 2;

/** Bits of a value's byte. */
export const VALUE_EMPTY: u32 = 1;
export const VALUE_NO_OS: u32 = 2;

/** What was found of a map's keys. A row that has not ended is in here from page to page. */
// biome-ignore format: one field a line, with its meaning
@unmanaged
export class MapCheck {
  need: u32;             // the required keys that each row has to have, a bit each
  most: u32;             // most entries of a row that are within the limit
  row: u32;              // number of rows so far
  entries: u32;          // entries of the last row
  have: u32;             // required keys that the last row has
  emptyMap: u32;         // 1 if the last slot was an empty map
  lacking: u32;          // rows without one of the required keys
  firstLacking: u32;
  lackingKeys: u32;      // the keys that the first of them lacks
  twice: u32;            // entries whose key is in the row already
  firstTwice: u32;       // the row of the first of them
  twiceKey: u32;         // its key
  crowded: u32;          // rows with more entries than `most`
  wrong: u32;            // slots that cannot be: a row that goes on after nothing, or an empty map in a row
}

/**
 * Reads the keys of `slots` slots. `keys` has the number of each entry's key, `flags` a byte for each key: the required keys
 * that it is; `seen` has the last row of each key.
 */
export function checkKeys(slotsAt: usize, slots: u32, keys: usize, flags: usize, seen: usize, checkAt: usize): void {
  const check = changetype<MapCheck>(checkAt);
  let row = check.row;
  let have = check.have;
  let entries = check.entries;
  let wasEmpty = check.emptyMap;
  for (let i: u32 = 0; i < slots; i++) {
    const slot = <u32>load<u8>(slotsAt + i);
    if ((slot & GOES_ON) == 0) {
      if (row > 0) endRow(check, row, have, entries);
      row++;
      have = 0;
      entries = 0;
      wasEmpty = 0;
    } else if (row == 0 || wasEmpty) check.wrong++;
    if ((slot & HAS_ENTRY) == 0) {
      if (slot & GOES_ON) check.wrong++;
      wasEmpty = 1;
      continue;
    }
    const key = load<u32>(keys);
    keys += 4;
    const flag = <u32>load<u8>(flags + key);
    if (flag) {
      have |= flag;
      store<u8>(slotsAt + i, <u8>(slot | (flag << REQUIRED_SHIFT)));
    }
    const last = seen + (<usize>key << 2);
    if (load<u32>(last) == row) {
      if (check.twice++ == 0) {
        check.firstTwice = row - 1;
        check.twiceKey = key;
      }
    }
    store<u32>(last, row);
    entries++;
  }
  check.row = row;
  check.have = have;
  check.entries = entries;
  check.emptyMap = wasEmpty;
}

/** Ends the last row of a column chunk. */
export function endKeys(checkAt: usize): void {
  const check = changetype<MapCheck>(checkAt);
  if (check.row > 0) endRow(check, check.row, check.have, check.entries);
}

// @ts-ignore: decorator
@inline
function endRow(check: MapCheck, row: u32, have: u32, entries: u32): void {
  const lacks = check.need & ~have;
  if (lacks) {
    if (check.lacking++ == 0) {
      check.firstLacking = row - 1;
      check.lackingKeys = lacks;
    }
  }
  if (entries > check.most) check.crowded++;
}

/** Whether the levels of values are those of their keys. */
export function sameLevels(keySlots: usize, valueSlots: usize, slots: u32): bool {
  const levels = i8x16.splat(<u8>(GOES_ON | HAS_ENTRY));
  let i: u32 = 0;
  for (; i + 16 <= slots; i += 16) {
    const a = v128.and(v128.load(keySlots + i), levels);
    if (v128.any_true(v128.xor(a, v128.load(valueSlots + i)))) return false;
  }
  for (; i < slots; i++) {
    if ((load<u8>(keySlots + i) & (GOES_ON | HAS_ENTRY)) != load<u8>(valueSlots + i)) return false;
  }
  return true;
}

/** What was found of the values of required keys. */
// biome-ignore format: one field a line, with its meaning
@unmanaged
export class RequiredValues {
  empty: u32;            // how many are empty
  firstEmpty: u32;       // the slot of the first one
  noOs: u32;             // values of the first required key that name no known operating system
}

/** Looks at the values of required keys. `indices` is 0 where value n has the flags n. */
export function checkRequired(slotsAt: usize, slots: u32, indices: usize, flags: usize, result: usize): void {
  const values = changetype<RequiredValues>(result);
  memory.fill(result, 0, offsetof<RequiredValues>());
  let entry: u32 = 0;
  for (let i: u32 = 0; i < slots; i++) {
    const slot = <u32>load<u8>(slotsAt + i);
    if ((slot & HAS_ENTRY) == 0) continue;
    const required = slot >> REQUIRED_SHIFT;
    if (required) {
      const index = indices ? load<u32>(indices + (<usize>entry << 2)) : entry;
      const flag = <u32>load<u8>(flags + index);
      if (flag & VALUE_EMPTY) {
        if (values.empty++ == 0) values.firstEmpty = i;
      } else if (required & 1 & (flag >> 1)) values.noOs++;
    }
    entry++;
  }
}

/** Writes the flags of texts, by their entries. */
export function flagTexts(entries: usize, count: u32, flags: usize): void {
  for (let i: u32 = 0; i < count; i++, entries += 8) {
    const p = <usize>load<u32>(entries);
    const len = load<u32>(entries + 4);
    store<u8>(flags + i, <u8>(len == 0 ? VALUE_EMPTY : isKnownOs(p, len) ? 0 : VALUE_NO_OS));
  }
}

/** `android` or `ios`, in either case. */
// @ts-ignore: decorator
@inline
function isKnownOs(p: usize, len: u32): bool {
  const word = load<u64>(p) | 0x2020202020202020;
  if (len == 7) return (word & 0xffffffffffffff) == 0x64696f72646e61;
  return len == 3 && (word & 0xffffff) == 0x736f69;
}
