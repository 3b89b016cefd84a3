// Strings that hold JSON, `"properties": "{\"price\": 1}"`: read as what they say.

import { hasEscape, replacedSurrogates, skipSpace, stringEnd, unescape, valueEnd } from './json';
import { blankCopy } from './repeats';
import { addSurrogates, batch, beginText, blanking, notAnObject, scratchRoom, setNotAnObject, textEnd } from './row';
import { scanValue } from './scan';
import { keyAt, nodeAt } from './scanner';
import { byteAt } from './text';

export const LINE_FEED: u32 = 10;
export const CARRIAGE_RETURN: u32 = 13;
/** `null`, little endian. */
export const NULL: u32 = 0x6c6c756e;

/**
 * The string at p, if it holds an object, an array, null or nothing (which is null too), is scanned as the
 * member's value, in a copy without its escapes. Returns the place behind it, or 0 where it holds anything
 * else: then nothing has happened.
 */
export function scanText(p: usize, index: u32, depth: u32): usize {
  const end = stringEnd(p + 1);
  if (!end) return 0;
  const size = end - (p + 1);
  const copy = scratchRoom(size + sizeof<u32>() + 1);
  if (!copy) return end + 1; // full: the row is scanned again
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
    if (blanking && byteAt(value) == 123 && nodeAt(node).isContext != 0) blankCopy(value, node);
    const noted = notAnObject;
    scanValue(value, index, depth);
    // The copy has addresses of its own.
    if (notAnObject != noted) setNotAnObject(p);
  }
  beginText(before);
  return isJson ? end + 1 : 0;
}

/** To JSON a carriage return is what a line feed is: space between tokens, and not allowed inside them. */
export function hideFeeds(p: usize, end: usize): void {
  for (; p < end; p++) if (load<u8>(p) == LINE_FEED) store<u8>(p, CARRIAGE_RETURN);
}

function isNestedOrNull(p: usize, depth: u32): bool {
  const c = byteAt(p);
  if (c != 123 && c != 91 && c != 110) return false;
  const end = valueEnd(p, depth);
  return end != 0 && byteAt(skipSpace(end)) == LINE_FEED;
}
