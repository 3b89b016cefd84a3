// Lines of JSON → rows of slices, following the compiled mapping (scanner.ts).
//
// One pass over the bytes checks the JSON (json.ts) and captures what the mapping wants in the row (row.ts).
// scanObject does it for any JSON; members.ts is a short cut through members as logs have them. Special cases
// have files of their own: JSON in strings (json-text.ts), arrays of pairs (pairs.ts), members that come again
// (repeats.ts). finish.ts ends the event.

import {
  CODE_EXCLUDED_BY_MAPPING,
  CODE_INVALID_JSON,
  CODE_INVALID_UTF8,
  CODE_LINE_TOO_LONG,
  CODE_MAP_NOT_AN_OBJECT,
  CODE_NOT_AN_OBJECT,
  CODE_OK,
  CODE_TOO_DEEP,
} from './codes';
import { finishRow, isWanted } from './finish';
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
import { findKey, guessesAfter, guessKey, putGuess } from './keys';
import { KIND_NULL, KIND_OBJECT } from './layout';
import { guessed, isClosed, lastTaken, scanMembers } from './members';
import { scanPairs } from './pairs';
import { scanWithoutRepeats } from './repeats';
import {
  addSurrogates,
  batch,
  beginAttempt,
  beginRow,
  beginScan,
  beginText,
  endRow,
  fillSlot,
  full,
  kind,
  length,
  notAnObject,
  noteMember,
  noteNotAnObject,
  pushEntries,
  pushEntry,
  repeated,
  rollBack,
  scratchRoom,
  setText,
  setValue,
  start,
  takeScratch,
  textEnd,
} from './row';
import { keyAt, nodeAt, scanner } from './scanner';
import { byteAt, isUtf8, lineEnd } from './text';

/** Asks TypeScript for the node of a flattened value's inside. */
// @ts-ignore: decorator
@external('env', 'newInside')
declare function newInside(key: u32, maps: u32): i32;

/** Reads a value for use: `start`, `length`, `kind`. */
// @ts-ignore: decorator
@inline
function readValue(p: usize, depth: u32): usize {
  const c = byteAt(p);
  if (c == 34) {
    const begin = p + 1;
    const end = stringEnd(begin);
    if (!end) return 0;
    setText(begin, <u32>(end - begin));
    if (hasEscape) rewriteString(end);
    return end + 1;
  }
  return readOther(p, depth);
}

function rewriteString(end: usize): void {
  const to = scratchRoom(length);
  if (!to) return;
  takeScratch(to, unescape(start, end, to));
  addSurrogates(replacedSurrogates);
}

function readOther(p: usize, depth: u32): usize {
  const end = valueEnd(p, depth);
  if (!end) return 0;
  setValue(p, <u32>(end - p), valueKind);
  if (kind >= KIND_OBJECT && needsCompacting) {
    const to = scratchRoom(length);
    if (to) takeScratch(to, compact(p, end, to));
  }
  return end;
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

/** One event, from its first byte to the end of its line. */
export function scanEvent(p: usize): usize {
  beginRow();
  const isObject = byteAt(p) == 123;
  let end = isObject ? scanObject(p + 1, 0, 1) : valueEnd(p, 0);
  if (!end) return 0;
  end = skipSpace(end);
  if (byteAt(end) != 10) return fail(end, CODE_INVALID_JSON);
  return isObject ? end : fail(p, CODE_NOT_AN_OBJECT);
}

/** Text without the white space at its end. */
function trimmedEnd(p: usize, end: usize): usize {
  while (end > p && load<u8>(end - 1) <= 32) end--;
  return end;
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
        // The copy has the same length, blanks and all; only its values moved.
        if (!next && !full) unreachable();
        if (full) next = lineAt;
      }
      if (next) {
        if (!isWanted()) code = CODE_EXCLUDED_BY_MAPPING;
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
