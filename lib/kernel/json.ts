// JSON text, exactly as JSON.parse takes it (RFC 8259), within one line. Every function takes the address
// where a thing begins and returns the one behind it, or 0 after noting where and why it failed.
//
// A line feed ends every text. No rule of the grammar passes over one (in JSON it may stand only
// between tokens, and there it ends the line), so nothing here needs to compare with an end address.

import { CODE_INVALID_JSON, CODE_TOO_DEEP } from './codes';
import { KIND_ARRAY, KIND_FALSE, KIND_NULL, KIND_NUMBER, KIND_OBJECT, KIND_STRING, KIND_TRUE } from './layout';
import { byteAt, putUtf8, sixteenAt } from './text';

/** Containers that may be open at once, the event itself included. */
export const MAX_DEPTH: u32 = 512;

/** Where and why the last check failed. */
export let failedAt: usize = 0;
export let failedCode: u32 = 0;

/** Whether the last string had escapes. */
export let hasEscape: bool = false;
/** Whether white space between tokens was passed over; never reset here. */
export let sawSpace: bool = false;
/** What the last value was. */
export let valueKind: u32 = 0;
/** Whether the last value, an object or array, is not in its compact form yet. */
export let needsCompacting: bool = false;

/** One bit for each open container: 1 where it is an object. */
const openBits: usize = memory.data(MAX_DEPTH / 8 + 8);

export function fail(p: usize, code: u32): usize {
  failedAt = p;
  failedCode = code;
  return 0;
}

/** Skips white space but line feeds. */
// @ts-ignore: decorator
@inline
export function skipSpace(p: usize): usize {
  return byteAt(p) > 32 ? p : skipSpaces(p);
}

function skipSpaces(p: usize): usize {
  while (true) {
    const c = byteAt(p);
    if (c != 32 && c != 9 && c != 13) return p;
    sawSpace = true;
    p++;
  }
}

// @ts-ignore: decorator
@inline
function isDigit(c: u32): bool {
  return c - 48 < 10;
}

/** Of 16 bytes, a bit for each hexadecimal digit. */
// @ts-ignore: decorator
@inline
function hexDigits(p: usize): i32 {
  const v = sixteenAt(p);
  const isDecimal = i8x16.lt_u(i8x16.sub(v, i8x16.splat(48)), i8x16.splat(10));
  const isLetter = i8x16.lt_u(i8x16.sub(v128.or(v, i8x16.splat(32)), i8x16.splat(97)), i8x16.splat(6));
  return i8x16.bitmask(v128.or(isDecimal, isLetter));
}

/** Of 16 bytes of a string, a bit for each that ends it, begins an escape or may not be in it. */
// @ts-ignore: decorator
@inline
function stringStops(p: usize): i32 {
  const v = sixteenAt(p);
  return i8x16.bitmask(
    v128.or(
      v128.or(i8x16.eq(v, i8x16.splat(34)), i8x16.eq(v, i8x16.splat(92))),
      i8x16.lt_u(v, i8x16.splat(32)),
    ),
  );
}

/** The first such byte at or after p. */
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

/** From the byte behind the opening quote to the closing quote. */
export function stringEnd(p: usize): usize {
  hasEscape = false;
  while (true) {
    p = stringStop(p);
    const c = byteAt(p);
    if (c == 34) return p;
    if (c != 92) return fail(p, CODE_INVALID_JSON);
    hasEscape = true;
    p = escapeEnd(p);
    if (!p) return 0;
  }
}

/** From a backslash to behind its escape. */
function escapeEnd(p: usize): usize {
  const c = byteAt(p + 1);
  // " \ / b f n r t
  if (c == 34 || c == 92 || c == 47 || c == 98 || c == 102 || c == 110 || c == 114 || c == 116) return p + 2;
  if (c != 117) return fail(p + 1, CODE_INVALID_JSON);
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
  if (byteAt(p) == 45) p++;
  if (byteAt(p) == 48) p++;
  else {
    p = digitsEnd(p);
    if (!p) return 0;
  }
  if (byteAt(p) == 46) {
    p = digitsEnd(p + 1);
    if (!p) return 0;
  }
  if ((byteAt(p) | 32) == 101) {
    p++;
    const sign = byteAt(p);
    p = digitsEnd(sign == 43 || sign == 45 ? p + 1 : p);
  }
  return p;
}

