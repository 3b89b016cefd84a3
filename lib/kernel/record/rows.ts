// The rows of a batch, for the stages that go over them (validate.ts, lowercase-keys.ts, limits.ts).

import { Batch, entryAt, Keys, mapEntries } from '../layout';

/** Key ids that every KeyTable begins with (lib/batch/key-table.ts). */
export const KEY_ID: u32 = 0;
export const KEY_DEVICE_ID: u32 = 1;
export const KEY_OSNAME: u32 = 2;
export const KEY_APPVERSION: u32 = 3;

export let batch: Batch = changetype<Batch>(0);
export let keys: Keys = changetype<Keys>(0);

/** Begins a stage over a batch; `keysAt` is the batch's table of keys. */
export function beginRecords(batchAt: usize, keysAt: usize): void {
  batch = changetype<Batch>(batchAt);
  keys = changetype<Keys>(keysAt);
}

/** Index in its map of a row's first entry. */
// @ts-ignore: decorator
@inline
export function offsetAt(map: u32, row: u32): u32 {
  return load<u32>(batch.mapOffset + ((map * (batch.rowCap + 1) + row) << 2));
}

/** Address of a row's first entry in a map, where the entries of the row before end. */
// @ts-ignore: decorator
@inline
export function firstEntry(map: u32, row: u32): usize {
  return entryAt(mapEntries(batch, map), offsetAt(map, row));
}

/** The id of a key's lower-cased form. */
// @ts-ignore: decorator
@inline
export function lowerOf(key: u32): u32 {
  assert(key < keys.count);
  return load<u32>(keys.lower + (key << 2));
}

/** Counts a warning. */
export function count(code: u32): void {
  const at = batch.warnings + (code << 2);
  store<u32>(at, load<u32>(at) + 1);
}
