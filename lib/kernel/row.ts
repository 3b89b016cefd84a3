// The row that is being scanned: what was found of its event so far, and how it becomes a row of the batch.
// json/ and csv/ fill it.
//
// The last value that was read for use is in `start`, `length` and `kind`, until it goes into a slot (slots.ts)
// or becomes an entry of maps (entries.ts). finish.ts fills the columns from the slots when the event ends.

import { CODE_DUPLICATE_KEY, CODE_LONE_SURROGATE } from './codes';
import { Batch, entryCountAt, KIND_ABSENT, KIND_STRING, MAPS } from './layout';
import { nodeAt, scanner, setScanner } from './scanner';
import { setReadLimit } from './text';

export let batch: Batch = changetype<Batch>(0);
/** Stamp of the current row. */
export let row: u32 = 0;
/** End of the text. A guessed name is compared only if it fits before it. */
export let textEnd: usize = 0;

// What happened in the current row besides filling slots.
/** The batch has no room for its entries or rewritten bytes: it is scanned again in the next batch. */
export let full: bool = false;
/** A member that the mapping names came twice. */
export let repeated: bool = false;
/** The row is scanned a second time, in a copy without repeated members. */
export let blanking: bool = false;
/** Names of members that were met in the scan of the row, and elements that became dotted keys. */
let members: u32 = 0;
/** How many repeated members were blanked out. */
let blanked: u32 = 0;
/** Address of a map's source that is not an object, or 0. */
export let notAnObject: usize = 0;
/** How many lone surrogates became U+FFFD in what is used. */
let surrogates: u32 = 0;

// The last value that was read for use.
export let start: usize = 0;
export let length: u32 = 0;
export let kind: u32 = 0;

/** Goes on with a text that ends at `end`: the batch's own text, or a copy of a part of it. */
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

/** Begins or ends the second scan of a row, without repeated members. */
export function setBlanking(on: bool): void {
  blanking = on;
}

/** Begins a row that the batch may have no room for. */
export function beginAttempt(): void {
  full = false;
  blanked = 0;
}

/** Makes a text the last value. */
// @ts-ignore: decorator
@inline
export function setText(p: usize, len: u32): void {
  start = p;
  length = len;
  kind = KIND_STRING;
}

/** Notes that the row has a node's member, and whether it has it again. */
// @ts-ignore: decorator
@inline
export function noteMember(index: u32): void {
  const node = nodeAt(index);
  if (node.seenRow == row) repeated = true;
  node.seenRow = row;
}

/** Sets where a map's source is not an object; 0: nowhere. */
export function setNotAnObject(p: usize): void {
  notAnObject = p;
}

/** Makes another number the stamp of nodes and slots; returns the one before. */
export function setStamp(stamp: u32): u32 {
  const before = row;
  row = stamp;
  return before;
}

/** Makes a slice the last value. */
// @ts-ignore: decorator
@inline
export function setValue(p: usize, len: u32, what: u32): void {
  start = p;
  length = len;
  kind = what;
}

/** Notes where a map's source is not an object; the first place counts. */
export function noteNotAnObject(p: usize): void {
  if (!notAnObject) notAnObject = p;
}

/** Counts a member that was blanked out. */
export function noteBlanked(): void {
  blanked++;
}

/** Notes that the batch has no room for the row. */
export function setFull(): void {
  full = true;
}

/**
 * Most members of an event. Each name that is new takes about a kilobyte in tables of names: with this
 * many two threads stay inside the default memory, with twice as many they passed it by 22 MiB.
 */
const MOST_KEYS: u32 = 32768;

/** Counts members that were met. */
// @ts-ignore: decorator
@inline
export function addMembers(count: u32): void {
  members += count;
}

/** Whether the event is to be rejected because of the number of its members. No new names are remembered then. */
export function hasTooManyKeys(): bool {
  return members > MOST_KEYS;
}

/** Counts lone surrogates that became U+FFFD. */
export function addSurrogates(count: u32): void {
  surrogates += count;
}

/** Address in the scratch with room for so many bytes; 0 if there is none. */
export function scratchRoom(bytes: usize): usize {
  if (batch.scratchPos + bytes > batch.scratchEnd) {
    full = true;
    return 0;
  }
  return batch.scratchPos;
}

/** Makes rewritten bytes [to, end) in the scratch the last value. */
export function takeScratch(to: usize, end: usize): void {
  assert(end <= batch.scratchEnd);
  start = to;
  length = <u32>(end - to);
  batch.scratchPos = end;
}

/** Stores the last value in a scalar column of the row. */
export function storeScalar(column: u32, at: u32): void {
  const index = column * batch.rowCap + at;
  store<u32>(batch.scalarStart + (index << 2), <u32>start);
  store<u32>(batch.scalarLen + (index << 2), length);
  store<u8>(batch.scalarKind + index, kind);
}

/** Takes back what the current row put into the batch. */
export function rollBack(at: u32, scratch: usize): void {
  for (let map: u32 = 0; map < MAPS; map++) {
    store<u32>(entryCountAt(batch, map), load<u32>(batch.mapOffset + ((map * (batch.rowCap + 1) + at) << 2)));
  }
  batch.scratchPos = scratch;
  surrogates = 0;
}

/** Begins a row, or its second scan. */
export function beginRow(): void {
  members = 0;
  row = ++scanner.row;
  repeated = false;
  notAnObject = 0;
  surrogates = 0;
}

function count(code: u32, times: u32): void {
  const at = batch.warnings + (code << 2);
  store<u32>(at, load<u32>(at) + times);
}

/** Ends the row whose text is [line, end): stores its code and place. */
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
    store<u32>(batch.mapOffset + ((map * (batch.rowCap + 1) + at + 1) << 2), load<u32>(entryCountAt(batch, map)));
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
