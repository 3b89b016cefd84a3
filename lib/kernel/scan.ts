// Lines of JSON → rows of slices, following the compiled mapping (scanner.ts).
//
// One pass over the bytes checks the JSON and captures what the mapping wants. A member's name is first
// compared with the name that followed the same name the last time, and looked up by hash otherwise; a
// name never seen before goes to TypeScript once.

import {
  CODE_DUPLICATE_KEY,
  CODE_FILTERED,
  CODE_INVALID_JSON,
  CODE_INVALID_UTF8,
  CODE_LINE_TOO_LONG,
  CODE_LONE_SURROGATE,
  CODE_MAP_NOT_AN_OBJECT,
  CODE_NOT_AN_OBJECT,
  CODE_OK,
  CODE_TOO_DEEP,
} from './codes';
import { guessed, isClosed, lastTaken, scanMembers } from './members';
import { applyDefaults, isWanted, joinTime, keepId } from './extras';
import {
  compact,
  fail,
  failedAt,
  failedCode,
  hasEscape,
  MAX_DEPTH,
  needsCompacting,
  replacedSurrogates,
  skipSpace,
  stringEnd,
  unescape,
  valueEnd,
  valueKind,
} from './json';
import { scanText } from './json-text';
import {
  Batch,
  entryAt,
  INSERT_ID,
  KIND_ABSENT,
  KIND_NULL,
  KIND_OBJECT,
  KIND_STRING,
  MapEntry,
  MAPS,
  mapEntries,
  PADDING,
  TS,
} from './layout';
import { blankElements, scanPairs } from './pairs';
import { Node, ScanKey, Scanner, Slot, Target } from './scanner';
import { byteAt, hashText, isUtf8, lineEnd, sameText, setReadLimit, sixteenAt } from './text';
import { isUuid, nameBegin, nameByte, nameEndUuid, nameText, UUID_LENGTH } from './uuid';

/** Asks TypeScript for a key's record; memory may grow. */
// @ts-ignore: decorator
@external('env', 'newKey')
declare function newKey(context: u32, start: usize, len: u32): u32;
/** Asks TypeScript for the node of a flattened value's inside. */
// @ts-ignore: decorator
@external('env', 'newInside')
declare function newInside(key: u32, maps: u32): i32;

export let scanner: Scanner = changetype<Scanner>(0);
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

// @ts-ignore: decorator
@inline
export function nodeAt(index: u32): Node {
  return changetype<Node>(scanner.nodes + index * offsetof<Node>());
}

// @ts-ignore: decorator
@inline
export function keyAt(index: u32): ScanKey {
  return changetype<ScanKey>(scanner.keys + index * offsetof<ScanKey>());
}

// @ts-ignore: decorator
@inline
export function slotAt(index: u32): Slot {
  return changetype<Slot>(scanner.slots + index * offsetof<Slot>());
}

/** Goes on with a text that ends at `end`: the batch's own, or a copy of a part of it. */
export function beginText(end: usize): void {
  textEnd = end;
  setReadLimit(end);
}

