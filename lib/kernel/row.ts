// The row in the making: what its event has shown so far, and how it is put into the batch. Its readers are
// scan.ts and csv.ts.
//
// A value that was read for use stands in `start`, `length` and `kind` until it is put into slots, from which
// columns are filled at the event's end (finish.ts), or becomes an entry of maps at once.

import { CODE_DUPLICATE_KEY, CODE_LONE_SURROGATE } from './codes';
import { Batch, entryAt, KIND_ABSENT, KIND_STRING, MapEntry, MAPS, mapEntries } from './layout';
import { nodeAt, ScanKey, scanner, setScanner, slotAt } from './scanner';
import { setReadLimit } from './text';

export let batch: Batch = changetype<Batch>(0);
/** Stamp of the current row. */
export let row: u32 = 0;
/** End of the text; a predicted name is compared only where it fits before it. */
export let textEnd: usize = 0;

// What the current row did besides filling slots.
/** No room for its entries or rewritten bytes: it is scanned again in the next batch. */
export let full: bool = false;
/** A member that the mapping names came twice. */
export let repeated: bool = false;
/** The row is scanned again, without members that come again. */
export let blanking: bool = false;
/** How many members were blanked out because they came again. */
let blanked: u32 = 0;
/** A map's source that is no object: 1 + the address of the value. */
export let notAnObject: usize = 0;
/** How many halves of surrogate pairs became U+FFFD in what is used. */
let surrogates: u32 = 0;

// The last value that was read for use.
export let start: usize = 0;
export let length: u32 = 0;
export let kind: u32 = 0;

/** Goes on with a text that ends at `end`: the batch's own, or a copy of a part of it. */
export function beginText(end: usize): void {
  textEnd = end;
  setReadLimit(end);
}

/** Begins to fill a batch from the text up to `end`. */
export function beginScan(scannerAt: usize, batchAt: usize, end: usize): void {
  setScanner(scannerAt);
  batch = changetype<Batch>(batchAt);
  beginText(end);
}

/** Begins or ends a look at a row that was checked, without members that come again. */
export function setBlanking(on: bool): void {
  blanking = on;
}

/** Before a row is tried, for which there may be room. */
export function beginAttempt(): void {
  full = false;
  blanked = 0;
}

/** Makes a text the value for the next `pushEntries`. */
// @ts-ignore: decorator
@inline
export function setText(p: usize, len: u32): void {
  start = p;
  length = len;
  kind = KIND_STRING;
}

/** Puts the last value into a slot. */
// @ts-ignore: decorator
@inline
export function fillSlot(index: u32): void {
  putSlot(index, start, length, kind);
}

/** Puts a slice into a slot. */
// @ts-ignore: decorator
@inline
export function putSlot(index: u32, p: usize, len: u32, what: u32): void {
  const slot = slotAt(index);
  slot.start = p;
  slot.len = len;
  slot.kind = what;
  slot.row = row;
}

/** Notes that the row has a node's member, and whether it has it again. */
// @ts-ignore: decorator
@inline
export function noteMember(index: u32): void {
  const node = nodeAt(index);
  if (node.seenRow == row) repeated = true;
  node.seenRow = row;
}

/** Notes where a map's source is no object; 0 takes it back. */
export function setNotAnObject(p: usize): void {
  notAnObject = p;
}

/** Stamps nodes and slots with another number than that of the row; gives the one before. */
export function setStamp(stamp: u32): u32 {
  const before = row;
  row = stamp;
  return before;
}

/** The counter of a map's entries; the four stand one behind the other. */
// @ts-ignore: decorator
@inline
export function entriesAt(map: u32): usize {
  return changetype<usize>(batch) + offsetof<Batch>('entries0') + (map << 2);
}

/** Makes a slice the value for the next `pushEntries`. */
// @ts-ignore: decorator
@inline
export function setValue(p: usize, len: u32, what: u32): void {
  start = p;
  length = len;
  kind = what;
}

