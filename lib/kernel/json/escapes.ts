// Escapes in strings of JSON: reading and writing them.

import {
  BACKSLASH,
  BACKSPACE,
  CARRIAGE_RETURN,
  FORM_FEED,
  hexLetter,
  LINE_FEED,
  LOWER_B,
  LOWER_F,
  LOWER_N,
  LOWER_R,
  LOWER_T,
  LOWER_U,
  QUOTE,
  SPACE,
  TAB,
} from '../ascii';
import { byteAt, sixteenAt } from '../text';
import { putUtf8 } from '../utf8';

/** Lone surrogates that the last `unescape` replaced. */
export let replacedSurrogates: u32 = 0;

/** The code unit of a checked \uXXXX escape at p. Without a branch, because its digits cannot be predicted. */
// @ts-ignore: decorator
@inline
function unicodeEscape(p: usize): u32 {
  const four = bswap(load<u32>(p + 2));
  const digits = (four & 0x0f0f0f0f) + ((four >> 6) & 0x01010101) * 9; // letters have bit 6, and count from 1
  const pairs = (digits | (digits >> 4)) & 0x00ff00ff;
  return (pairs | (pairs >> 8)) & 0xffff;
}

/** Length of the escape that `escapedCode` read last. */
let escapeLength: usize = 0;

/** The code point of a checked escape at p, together with the next one if both are a surrogate pair. */
function escapedCode(p: usize): u32 {
  const c = byteAt(p + 1);
  escapeLength = 2;
  if (c == LOWER_B) return BACKSPACE;
  if (c == LOWER_F) return FORM_FEED;
  if (c == LOWER_N) return LINE_FEED;
  if (c == LOWER_R) return CARRIAGE_RETURN;
  if (c == LOWER_T) return TAB;
  if (c != LOWER_U) return c;
  escapeLength = 6;
  const unit = unicodeEscape(p);
  if (unit >> 10 != 0x36 || byteAt(p + 6) != BACKSLASH || byteAt(p + 7) != LOWER_U) return unit;
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
 * Copies the text of a checked string without its escapes; returns the end of the copy. The copy is never
 * longer than its source, but up to PADDING bytes after it are overwritten.
 */
export function unescape(p: usize, end: usize, to: usize): usize {
  replacedSurrogates = 0;
  while (p < end) {
    if (byteAt(p) != BACKSLASH) {
      const v = sixteenAt(p);
      v128.store(to, v);
      const count = min<usize>(ctz(i8x16.bitmask(i8x16.eq(v, i8x16.splat(<u8>BACKSLASH))) | 0x10000), end - p);
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
    store<u8>(to + 2 + i, hexLetter(digit));
  }
  return to + 6;
}

/** Writes a code point inside a JSON string as JSON.stringify does; returns the address after it. */
export function putJsonCode(to: usize, code: u32): usize {
  let short: u32 = 0;
  if (code == QUOTE || code == BACKSLASH) short = code;
  else if (code == BACKSPACE) short = LOWER_B;
  else if (code == TAB) short = LOWER_T;
  else if (code == LINE_FEED) short = LOWER_N;
  else if (code == FORM_FEED) short = LOWER_F;
  else if (code == CARRIAGE_RETURN) short = LOWER_R;
  if (short) {
    store<u8>(to, BACKSLASH);
    store<u8>(to + 1, short);
    return to + 2;
  }
  if (code < SPACE || isSurrogate(code)) return putHex(to, code);
  return putUtf8(to, code);
}

/** Copies a checked object or array in compact form, its strings escaped as by JSON.stringify; returns the end. */
export function compact(p: usize, end: usize, to: usize): usize {
  let inString = false;
  while (p < end) {
    const c = byteAt(p);
    if (inString && c == BACKSLASH) {
      const code = escapedCode(p);
      p += escapeLength;
      to = putJsonCode(to, code);
      continue;
    }
    p++;
    if (c == QUOTE) inString = !inString;
    if (inString || (c != SPACE && c != TAB && c != CARRIAGE_RETURN)) store<u8>(to++, c);
  }
  return to;
}
