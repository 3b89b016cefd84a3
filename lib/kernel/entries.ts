// Entries of the row's maps.

import { entryAt, entryCountAt, MapEntry, mapEntries } from './layout';
import { addSurrogates, batch, kind, length, setFull, start } from './row';
import { ScanKey } from './scanner';

/** Writes an entry at an address. */
// @ts-ignore: decorator
@inline
export function putEntry(at: usize, key: u32, p: usize, len: u32, what: u32): void {
  const entry = changetype<MapEntry>(at);
  entry.key = key;
  entry.start = <u32>p;
  entry.len = len;
  entry.kind = what;
}

/** Appends the last value to a map. */
export function pushEntry(map: u32, key: u32): void {
  const counter = entryCountAt(batch, map);
  const at = load<u32>(counter);
  if (at >= batch.entryCap) {
    setFull();
    return;
  }
  putEntry(entryAt(mapEntries(batch, map), at), key, start, length, kind);
  store<u32>(counter, at + 1);
}

/** Appends the last value to each map of a set. */
// @ts-ignore: decorator
@inline
export function pushEntries(maps: u32, key: ScanKey): void {
  while (maps) {
    pushEntry(ctz(maps), key.name);
    addSurrogates(key.surrogates);
    maps &= maps - 1;
  }
}
