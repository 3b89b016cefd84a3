// Strings that hold JSON, `"properties": "{\"price\": 1}"`: they count as what the JSON says.

import { CARRIAGE_RETURN, LINE_FEED, LOWER_N, OPENING_BRACE, OPENING_BRACKET } from '../ascii';
import {
  addSurrogates,
  batch,
  beginText,
  blanking,
  notAnObject,
  scratchRoom,
  setNotAnObject,
  textEnd,
} from '../row';
import { keyAt, nodeAt } from '../scanner';
import { byteAt } from '../text';
import { replacedSurrogates, unescape } from './escapes';
import { hasEscape, skipSpace, stringEnd, valueEnd } from './grammar';
import { scanValue } from './object';
import { blankCopy } from './repeats';

/** The text `null` as a little-endian number. */
export const NULL: u32 = 0x6c6c756e;

/**
 * If the string at p holds an object, an array, null or nothing (which counts as null), scans that as the
 * member's value, in a copy without escapes. Returns the address after the string. If it holds anything
 * else, does nothing and returns 0.
 */
export function scanJsonText(p: usize, index: u32, depth: u32): usize {
  const end = stringEnd(p + 1);
  if (!end) return 0;
  const size = end - (p + 1);
  const copy = scratchRoom(size + sizeof<u32>() + 1);
  if (!copy) return end + 1; // the batch is full: the row is scanned again
  const before = textEnd;
  let copyEnd = copy + size;
  let replaced: u32 = 0;
  if (hasEscape) {
    copyEnd = unescape(p + 1, end, copy);
    replaced = replacedSurrogates;
  } else memory.copy(copy, p + 1, size);
  hideFeeds(copy, copyEnd);
  store<u8>(copyEnd, LINE_FEED);
  beginText(copyEnd + 1);
  const value = skipSpace(copy);
  if (value == copyEnd) {
    store<u32>(value, NULL);
    copyEnd = value + sizeof<u32>();
    store<u8>(copyEnd, LINE_FEED);
    beginText(copyEnd + 1);
  }
  const isJson = isNestedOrNull(value, depth);
  if (isJson) {
    batch.scratchPos = copyEnd + 1;
    addSurrogates(replaced);
    const node = keyAt(index).node;
    if (blanking && byteAt(value) == OPENING_BRACE && nodeAt(node).isContext != 0) blankCopy(value, node);
    const noted = notAnObject;
    scanValue(value, index, depth);
    // Inside the copy the address would not be one of the line.
    if (notAnObject != noted) setNotAnObject(p);
  }
  beginText(before);
  return isJson ? end + 1 : 0;
}

/** Makes line feeds carriage returns. To JSON both are space between tokens, and not allowed inside them. */
export function hideFeeds(p: usize, end: usize): void {
  for (; p < end; p++) if (load<u8>(p) == LINE_FEED) store<u8>(p, CARRIAGE_RETURN);
}

function isNestedOrNull(p: usize, depth: u32): bool {
  const c = byteAt(p);
  if (c != OPENING_BRACE && c != OPENING_BRACKET && c != LOWER_N) return false;
  const end = valueEnd(p, depth);
  return end != 0 && byteAt(skipSpace(end)) == LINE_FEED;
}
