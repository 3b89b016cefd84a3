// The grammar of JSON within one line, exactly as JSON.parse takes it (RFC 8259). Every function takes the
// address where something begins and returns the address after it, or notes where and why it is wrong and
// returns 0.
//
// A line feed ends every text. No rule of the grammar passes over a line feed, because it is allowed only
// between tokens, where it ends the line. So nothing here needs to compare with an end address.

import {
  BACKSLASH,
  CARRIAGE_RETURN,
  CASE_BIT,
  CLOSING_BRACE,
  CLOSING_BRACKET,
  COLON,
  COMMA,
  isDigit,
  LOWER_A,
  LOWER_B,
  LOWER_E,
  LOWER_F,
  LOWER_N,
  LOWER_R,
  LOWER_T,
  LOWER_U,
  MINUS,
  OPENING_BRACE,
  OPENING_BRACKET,
  PLUS,
  POINT,
  QUOTE,
  SLASH,
  SPACE,
  TAB,
  ZERO,
} from '../ascii';
import { CODE_INVALID_JSON, CODE_TOO_DEEP } from '../codes';
import { KIND_ARRAY, KIND_FALSE, KIND_NULL, KIND_NUMBER, KIND_OBJECT, KIND_STRING, KIND_TRUE } from '../layout';
import { byteAt, sixteenAt } from '../text';

/** Most objects and arrays that may be open at once, the event itself included. */
export const MAX_DEPTH: u32 = 512;

/** Where and why the last check failed. */
export let failedAt: usize = 0;
export let failedCode: u32 = 0;

/** Whether the last string had escapes. */
export let hasEscape: bool = false;
/** Whether white space between tokens was passed over. `valueEnd` resets it for an object or array. */
export let sawSpace: bool = false;
/** Kind of the last value. */
export let valueKind: u32 = 0;
/** Whether the last value, an object or array, differs from its compact form. */
export let needsCompacting: bool = false;

/** One bit for each open container: 1 where it is an object. */
const openBits: usize = memory.data(MAX_DEPTH / 8 + 8);

/** Notes where and why a text is wrong; returns 0. */
export function fail(p: usize, code: u32): usize {
  failedAt = p;
  failedCode = code;
  return 0;
}

/** Skips white space, except line feeds. */
// @ts-ignore: decorator
@inline
export function skipSpace(p: usize): usize {
  return byteAt(p) > SPACE ? p : skipSpaces(p);
}

function skipSpaces(p: usize): usize {
  while (true) {
    const c = byteAt(p);
    if (c != SPACE && c != TAB && c != CARRIAGE_RETURN) return p;
    sawSpace = true;
    p++;
  }
}

/** A bit for each of 16 bytes that is a hexadecimal digit. */
// @ts-ignore: decorator
@inline
function hexDigits(p: usize): i32 {
  const v = sixteenAt(p);
  const isDecimal = i8x16.lt_u(i8x16.sub(v, i8x16.splat(<u8>ZERO)), i8x16.splat(10));
  const isLetter = i8x16.lt_u(i8x16.sub(v128.or(v, i8x16.splat(<u8>CASE_BIT)), i8x16.splat(<u8>LOWER_A)), i8x16.splat(6));
  return i8x16.bitmask(v128.or(isDecimal, isLetter));
}

/** A bit for each of 16 bytes that ends a string, begins an escape or is not allowed in a string. */
// @ts-ignore: decorator
@inline
function stringStops(p: usize): i32 {
  const v = sixteenAt(p);
  return i8x16.bitmask(
    v128.or(
      v128.or(i8x16.eq(v, i8x16.splat(<u8>QUOTE)), i8x16.eq(v, i8x16.splat(<u8>BACKSLASH))),
      i8x16.lt_u(v, i8x16.splat(<u8>SPACE)),
    ),
  );
}

/** Address of the first byte at or after p that ends a string, begins an escape or is not allowed in one. */
// @ts-ignore: decorator
@inline
export function stringStop(p: usize): usize {
  let stops = stringStops(p);
  while (!stops) {
    p += 16;
    stops = stringStops(p);
  }
  return p + ctz(stops);
}

/** Address of the closing quote of a string; p is after the opening quote. */
export function stringEnd(p: usize): usize {
  hasEscape = false;
  while (true) {
    p = stringStop(p);
    const c = byteAt(p);
    if (c == QUOTE) return p;
    if (c != BACKSLASH) return fail(p, CODE_INVALID_JSON);
    hasEscape = true;
    p = escapeEnd(p);
    if (!p) return 0;
  }
}

/** The address after the escape that starts at p. */
function escapeEnd(p: usize): usize {
  const c = byteAt(p + 1);
  if (c == QUOTE || c == BACKSLASH || c == SLASH || c == LOWER_B) return p + 2;
  if (c == LOWER_F || c == LOWER_N || c == LOWER_R || c == LOWER_T) return p + 2;
  if (c != LOWER_U) return fail(p + 1, CODE_INVALID_JSON);
  const digits = ctz(~hexDigits(p + 2));
  return digits < 4 ? fail(p + 2 + digits, CODE_INVALID_JSON) : p + 6;
}

