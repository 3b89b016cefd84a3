// Cells of CSV that hold JSON.

import { LINE_FEED, OPENING_BRACE, OPENING_BRACKET, SPACE } from '../ascii';
import { CODE_INVALID_JSON, CODE_OK } from '../codes';
import { fail, failedAt, failedCode, skipSpace, valueEnd } from '../json/grammar';
import { hideFeeds, NULL } from '../json/json-text';
import { scanMember } from '../json/object';
import { blankCopy } from '../json/repeats';
import { beginText, notAnObject, setNotAnObject, takeScratch } from '../row';
import { keyAt, nodeAt, OTHERS_SLOT } from '../scanner';
import { byteAt } from '../text';
import { csv, textEnd } from './dialect';
import { feeds } from './quotes';

/** The code of the first JSON cell of the row that is wrong, and the address of the error. */
export let failure: u32 = 0;
export let failureAt: usize = 0;

/** Begins a row. */
export function beginJsonCells(): void {
  failure = CODE_OK;
}

/** Whether a cell holds an object, an array (if one is wanted) or null, rather than some text. */
export function isJson(p: usize, end: usize, isArray: bool): bool {
  while (p < end && load<u8>(p) <= SPACE) p++;
  if (p == end) return false;
  return load<u8>(p) == OPENING_BRACE || (isArray && load<u8>(p) == OPENING_BRACKET) || (end - p == 4 && load<u32>(p) == NULL);
}

/**
 * Scans the JSON of a cell at p as a member of the event, in a copy that gets a line feed at its end. If the cell is
 * no JSON and may be a text instead, does nothing but return false.
 */
export function takeJson(p: usize, copy: usize, copyEnd: usize, index: u32, inQuotes: bool, blank: bool): bool {
  if (feeds) hideFeeds(copy, copyEnd);
  store<u8>(copyEnd, LINE_FEED);
  takeScratch(copy, copyEnd + 1);
  beginText(copyEnd + 1);
  const value = skipSpace(copy);
  if (nodeAt(keyAt(index).node).others == OTHERS_SLOT && !isWhole(value)) {
    beginText(textEnd);
    return false;
  }
  // Only JSON can be searched for repeated members; if it is not JSON, the first scan noted the failure.
  if (blank && !failure && byteAt(value) == OPENING_BRACE) blankCopy(value, keyAt(index).node);
  const noted = notAnObject;
  let done = scanMember(value, index, 1);
  if (done) {
    done = skipSpace(done);
    if (byteAt(done) != LINE_FEED) done = fail(done, CODE_INVALID_JSON);
  }
  beginText(textEnd);
  if (!done && !failure) {
    failure = failedCode;
    failureAt = sourceOf(failedAt - copy, p, inQuotes);
  }
  if (notAnObject != noted) setNotAnObject(sourceOf(notAnObject - copy, p, inQuotes));
  return true;
}

/** Whether a text that ends with a line feed is one valid value. */
function isWhole(p: usize): bool {
  const end = valueEnd(p, 1);
  return end != 0 && byteAt(skipSpace(end)) == LINE_FEED;
}

/** Address, in a cell that begins at p, of the byte that has `distance` bytes before it in the copy. */
function sourceOf(distance: usize, p: usize, inQuotes: bool): usize {
  if (!inQuotes) return p + distance;
  for (; distance; distance--) p += byteAt(p) == csv.quote ? 2 : 1;
  return p;
}
