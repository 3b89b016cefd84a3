// JSON documents → lines: finds the ends of the elements of an array, or of values in a row, and makes each a
// line, so that the scanner takes them like NDJSON.
//
// It looks only at strings, brackets and commas; the scanner judges whether an element is JSON. Brackets of
// both kinds count alike: an element that mixes them up still ends where the next one begins, and only that
// element is rejected. Elements are passed 64 bytes at a time (element-end.ts); what is between them, which is
// little, byte by byte.
//
// Line feeds become carriage returns, which mean the same in JSON: white space between tokens, an error in
// strings. Carriage returns between tokens become spaces. So a line feed is the end of an element, and a
// carriage return outside strings is a line end of the source (places.ts).

import {
  CARRIAGE_RETURN,
  CASE_BIT,
  CLOSING_BRACE,
  CLOSING_BRACKET,
  COMMA,
  LINE_FEED,
  OPENING_BRACE,
  OPENING_BRACKET,
  QUOTE,
  SPACE,
  TAB,
} from '../ascii';
import {
  cutter,
  setCutter,
  STOP_ARRAY_BEGINS,
  STOP_ARRAY_ENDS,
  STOP_NO_ELEMENT,
  STOP_NONE,
  STOP_VALUE_ENDS,
} from './cutter';
import { elementEnd, step } from './element-end';

/** Where the bytes of values begin that were not written out yet. */
let from: usize = 0;

/** Ends an element before p. In an array, the comma or bracket before p has become its line feed. */
function elementEnds(p: usize): void {
  cutter.hasValue = 0;
  cutter.ends++;
  if (cutter.inArray) cutter.lastEnd = p;
  else {
    copyOut(p);
    store<u8>(cutter.out++, LINE_FEED);
    cutter.lastEnd = cutter.out;
  }
  cutter.lastEndLines = cutter.lines;
}

/** Writes out what was passed up to p. */
function copyOut(p: usize): void {
  memory.copy(cutter.out, from, p - from);
  cutter.out += p - from;
  from = p;
}

/** Takes a byte between elements of an array, or in an element that is not an object or array. */
// @ts-ignore: decorator
@inline
function inArray(p: usize, c: u32): usize {
  if (c == COMMA || c == CLOSING_BRACKET) {
    if (cutter.hasValue ? false : c == COMMA || cutter.afterComma) {
      cutter.stop = STOP_NO_ELEMENT;
      return p;
    }
    const hasEnded = cutter.hasValue;
    store<u8>(p, hasEnded ? LINE_FEED : SPACE);
    if (hasEnded) elementEnds(p + 1);
    cutter.afterComma = <u32>(c == COMMA);
    if (c == CLOSING_BRACKET) {
      cutter.inArray = 0;
      cutter.stop = STOP_ARRAY_ENDS;
    }
    return p + 1;
  }
  cutter.hasValue = 1;
  if (c == QUOTE) cutter.inString = 1;
  else if ((c | CASE_BIT) == OPENING_BRACE) cutter.depth = 1;
  return p + 1;
}

/** Takes a byte between values, or in a value that is not an object or array. */
function betweenValues(p: usize, c: u32): usize {
  const begins = c == QUOTE || (c | CASE_BIT) == OPENING_BRACE;
  if (cutter.hasValue && begins) {
    elementEnds(p);
    if (cutter.single) {
      cutter.stop = STOP_VALUE_ENDS;
      return p;
    }
  }
  if (c == OPENING_BRACKET) {
    cutter.stop = STOP_ARRAY_BEGINS;
    return p;
  }
  // A single value may be a member or element of something larger, whose punctuation ends it.
  if (cutter.single && (c == COMMA || c == CLOSING_BRACKET || c == CLOSING_BRACE)) {
    if (cutter.hasValue) elementEnds(p);
    cutter.stop = STOP_VALUE_ENDS;
    return p;
  }
  cutter.hasValue = 1;
  if (c == QUOTE) cutter.inString = 1;
  else if (c == OPENING_BRACE) cutter.depth = 1;
  return p + 1;
}

/** Takes a byte outside objects and arrays; returns where to go on. */
function outside(p: usize): usize {
  if (cutter.inString) {
    p = step(p);
    if (!cutter.inString && !cutter.inArray) valueEnds(p);
    return p;
  }
  const c = <u32>load<u8>(p);
  if (c > SPACE) return cutter.inArray ? inArray(p, c) : betweenValues(p, c);
  if (c != SPACE && c != TAB && c != LINE_FEED && c != CARRIAGE_RETURN) {
    cutter.hasValue = 1;
    return p + 1;
  }
  if (cutter.hasValue && !cutter.inArray) {
    valueEnds(p);
    if (cutter.stop) return p;
  }
  return step(p);
}

/** Ends a value before p. */
function valueEnds(p: usize): void {
  elementEnds(p);
  if (cutter.single) cutter.stop = STOP_VALUE_ENDS;
}

/**
 * Goes on with [p, end) where the last call stopped. Elements of an array become lines in place; values
 * are written to `out`, which needs room for twice as many bytes. Returns where it stopped; `stop` says why.
 */
export function cutElements(cutterAt: usize, p: usize, end: usize): usize {
  setCutter(cutterAt);
  cutter.stop = STOP_NONE;
  cutter.ends = 0;
  from = p;
  while (p < end && !cutter.stop) {
    if (cutter.depth) {
      p = elementEnd(p, end);
      if (!cutter.depth && !cutter.inArray) valueEnds(p);
    } else p = outside(p);
  }
  if (!cutter.inArray && cutter.stop != STOP_ARRAY_ENDS) copyOut(p);
  return p;
}
