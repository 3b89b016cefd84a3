// Objects of JSON by the compiled mapping: members go into slots and maps, or are passed over. scanObject
// takes any JSON; members.ts is a short cut through members in the form that logs have.
//
// This file and two others import each other, because values nest: the string of a member may hold JSON
// (json-text.ts), and its array may hold pairs (pairs.ts), whose objects are scanned here.

import {
  CLOSING_BRACE,
  CLOSING_BRACKET,
  COLON,
  COMMA,
  LOWER_N,
  OPENING_BRACE,
  OPENING_BRACKET,
  QUOTE,
  ZERO,
} from '../ascii';
import { CODE_INVALID_JSON, CODE_TOO_DEEP } from '../codes';
import { pushEntries, pushEntry } from '../entries';
import { findKey, guessesAfter, guessKey, putGuess } from '../keys';
import { KIND_NULL, KIND_OBJECT } from '../layout';
import {
  addMembers,
  beginText,
  kind,
  length,
  noteMember,
  noteNotAnObject,
  start,
  textEnd,
} from '../row';
import { keyAt, nodeAt, OTHERS_ENTRY, OTHERS_REJECT, scanner } from '../scanner';
import { fillSlot } from '../slots';
import { byteAt } from '../text';
import { fail, MAX_DEPTH, skipSpace, stringEnd, valueEnd } from './grammar';
import { scanJsonText } from './json-text';
import { guessed, isClosed, lastTaken, scanMembers } from './members';
import { scanArray } from './pairs';
import { readValue } from './read';
import { afterUnion, insideUnion } from './unions';

/** Asks TypeScript for the node of a flattened value's inside. */
// @ts-ignore: decorator
@external('env', 'newInside')
declare function newInside(key: u32, maps: u32): i32;

/** Scans the object of a node; p is after its `{`. Returns the address after its `}`, or 0. */
export function scanObject(p: usize, context: u32, depth: u32): usize {
  if (depth > MAX_DEPTH) return fail(p - 1, CODE_TOO_DEEP);
  p = skipSpace(p);
  if (byteAt(p) == CLOSING_BRACE) return p + 1;
  const maps = nodeAt(context).maps;
  let previous: u32 = 0;
  while (true) {
    p = scanMembers(p, context, previous, maps);
    if (isClosed) return p;
    previous = lastTaken;
    p = skipSpace(p);
    if (byteAt(p) != QUOTE) return fail(p, CODE_INVALID_JSON);
    p++;
    addMembers(1);
    // The name with its quote and colon: guessed or looked up.
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
      if (byteAt(p) != COLON) return fail(p, CODE_INVALID_JSON);
      p++;
    }
    previous = index;
    p = skipSpace(p);
    // The value. An event with too many keys is rejected at its end, if the rest of it is valid.
    if (!index) p = valueEnd(p, depth);
    else if (key.node >= 0) p = scanMember(p, index, depth);
    else if (maps) p = scanEntry(p, index, maps, depth);
    else {
      key.count++;
      p = valueEnd(p, depth);
    }
    if (!p) return 0;
    p = skipSpace(p);
    const c = byteAt(p);
    if (c == COMMA) {
      p = skipSpace(p + 1);
      continue;
    }
    if (c == CLOSING_BRACE) return p + 1;
    return fail(p, CODE_INVALID_JSON);
  }
}

/** A member that goes into maps under its own name. */
// @ts-ignore: decorator
@inline
function scanEntry(p: usize, index: u32, maps: u32, depth: u32): usize {
  const end = readValue(p, depth);
  if (end == 0) return 0;
  if (kind < KIND_OBJECT || ((maps & scanner.flatten) | scanner.unions) == 0) {
    pushEntries(maps, keyAt(index));
    return end;
  }
  return scanNestedEntry(p, end, index, maps, depth);
}

/** The last value, an object or array at p, becomes an entry; it may be a union's value, or be flattened. */
function scanNestedEntry(p: usize, end: usize, index: u32, maps: u32, depth: u32): usize {
  const inside = scanner.unions ? insideUnion(p, depth) : 0;
  if (!inside) return pushNested(p, end, index, maps, depth);
  const insideEnd = readValue(inside, depth + 1);
  if (kind < KIND_OBJECT) {
    pushEntries(maps, keyAt(index));
    return end;
  }
  return afterUnion(pushNested(inside, insideEnd, index, maps, depth + 1));
}

