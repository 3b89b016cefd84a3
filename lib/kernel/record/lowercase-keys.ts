// Map keys in lower case, without entries that are null.

import { CODE_DUPLICATE_KEY, CODE_NULL_DROPPED, CODE_OK } from '../codes';
import { entryAt, entryCountAt, KIND_NULL, MapEntry, MAPS, mapEntries } from '../layout';
import { batch, beginRecords, count, keys, lowerOf } from './rows';

/**
 * Keys become their lower-cased form. Among entries whose keys become equal, the last value stays, at the
 * place of the first entry. Entries that are null go. Rejected rows lose their entries.
 */
export function lowercaseKeys(batchAt: usize, keysAt: usize): void {
  beginRecords(batchAt, keysAt);
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
  store<u32>(entryCountAt(batch, map), to);
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