/** Begins to fill a batch from the text up to `end`. */
export function beginScan(scannerAt: usize, batchAt: usize, end: usize): void {
  scanner = changetype<Scanner>(scannerAt);
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

export function takeScratch(to: usize, end: usize): void {
  assert(end <= batch.scratchEnd);
  start = to;
  length = <u32>(end - to);
  batch.scratchPos = end;
}

/** Reads a value for use: `start`, `length`, `kind`. */
// @ts-ignore: decorator
@inline
function readValue(p: usize, depth: u32): usize {
  const c = byteAt(p);
  if (c == 34) {
    const end = stringEnd(p + 1);
    if (!end) return 0;
    start = p + 1;
    length = <u32>(end - start);
    kind = KIND_STRING;
    if (hasEscape) rewriteString(end);
    return end + 1;
  }
  return readOther(p, depth);
}

function rewriteString(end: usize): void {
  const to = scratchRoom(length);
  if (!to) return;
  takeScratch(to, unescape(start, end, to));
  surrogates += replacedSurrogates;
}

function readOther(p: usize, depth: u32): usize {
  const end = valueEnd(p, depth);
  if (!end) return 0;
  start = p;
  length = <u32>(end - p);
  kind = valueKind;
  if (kind >= KIND_OBJECT && needsCompacting) {
    const to = scratchRoom(length);
    if (to) takeScratch(to, compact(p, end, to));
  }
  return end;
}

/** The record of a name [p, end) in a context. */
export function findKey(context: u32, p: usize, end: usize): u32 {
  const len = <u32>(end - p);
  let at = hashText(p, len, context) & scanner.tableMask;
  while (true) {
    const index = load<u32>(scanner.table + (at << 2));
    if (index == 0) return newKey(context, p, len);
    const key = keyAt(index);
    if (key.context == context && key.len == len && sameText(key.start, p, len)) return index;
    at = (at + 1) & scanner.tableMask;
  }
}

/** The record of a name, for TypeScript. */
export function keyOf(scannerAt: usize, context: u32, p: usize, len: u32): u32 {
  scanner = changetype<Scanner>(scannerAt);
  return findKey(context, p, p + len);
}

/** Where the two keys stand that are likely to come behind another one, or first: u32[2]. */
// @ts-ignore: decorator
@inline
export function guessesAfter(previous: u32, context: u32): usize {
  if (previous) return changetype<usize>(keyAt(previous)) + offsetof<ScanKey>('next');
  return changetype<usize>(nodeAt(context)) + offsetof<Node>('first');
}

/** Puts a key first of two guesses. */
function putGuess(guesses: usize, index: u32): void {
  store<u32>(guesses + 4, load<u32>(guesses));
  store<u32>(guesses, index);
}

/** The one of two keys that stands at p with `":` behind it, or 0. */
// @ts-ignore: decorator
@inline
export function guessKey(guesses: usize, p: usize): u32 {
  const index = load<u32>(guesses);
  if (isKey(index, p)) return index;
  const other = load<u32>(guesses + 4);
  if (!isKey(other, p)) return 0;
  putGuess(guesses, other);
  return other;
}

/** No name has a line feed, which ends the text, so that none is found past its end. */
// @ts-ignore: decorator
@inline
function isKey(index: u32, p: usize): bool {
  const key = keyAt(index);
  const same = i8x16.bitmask(i8x16.eq(v128.load(key.start), sixteenAt(p))) | key.beyond;
  if (same != 0xffff || index == 0) return false;
  return key.len <= 14 || (p + key.len < textEnd && sameText(key.start, p, key.len + 2));
}

/** From behind the `{` of the object at a node to behind its `}`. */
export function scanObject(p: usize, context: u32, depth: u32): usize {
  if (depth > MAX_DEPTH) return fail(p - 1, CODE_TOO_DEEP);
  p = skipSpace(p);
  if (byteAt(p) == 125) return p + 1;
  const maps = nodeAt(context).maps;
  let previous: u32 = 0;
  while (true) {
    p = scanMembers(p, context, previous, maps);
    if (isClosed) return p;
    previous = lastTaken;
    p = skipSpace(p);
    if (byteAt(p) != 34) return fail(p, CODE_INVALID_JSON);
    p++;
    // The name with its quote and colon: guessed, or found.
    let index = guessed ? guessed : guessKey(guessesAfter(previous, context), p);
    let key = keyAt(index);
    if (index) p += key.len + 2;
    else {
      const end = stringEnd(p);
      if (!end) return 0;
      index = findKey(context, p, end);
      putGuess(guessesAfter(previous, context), index);
      key = keyAt(index);
      p = skipSpace(end + 1);
      if (byteAt(p) != 58) return fail(p, CODE_INVALID_JSON);
      p++;
    }
    previous = index;
    p = skipSpace(p);
    // The value.
    if (key.node >= 0) p = scanMember(p, index, depth);
    else if (maps) p = scanEntry(p, index, maps, depth);
    else {
      key.count++;
      p = valueEnd(p, depth);
    }
    if (!p) return 0;
    p = skipSpace(p);
    const c = byteAt(p);
    if (c == 44) {
      p = skipSpace(p + 1);
      continue;
    }
    if (c == 125) return p + 1;
    return fail(p, CODE_INVALID_JSON);
  }
}

/** A member that goes into maps under its own name. */
// @ts-ignore: decorator
@inline
function scanEntry(p: usize, index: u32, maps: u32, depth: u32): usize {
  const end = readValue(p, depth);
  if (end == 0) return 0;
  if (kind < KIND_OBJECT || (maps & scanner.flatten) == 0) {
    pushEntries(maps, keyAt(index));
    return end;
  }
  return pushNested(p, end, index, maps, depth);
}

/** The last value, nested, goes as text into some maps and flattened into others. */
function pushNested(p: usize, end: usize, index: u32, maps: u32, depth: u32): usize {
  const empty = length == 2;
  const flat = empty ? 0 : maps & scanner.flatten;
  pushEntries(maps & ~flat, keyAt(index));
  return flat ? flattenValue(p, index, flat, depth) : end;
}

/** Members and elements of a value that is not empty become entries with dotted names. */
function flattenValue(p: usize, index: u32, maps: u32, depth: u32): usize {
  let inside = keyAt(index).inside;
  if (inside < 0) inside = newInside(index, maps);
  if (byteAt(p) == 123) return scanObject(p + 1, inside, depth + 1);
  if (depth >= MAX_DEPTH) return fail(p, CODE_TOO_DEEP);
  p = skipSpace(p + 1);
  let element: u32 = 0;
  while (true) {
    p = scanEntryOfArray(p, elementKey(inside, element), maps, depth + 1);
    if (!p) return 0;
    element++;
    p = skipSpace(p);
    if (byteAt(p) == 93) return p + 1;
    p = skipSpace(p + 1); // the value was checked: this is a comma
  }
}

function scanEntryOfArray(p: usize, index: u32, maps: u32, depth: u32): usize {
  return scanEntry(p, index, maps, depth);
}

const digits: usize = memory.data(32);

/** The key of an array's element: its number. */
function elementKey(context: u32, element: u32): u32 {
  let at = digits + 16;
  let rest = element;
  do {
    store<u8>(--at, 48 + (rest % 10));
    rest /= 10;
  } while (rest);
  return findKey(context, at, digits + 16);
}

/** A member that the mapping names. */
export function scanMember(p: usize, index: u32, depth: u32): usize {
  noteMember(keyAt(index).node);
  const node = nodeAt(keyAt(index).node);
  if (node.isText | node.element) return scanSpecial(p, index, depth);
  return scanNamed(p, index, depth);
}

/** A member that may be JSON in a string, or an array of pairs. */
function scanSpecial(p: usize, index: u32, depth: u32): usize {
  if (nodeAt(keyAt(index).node).isText && byteAt(p) == 34) {
    const end = scanText(p, index, depth);
    // Whatever else the string holds, it is a string.
    if (end) return end;
  }
  return scanValue(p, index, depth);
}

/** Its value, which may be an array of pairs. */
export function scanValue(p: usize, index: u32, depth: u32): usize {
  const node = nodeAt(keyAt(index).node);
  if (!node.element) return scanOther(p, index, depth);
  const c = byteAt(p);
  if (c != 91 && c != 110) noteNotAnObject(p);
  const isElsewhere = node.slot >= 0 || node.entryMaps != 0 || node.maps != 0;
  if (isElsewhere || c != 91) {
    const end = scanOther(p, index, depth);
    if (!end || c != 91) return end;
  }
  return scanPairs(p, keyAt(index).node, depth);
}

/** Its value otherwise. */
function scanOther(p: usize, index: u32, depth: u32): usize {
  return scanNamed(p, index, depth);
}

/** Its value, read for slots and maps. */
// @ts-ignore: decorator
@inline
function scanNamed(p: usize, index: u32, depth: u32): usize {
  const key = keyAt(index);
  const node = nodeAt(key.node);
  const isObject = byteAt(p) == 123;
  const descend = isObject && node.isContext != 0;
  if (node.slot < 0 && node.entryMaps == 0) {
    if (descend) return scanObject(p + 1, key.node, depth + 1);
    if (node.maps == 0) return valueEnd(p, depth);
  }
  let end = readValue(p, depth);
  if (!end) return 0;
  if (node.slot >= 0) fillSlot(node.slot);
  let maps = node.entryMaps;
  if (node.maps && kind != KIND_OBJECT) {
    // A member that the mapping expected to be partly used, but is no object: all of it is unused.
    if (!node.mustBeObject) maps |= node.maps;
    else if (kind != KIND_NULL) noteNotAnObject(p);
  }
  if (maps) {
    if (kind < KIND_OBJECT || (maps & scanner.flatten) == 0) pushEntries(maps, key);
    else end = pushNested(p, end, index, maps, depth);
  }
  // The node may have moved while new keys were made.
  return descend ? scanObject(p + 1, keyAt(index).node, depth + 1) : end;
}

/** Takes the first source that has a value, else the constant: `start`, `length`, `kind`. */
export function resolve(target: Target): void {
  for (let i: u32 = 0; i < target.slotCount; i++) {
    const slot = slotAt(load<u32>(target.slots + (i << 2)));
    if (slot.row == row && slot.kind != KIND_NULL) {
      start = slot.start;
      length = slot.len;
      kind = slot.kind;
      return;
    }
  }
  start = target.constant;
  length = target.constantLen;
  kind = start ? KIND_STRING : KIND_ABSENT;
}

function storeScalar(column: u32, at: u32): void {
  const index = column * batch.rowCap + at;
  store<u32>(batch.scalarStart + (index << 2), <u32>start);
  store<u32>(batch.scalarLen + (index << 2), length);
  store<u8>(batch.scalarKind + index, kind);
}

/** Fills the row's columns from its slots; [raw, rawEnd) is the event's text. */
export function finishRow(at: u32, raw: usize, rawEnd: usize): void {
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
}

/** The last value, which was checked, becomes the entry of a key, or its entries. */
export function pushRead(map: u32, key: u32): void {
  if (kind < KIND_OBJECT) {
    pushEntry(map, keyAt(key).name);
    return;
  }
  const before = textEnd;
  beginText(start + length);
  pushNested(start, textEnd, key, 1 << map, 1);
  beginText(before);
}

/** Puts a UUID of the event's text, or of the fields that the mapping names, where there is none. */
function deriveInsertId(raw: usize, rawEnd: usize): void {
  if (kind == KIND_STRING && isUuid(start, length)) return;
  if (scanner.keptKey) keepId();
  const to = scratchRoom(UUID_LENGTH);
  if (!to) return;
  nameBegin();
  if (scanner.deriveNameLen) {
    nameText(scanner.deriveName, scanner.deriveNameLen);
    nameByte(0x1f);
  }
  const hasId = kind > KIND_NULL && kind < KIND_OBJECT && length != 0;
  if (hasId && scanner.fromId) nameText(start, length);
  else if (scanner.derive == 1) nameText(raw, <u32>(rawEnd - raw));
  else {
    for (let i: u32 = 0; i < scanner.deriveSlotCount; i++) {
      if (i) nameByte(0x1f);
      const slot = slotAt(load<u32>(scanner.deriveSlots + (i << 2)));
      if (slot.row == row && slot.kind != KIND_NULL) nameText(slot.start, slot.len);
    }
  }
  nameEndUuid(to);
  takeScratch(to, to + UUID_LENGTH);
  kind = KIND_STRING;
}

/** Forgets what the current row put into the batch. */
export function rollBack(at: u32, scratch: usize): void {
  for (let map: u32 = 0; map < MAPS; map++) {
    store<u32>(entriesAt(map), load<u32>(batch.mapOffset + ((map * (batch.rowCap + 1) + at) << 2)));
  }
  batch.scratchPos = scratch;
  surrogates = 0;
}

export function beginRow(): void {
  row = ++scanner.row;
  repeated = false;
  notAnObject = 0;
  surrogates = 0;
}

/** One event, from its first byte to the end of its line. */
function scanEvent(p: usize): usize {
  beginRow();
  const isObject = byteAt(p) == 123;
  let end = isObject ? scanObject(p + 1, 0, 1) : valueEnd(p, 0);
  if (!end) return 0;
  end = skipSpace(end);
  if (byteAt(end) != 10) return fail(end, CODE_INVALID_JSON);
  return isObject ? end : fail(p, CODE_NOT_AN_OBJECT);
}

/**
 * JSON.parse lets the last of several members of one name win. Where the mapping names that member, all
 * that the earlier one captured must go: it is blanked out in a copy of the line, which is scanned again.
 */
function scanWithoutRepeats(p: usize, end: usize): usize {
  const size = end - p;
  const copy = scratchRoom(size + 1 + PADDING);
  if (!copy) return 0;
  memory.copy(copy, p, size + 1);
  batch.scratchPos = copy + size + 1 + PADDING;
  setReadLimit(copy + size + 1);
  row = ++scanner.row;
  blankRepeats(copy + 1, 0);
  const before = textEnd;
  textEnd = copy + size;
  blanking = true;
  const done = scanEvent(copy);
  blanking = false;
  textEnd = before;
  return done ? end : 0;
}

/** Walks an object that was checked before; see above. */
export function blankRepeats(p: usize, context: u32): usize {
  const object = p;
  p = skipSpace(p);
  if (byteAt(p) == 125) return p + 1;
  while (true) {
    const member = p;
    const nameEnd = stringEnd(p + 1);
    const key = keyAt(findKey(context, p + 1, nameEnd));
    p = skipSpace(skipSpace(nameEnd + 1) + 1);
    if (key.node >= 0) {
      const node = nodeAt(key.node);
      if (node.seenRow == row && node.seenIn == <u32>object) blankMember(node.seenAt);
      node.seenRow = row;
      node.seenIn = <u32>object;
      node.seenAt = <u32>member;
      const c = byteAt(p);
      if (c == 123 && node.isContext != 0) p = blankRepeats(p + 1, key.node);
      else p = c == 91 && node.element != 0 ? blankElements(p, node.element) : valueEnd(p, 0);
    } else p = valueEnd(p, 0);
    p = skipSpace(p);
    if (byteAt(p) == 125) return p + 1;
    p = skipSpace(p + 1);
  }
}

/** Overwrites a member and the comma behind it with spaces. */
function blankMember(member: usize): void {
  let end = skipSpace(skipSpace(stringEnd(member + 1) + 1) + 1);
  end = skipSpace(valueEnd(end, 0)) + 1;
  memory.fill(member, 32, end - member);
  blanked++;
}

/** Text without the white space at its end. */
function trimmedEnd(p: usize, end: usize): usize {
  while (end > p && load<u8>(end - 1) <= 32) end--;
  return end;
}

function count(code: u32, times: u32): void {
  const at = batch.warnings + (code << 2);
  store<u32>(at, load<u32>(at) + times);
}

/**
 * Scans lines of [p, end) into the batch until they or the batch's room end; a line feed stands at the
 * last line's end, which may be `end` itself. Returns where the next scan begins. `origin` is the byte
 * offset in the source of address 0, so to say: a row's offset is origin + its address.
 */
export function scan(scannerAt: usize, batchAt: usize, p: usize, end: usize, origin: f64): usize {
  beginScan(scannerAt, batchAt, end);
  const allUtf8 = isUtf8(p, end);
  while (p < end && batch.rows < batch.rowCap) {
    const line = p;
    p = skipSpace(p);
    if (byteAt(p) == 10 && p - line <= <usize>scanner.maxLine) {
      p++;
      scanner.line++;
      continue;
    }
    const at = batch.rows;
    const scratch = batch.scratchPos;
    beginAttempt();
    let code = CODE_OK;
    let stop: usize = 0;
    let next: usize;
    if (!allUtf8 && !isUtf8(p, lineEnd(p))) {
      code = CODE_INVALID_UTF8;
      next = lineEnd(p);
    } else {
      next = scanEvent(p);
      if (next && repeated && !full) {
        const lineAt = next;
        rollBack(at, scratch);
        next = scanWithoutRepeats(p, lineAt);
        setReadLimit(end);
        // The copy has the same length, blanks and all; only its values moved.
        if (!next && !full) unreachable();
        if (full) next = lineAt;
      }
      if (next) {
        if (!isWanted()) code = CODE_FILTERED;
        else if (notAnObject) {
          code = CODE_MAP_NOT_AN_OBJECT;
          stop = notAnObject;
        } else finishRow(at, p, trimmedEnd(p, next));
      } else {
        code = failedCode;
        stop = failedAt;
        next = lineEnd(failedAt);
      }
      if (full) {
        rollBack(at, scratch);
        return line;
      }
    }
    if (next - line > <usize>scanner.maxLine) {
      code = CODE_LINE_TOO_LONG;
      stop = 0;
    }
    if (code) rollBack(at, scratch);
    // Where the text went wrong, within the line; a repeated member's copy has its own addresses.
    endRow(at, code, stop >= line && stop <= next ? <u32>(stop - line) : 0, line, next, origin);
    scanner.line++;
    p = next + 1;
  }
  return p;
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