function digitsEnd(p: usize): usize {
  if (!isDigit(byteAt(p))) return fail(p, CODE_INVALID_JSON);
  do p++;
  while (isDigit(byteAt(p)));
  return p;
}

function numberEnd(p: usize): usize {
  if (byteAt(p) == MINUS) p++;
  if (byteAt(p) == ZERO) p++;
  else {
    p = digitsEnd(p);
    if (!p) return 0;
  }
  if (byteAt(p) == POINT) {
    p = digitsEnd(p + 1);
    if (!p) return 0;
  }
  if ((byteAt(p) | CASE_BIT) == LOWER_E) {
    p++;
    const sign = byteAt(p);
    p = digitsEnd(sign == PLUS || sign == MINUS ? p + 1 : p);
  }
  return p;
}

/** End of a literal at p; `rest` holds its letters after the first one, as a little-endian number. */
// @ts-ignore: decorator
@inline
function literalEnd(p: usize, rest: u32, len: usize): usize {
  // Letter by letter, because the message names the first wrong one.
  for (let i: usize = 0; i < len; i++) {
    if (byteAt(p + 1 + i) != ((rest >> (<u32>i << 3)) & 255)) return fail(p + 1 + i, CODE_INVALID_JSON);
  }
  return p + 1 + len;
}

/** End of a value that is not an object, array or string. */
export function plainEnd(p: usize): usize {
  const c = byteAt(p);
  if (c == LOWER_N) {
    valueKind = KIND_NULL;
    return literalEnd(p, 0x6c6c75, 3);
  }
  if (c == LOWER_T) {
    valueKind = KIND_TRUE;
    return literalEnd(p, 0x657572, 3);
  }
  if (c == LOWER_F) {
    valueKind = KIND_FALSE;
    return literalEnd(p, 0x65736c61, 4);
  }
  valueKind = KIND_NUMBER;
  return numberEnd(p);
}

/** Address of a member's value; p is at its name. */
function nameEnd(p: usize): usize {
  if (byteAt(p) != QUOTE) return fail(p, CODE_INVALID_JSON);
  p = stringEnd(p + 1);
  if (!p) return 0;
  if (hasEscape) needsCompacting = true;
  p = skipSpace(p + 1);
  if (byteAt(p) != COLON) return fail(p, CODE_INVALID_JSON);
  return skipSpace(p + 1);
}

// @ts-ignore: decorator
@inline
function openIsObject(depth: u32): bool {
  return <bool>((load<u8>(openBits + (depth >> 3)) >> (depth & 7)) & 1);
}

/** End of any value inside `depth` open containers. Nesting costs a bit for each container, not a recursion. */
export function valueEnd(p: usize, depth: u32): usize {
  const first = byteAt(p);
  if (first == QUOTE) {
    valueKind = KIND_STRING;
    p = stringEnd(p + 1);
    return p ? p + 1 : 0;
  }
  if (first != OPENING_BRACE && first != OPENING_BRACKET) return plainEnd(p);
  sawSpace = false;
  needsCompacting = false;
  let open = depth;
  while (true) {
    // A value begins at p.
    const c = byteAt(p);
    if (c == OPENING_BRACE || c == OPENING_BRACKET) {
      if (open >= MAX_DEPTH) return fail(p, CODE_TOO_DEEP);
      const at = openBits + (open >> 3);
      const bit: u32 = 1 << (open & 7);
      store<u8>(at, c == OPENING_BRACE ? load<u8>(at) | bit : load<u8>(at) & ~bit);
      open++;
      p = skipSpace(p + 1);
      // In ASCII `}` and `]` are `{` and `[` plus two.
      if (byteAt(p) != c + 2) {
        if (c == OPENING_BRACE) {
          p = nameEnd(p);
          if (!p) return 0;
        }
        continue;
      }
      p++;
      open--;
    } else if (c == QUOTE) {
      p = stringEnd(p + 1);
      if (!p) return 0;
      if (hasEscape) needsCompacting = true;
      p++;
    } else {
      p = plainEnd(p);
      if (!p) return 0;
    }
    // A value ended: close containers until another value begins.
    while (true) {
      if (open == depth) {
        valueKind = first == OPENING_BRACE ? KIND_OBJECT : KIND_ARRAY;
        if (sawSpace) needsCompacting = true;
        return p;
      }
      p = skipSpace(p);
      const inObject = openIsObject(open - 1);
      const d = byteAt(p);
      if (d == COMMA) {
        p = skipSpace(p + 1);
        if (inObject) {
          p = nameEnd(p);
          if (!p) return 0;
        }
        break;
      }
      if (d != <u32>(inObject ? CLOSING_BRACE : CLOSING_BRACKET)) return fail(p, CODE_INVALID_JSON);
      p++;
      open--;
    }
  }
}
