// `--identifiers json`: the identifiers of each row as the text of a JSON object.

import { BACKSLASH, CLOSING_BRACE, COLON, COMMA, OPENING_BRACE, QUOTE, SPACE } from '../ascii';
import { putJsonCode } from '../json/escapes';
import {
  Batch,
  entryAt,
  IDENTIFIERS,
  IDENTIFIERS_JSON,
  Keys,
  KIND_STRING,
  MapEntry,
  mapEntries,
} from '../layout';

/** Most bytes that `writeIdentifiers` may write: every byte may become a \u escape. */
export function identifiersRoom(batchAt: usize, keysAt: usize): u32 {
  const batch = changetype<Batch>(batchAt);
  const keys = changetype<Keys>(keysAt);
  const entries = mapEntries(batch, IDENTIFIERS);
  let bytes: u32 = batch.rows << 1;
  for (let i: u32 = 0; i < batch.entries0; i++) {
    const entry = changetype<MapEntry>(entryAt(entries, i));
    bytes += 6 * (load<u32>(keys.len + (entry.key << 2)) + entry.len) + 6;
  }
  return bytes;
}

/** Writes the objects of good rows to `to`, one after another, and makes each a scalar of its row. */
export function writeIdentifiers(batchAt: usize, keysAt: usize, to: usize): void {
  const batch = changetype<Batch>(batchAt);
  const keys = changetype<Keys>(keysAt);
  const entries = mapEntries(batch, IDENTIFIERS);
  const offsets = batch.mapOffset + ((IDENTIFIERS * (batch.rowCap + 1)) << 2);
  for (let row: u32 = 0; row < batch.rows; row++) {
    if (load<u8>(batch.code + row)) continue;
    const start = to;
    store<u8>(to++, OPENING_BRACE);
    const first = load<u32>(offsets + (row << 2));
    for (let i = first, end = load<u32>(offsets + ((row + 1) << 2)); i < end; i++) {
      if (i > first) store<u8>(to++, COMMA);
      const entry = changetype<MapEntry>(entryAt(entries, i));
      to = putString(to, load<u32>(keys.start + (entry.key << 2)), load<u32>(keys.len + (entry.key << 2)));
      store<u8>(to++, COLON);
      to = putString(to, entry.start, entry.len);
    }
    store<u8>(to++, CLOSING_BRACE);
    const index = IDENTIFIERS_JSON * batch.rowCap + row;
    store<u32>(batch.scalarStart + (index << 2), <u32>start);
    store<u32>(batch.scalarLen + (index << 2), <u32>(to - start));
    store<u8>(batch.scalarKind + index, KIND_STRING);
  }
}

function putString(to: usize, p: usize, len: u32): usize {
  store<u8>(to++, QUOTE);
  for (const end = p + len; p < end; p++) {
    const c = <u32>load<u8>(p);
    // Bytes of longer UTF-8 characters are copied.
    if (c < SPACE || c == QUOTE || c == BACKSLASH) to = putJsonCode(to, c);
    else store<u8>(to++, c);
  }
  store<u8>(to++, QUOTE);
  return to;
}