/** `rest` holds the letters after the first one, little endian. */
// @ts-ignore: decorator
@inline
function literalEnd(p: usize, rest: u32, len: usize): usize {
  // The first wrong letter, for the message.
  for (let i: usize = 0; i < len; i++) {
    if (byteAt(p + 1 + i) != ((rest >> (<u32>i << 3)) & 255)) return fail(p + 1 + i, CODE_INVALID_JSON);
  }
  return p + 1 + len;
}

/** A value that is no object, array or string. */
export function plainEnd(p: usize): usize {
  const c = byteAt(p);
  if (c == 110) {
    valueKind = KIND_NULL;
    return literalEnd(p, 0x6c6c75, 3);
  }
  if (c == 116) {
    valueKind = KIND_TRUE;
    return literalEnd(p, 0x657572, 3);
  }
  if (c == 102) {
    valueKind = KIND_FALSE;
    return literalEnd(p, 0x65736c61, 4);
  }
  valueKind = KIND_NUMBER;
  return numberEnd(p);
}

/** From a member's name to its value: `"name" : `. */
function nameEnd(p: usize): usize {
  if (byteAt(p) != 34) return fail(p, CODE_INVALID_JSON);
  p = stringEnd(p + 1);
  if (!p) return 0;
  if (hasEscape) needsCompacting = true;
  p = skipSpace(p + 1);
  if (byteAt(p) != 58) return fail(p, CODE_INVALID_JSON);
  return skipSpace(p + 1);
}

// @ts-ignore: decorator
@inline
function openIsObject(depth: u32): bool {
  return <bool>((load<u8>(openBits + (depth >> 3)) >> (depth & 7)) & 1);
}

/** Any value inside `depth` open containers. Walks nested values with a bit each, not by recursion. */
export function valueEnd(p: usize, depth: u32): usize {
  const first = byteAt(p);
  if (first == 34) {
    valueKind = KIND_STRING;
    p = stringEnd(p + 1);
    return p ? p + 1 : 0;
  }
  if (first != 123 && first != 91) return plainEnd(p);
  sawSpace = false;
  needsCompacting = false;
  let open = depth;
  while (true) {
    // A value begins at p.
    const c = byteAt(p);
    if (c == 123 || c == 91) {
      if (open >= MAX_DEPTH) return fail(p, CODE_TOO_DEEP);
      const at = openBits + (open >> 3);
      const bit: u32 = 1 << (open & 7);
      store<u8>(at, c == 123 ? load<u8>(at) | bit : load<u8>(at) & ~bit);
      open++;
      p = skipSpace(p + 1);
      // `}` and `]` stand two behind `{` and `[` in ASCII.
      if (byteAt(p) != c + 2) {
        if (c == 123) {
          p = nameEnd(p);
          if (!p) return 0;
        }
        continue;
      }
      p++;
      open--;
    } else if (c == 34) {
      p = stringEnd(p + 1);
      if (!p) return 0;
      if (hasEscape) needsCompacting = true;
      p++;
    } else {
      p = plainEnd(p);
      if (!p) return 0;
    }
    // A value ended: close containers until another one begins.
    while (true) {
      if (open == depth) {
        valueKind = first == 123 ? KIND_OBJECT : KIND_ARRAY;
        if (sawSpace) needsCompacting = true;
        return p;
      }
      p = skipSpace(p);
      const inObject = openIsObject(open - 1);
      const d = byteAt(p);
      if (d == 44) {
        p = skipSpace(p + 1);
        if (inObject) {
          p = nameEnd(p);
          if (!p) return 0;
        }
        break;
      }
      if (d != <u32>(inObject ? 125 : 93)) return fail(p, CODE_INVALID_JSON);
      p++;
      open--;
    }
  }
}