/** Notes where a map's source is no object; only the first place is told. */
export function noteNotAnObject(p: usize): void {
  if (!notAnObject) notAnObject = p;
}

/** Counts a member that was blanked out. */
export function noteBlanked(): void {
  blanked++;
}

/** Counts halves of surrogate pairs that became U+FFFD. */
export function addSurrogates(count: u32): void {
  surrogates += count;
}

// @ts-ignore: decorator
@inline
export function putEntry(at: usize, key: u32, p: usize, len: u32, what: u32): void {
  const entry = changetype<MapEntry>(at);
  entry.key = key;
  entry.start = <u32>p;
  entry.len = len;
  entry.kind = what;
}

export function pushEntry(map: u32, key: u32): void {
  const counter = entriesAt(map);
  const at = load<u32>(counter);
  if (at >= batch.entryCap) {
    full = true;
    return;
  }
  putEntry(entryAt(mapEntries(batch, map), at), key, start, length, kind);
  store<u32>(counter, at + 1);
}

/** Puts the last value into each map of a set. */
// @ts-ignore: decorator
@inline
export function pushEntries(maps: u32, key: ScanKey): void {
  while (maps) {
    pushEntry(ctz(maps), key.name);
    surrogates += key.surrogates;
    maps &= maps - 1;
  }
}

/** Room for rewritten bytes, which are never more than their source. */
export function scratchRoom(bytes: usize): usize {
  if (batch.scratchPos + bytes > batch.scratchEnd) {
    full = true;
    return 0;
  }
  return batch.scratchPos;
}

/** Makes rewritten bytes [to, end), for which there was room, the value. */
export function takeScratch(to: usize, end: usize): void {
  assert(end <= batch.scratchEnd);
  start = to;
  length = <u32>(end - to);
  batch.scratchPos = end;
}

export function storeScalar(column: u32, at: u32): void {
  const index = column * batch.rowCap + at;
  store<u32>(batch.scalarStart + (index << 2), <u32>start);
  store<u32>(batch.scalarLen + (index << 2), length);
  store<u8>(batch.scalarKind + index, kind);
}

/** Forgets what the current row put into the batch. */
export function rollBack(at: u32, scratch: usize): void {
  for (let map: u32 = 0; map < MAPS; map++) {
    store<u32>(entriesAt(map), load<u32>(batch.mapOffset + ((map * (batch.rowCap + 1) + at) << 2)));
  }
  batch.scratchPos = scratch;
  surrogates = 0;
}

/** Begins a row, or begins it anew. */
export function beginRow(): void {
  row = ++scanner.row;
  repeated = false;
  notAnObject = 0;
  surrogates = 0;
}

function count(code: u32, times: u32): void {
  const at = batch.warnings + (code << 2);
  store<u32>(at, load<u32>(at) + times);
}

/** Writes what a row is besides its values, and counts it in; [line, end) is its text. */
export function endRow(at: u32, code: u32, detail: u32, line: usize, end: usize, origin: f64): void {
  if (code) clearScalars(at);
  else {
    if (blanked) count(CODE_DUPLICATE_KEY, blanked);
    if (surrogates) count(CODE_LONE_SURROGATE, 1);
  }
  store<u8>(batch.code + at, code);
  store<u32>(batch.detail + (at << 2), detail);
  store<u32>(batch.rowStart + (at << 2), <u32>line);
  store<u32>(batch.rowLen + (at << 2), <u32>(end - line));
  store<u32>(batch.rowLine + (at << 2), scanner.line);
  store<f64>(batch.rowOffset + (at << 3), origin + <f64>line);
  for (let map: u32 = 0; map < MAPS; map++) {
    store<u32>(batch.mapOffset + ((map * (batch.rowCap + 1) + at + 1) << 2), load<u32>(entriesAt(map)));
  }
  batch.rows = at + 1;
}

/** A rejected row has no values. */
function clearScalars(at: u32): void {
  start = 0;
  length = 0;
  kind = KIND_ABSENT;
  for (let column: u32 = 0; column < 4; column++) storeScalar(column, at);
}
