// Leaves out events by their event key. TypeScript judges each distinct event key once.

import { CODE_EXCLUDED_BY_WHERE } from '../codes';
import { hashText } from '../hash';
import { Batch, EVENT_KEY, KIND_NULL, KIND_OBJECT } from '../layout';
import { sameText } from '../text';

/** Asks TypeScript to judge an event key that is not in the table and to put it there: 1 if it is wanted. */
// @ts-ignore: decorator
@external('env', 'judgeKey')
declare function judgeKey(start: usize, len: u32): u32;

/** The judged event keys. TypeScript (lib/record/event-filter.ts) lays it out and appends to it. */
// biome-ignore format: one field a line, with its meaning
@unmanaged
export class KeyFilter {
  table: usize;          // u32[tableMask + 1]  1 + the index of a judged key, with open addressing; 0 is free
  tableMask: u32;
  keys: usize;           // JudgedKey[]
}

@unmanaged
export class JudgedKey {
  start: usize;
  len: u32;
  isWanted: u32;
}

/** Leaves out good rows whose event key is not wanted. Rows without an event key are left to validation. */
export function filterKeys(batchAt: usize, filterAt: usize): void {
  const batch = changetype<Batch>(batchAt);
  const filter = changetype<KeyFilter>(filterAt);
  const base = EVENT_KEY * batch.rowCap;
  for (let row: u32 = 0; row < batch.rows; row++) {
    if (load<u8>(batch.code + row)) continue;
    const index = base + row;
    const kind: u32 = load<u8>(batch.scalarKind + index);
    const len = load<u32>(batch.scalarLen + (index << 2));
    if (kind <= KIND_NULL || kind >= KIND_OBJECT || len == 0) continue;
    if (!isWanted(filter, load<u32>(batch.scalarStart + (index << 2)), len)) store<u8>(batch.code + row, CODE_EXCLUDED_BY_WHERE);
  }
}

function isWanted(filter: KeyFilter, start: usize, len: u32): bool {
  let at = hashText(start, len, 0) & filter.tableMask;
  while (true) {
    const index = load<u32>(filter.table + (at << 2));
    if (index == 0) return judgeKey(start, len) != 0;
    const key = changetype<JudgedKey>(filter.keys + (index - 1) * offsetof<JudgedKey>());
    if (key.len == len && sameText(key.start, start, len)) return key.isWanted != 0;
    at = (at + 1) & filter.tableMask;
  }
}