/** Lone surrogates that the last `unescape` replaced. */
export let replacedSurrogates: u32 = 0;

/** The code unit of a (checked) \uXXXX escape at p: without a branch, as nobody could foretell its digits. */
// @ts-ignore: decorator
@inline
function unicodeEscape(p: usize): u32 {
  const four = bswap(load<u32>(p + 2));
  const digits = (four & 0x0f0f0f0f) + ((four >> 6) & 0x01010101) * 9; // letters have bit 6, and count from 1
  const pairs = (digits | (digits >> 4)) & 0x00ff00ff;
  return (pairs | (pairs >> 8)) & 0xffff;
}

/** Bytes that the last `escapedCode` took. */
let escapeLength: usize = 0;

/** The code point of a (checked) escape at p; half of a surrogate pair if it stands alone. */
function escapedCode(p: usize): u32 {
  const c = byteAt(p + 1);
  escapeLength = 2;
  if (c == 98) return 8;
  if (c == 102) return 12;
  if (c == 110) return 10;
  if (c == 114) return 13;
  if (c == 116) return 9;
  if (c != 117) return c;
  escapeLength = 6;
  const unit = unicodeEscape(p);
  if (unit >> 10 != 0x36 || byteAt(p + 6) != 92 || byteAt(p + 7) != 117) return unit;
  const second = unicodeEscape(p + 6);
  if (second >> 10 != 0x37) return unit;
  escapeLength = 12;
  return 0x10000 + ((unit & 0x3ff) << 10) + (second & 0x3ff);
}

// @ts-ignore: decorator
@inline
function isSurrogate(code: u32): bool {
  return code >> 11 == 0x1b;
}

/**
 * Copies a checked string's text without its escapes; never longer than its source, but up to PADDING bytes
 * behind that are written over.
 */
export function unescape(p: usize, end: usize, to: usize): usize {
  replacedSurrogates = 0;
  while (p < end) {
    if (byteAt(p) != 92) {
      const v = sixteenAt(p);
      v128.store(to, v);
      const count = min<usize>(ctz(i8x16.bitmask(i8x16.eq(v, i8x16.splat(92))) | 0x10000), end - p);
      p += count;
      to += count;
      continue;
    }
    let code = escapedCode(p);
    p += escapeLength;
    if (isSurrogate(code)) {
      replacedSurrogates++;
      code = 0xfffd;
    }
    to = putUtf8(to, code);
  }
  return to;
}

// @ts-ignore: decorator
@inline
function putHex(to: usize, code: u32): usize {
  store<u16>(to, 0x755c); // \u
  for (let i: u32 = 0; i < 4; i++) {
    const digit = (code >> (12 - (i << 2))) & 15;
    store<u8>(to + 2 + i, digit < 10 ? digit + 48 : digit + 87);
  }
  return to + 6;
}

/** Writes a code point inside a JSON string as JSON.stringify does. */
export function putJsonCode(to: usize, code: u32): usize {
  let short: u32 = 0;
  if (code == 34 || code == 92) short = code;
  else if (code == 8) short = 98;
  else if (code == 9) short = 116;
  else if (code == 10) short = 110;
  else if (code == 12) short = 102;
  else if (code == 13) short = 114;
  if (short) {
    store<u8>(to, 92);
    store<u8>(to + 1, short);
    return to + 2;
  }
  if (code < 32 || isSurrogate(code)) return putHex(to, code);
  return putUtf8(to, code);
}

/** Copies a checked object or array without white space, its strings escaped as JSON.stringify does. */
export function compact(p: usize, end: usize, to: usize): usize {
  let inString = false;
  while (p < end) {
    const c = byteAt(p);
    if (inString && c == 92) {
      const code = escapedCode(p);
      p += escapeLength;
      to = putJsonCode(to, code);
      continue;
    }
    p++;
    if (c == 34) inString = !inString;
    if (inString || (c != 32 && c != 9 && c != 13)) store<u8>(to++, c);
  }
  return to;
}