/** The last value, an object or array, goes as text into some maps and flattened into others. */
function pushNested(p: usize, end: usize, index: u32, maps: u32, depth: u32): usize {
  const empty = length == 2;
  const flat = empty ? 0 : maps & scanner.flatten;
  pushEntries(maps & ~flat, keyAt(index));
  return flat ? flattenValue(p, index, flat, depth) : end;
}

/** The members or elements of a value that is not empty become entries with dotted names. */
function flattenValue(p: usize, index: u32, maps: u32, depth: u32): usize {
  let inside = keyAt(index).inside;
  if (inside < 0) inside = newInside(index, maps);
  if (byteAt(p) == OPENING_BRACE) return scanObject(p + 1, inside, depth + 1);
  if (depth >= MAX_DEPTH) return fail(p, CODE_TOO_DEEP);
  p = skipSpace(p + 1);
  let element: u32 = 0;
  while (true) {
    const key = elementKey(inside, element);
    p = key ? scanEntryOfArray(p, key, maps, depth + 1) : valueEnd(p, depth + 1);
    if (!p) return 0;
    element++;
    p = skipSpace(p);
    if (byteAt(p) == CLOSING_BRACKET) return p + 1;
    p = skipSpace(p + 1); // a comma: the value was checked before
  }
}

/** `scanEntry` as a call: arrays are rare. */
function scanEntryOfArray(p: usize, index: u32, maps: u32, depth: u32): usize {
  return scanEntry(p, index, maps, depth);
}

const digits: usize = memory.data(32);

/** The key of an array's element, whose name is its number; 0 as for `findKey`. */
function elementKey(context: u32, element: u32): u32 {
  addMembers(1);
  let at = digits + 16;
  let rest = element;
  do {
    store<u8>(--at, ZERO + (rest % 10));
    rest /= 10;
  } while (rest);
  return findKey(context, at, digits + 16);
}

/** A member that the mapping names. */
export function scanMember(p: usize, index: u32, depth: u32): usize {
  noteMember(keyAt(index).node);
  if (nodeAt(keyAt(index).node).isSpecial) return scanSpecial(p, index, depth);
  return scanNamed(p, index, depth);
}

/** A member that may be JSON in a string, an array whose elements are scanned, or an Avro union. */
function scanSpecial(p: usize, index: u32, depth: u32): usize {
  const inside = scanner.unions ? insideUnion(p, depth) : 0;
  if (inside) return afterUnion(scanText(inside, index, depth + 1));
  return scanText(p, index, depth);
}

/** A member whose value may be JSON in a string. */
function scanText(p: usize, index: u32, depth: u32): usize {
  if (nodeAt(keyAt(index).node).isText && byteAt(p) == QUOTE) {
    const end = scanJsonText(p, index, depth);
    if (end) return end;
  }
  return scanValue(p, index, depth);
}

/** The value of a member that the mapping names, which may be an array whose elements are scanned. */
export function scanValue(p: usize, index: u32, depth: u32): usize {
  const node = nodeAt(keyAt(index).node);
  if (!node.element) return scanOther(p, index, depth);
  const c = byteAt(p);
  if (node.pairs && c != OPENING_BRACKET && c != LOWER_N) noteNotAnObject(p);
  const isElsewhere = node.slot >= 0 || node.entryMaps != 0 || node.maps != 0;
  if (isElsewhere || c != OPENING_BRACKET) {
    const end = scanOther(p, index, depth);
    if (!end || c != OPENING_BRACKET) return end;
  }
  return scanArray(p, keyAt(index).node, depth);
}

/** `scanNamed` as a call, for the rare cases: the common one has it inlined. */
function scanOther(p: usize, index: u32, depth: u32): usize {
  return scanNamed(p, index, depth);
}

/** The value of a member that the mapping names, read for slots and maps. */
// @ts-ignore: decorator
@inline
function scanNamed(p: usize, index: u32, depth: u32): usize {
  const key = keyAt(index);
  const node = nodeAt(key.node);
  const isObject = byteAt(p) == OPENING_BRACE;
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
    // The mapping uses some members of this object, but it is not an object: the maps get all of it.
    if (node.others == OTHERS_ENTRY) maps |= node.maps;
    else if (node.others == OTHERS_REJECT && kind != KIND_NULL) noteNotAnObject(p);
  }
  if (maps) {
    if (kind < KIND_OBJECT || (maps & scanner.flatten) == 0) pushEntries(maps, key);
    else end = pushNested(p, end, index, maps, depth);
  }
  // Making new keys may have moved the node.
  return descend ? scanObject(p + 1, keyAt(index).node, depth + 1) : end;
}

/** The last value, which was checked before, becomes an entry of a map, or several. */
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
