// Finds the end of an element, 64 bytes at a time (bits.ts): a bit for each byte says whether it is inside a
// string, and brackets are counted. Rewrites line ends on the way (elements.ts says why).

import {
  BACKSLASH,
  CARRIAGE_RETURN,
  CASE_BIT,
  CLOSING_BRACE,
  LINE_FEED,
  OPENING_BRACE,
  QUOTE,
  SPACE,
} from '../ascii';
import { bitsOf, parity } from '../bits';
import { cutter } from './cutter';

const EVEN: u64 = 0x5555_5555_5555_5555;

/** The address after the last bracket of the element in which p is, or `end`. */
export function elementEnd(p: usize, end: usize): usize {
  const quote = i8x16.splat(<u8>QUOTE);
  const backslash = i8x16.splat(<u8>BACKSLASH);
  const caseBit = i8x16.splat(<u8>CASE_BIT);
  const brace = i8x16.splat(<u8>OPENING_BRACE);
  const unbrace = i8x16.splat(<u8>CLOSING_BRACE);
  let depth = cutter.depth;
  let escaped = <u64>cutter.escaped;
  let inString: u64 = cutter.inString ? u64.MAX_VALUE : 0;
  while (p + 64 <= end) {
    const a = v128.load(p);
    const b = v128.load(p, 16);
    const c = v128.load(p, 32);
    const d = v128.load(p, 48);
    let quotes = bitsOf(i8x16.eq(a, quote), i8x16.eq(b, quote), i8x16.eq(c, quote), i8x16.eq(d, quote));
    let slashes = bitsOf(
      i8x16.eq(a, backslash), i8x16.eq(b, backslash), i8x16.eq(c, backslash), i8x16.eq(d, backslash),
    );
    if (slashes | escaped) {
      slashes &= ~escaped;
      const after = (slashes << 1) | escaped;
      // A run of backslashes that begins at an odd bit carries into the bit after it.
      const sums = (slashes & ~EVEN & ~after) + slashes;
      escaped = <u64>(sums < slashes);
      quotes &= ~((EVEN ^ (sums << 1)) & after);
    }
    const strings = parity(quotes) ^ inString;
    // `[` and `]` are `{` and `}` without the case bit.
    const la = v128.or(a, caseBit);
    const lb = v128.or(b, caseBit);
    const lc = v128.or(c, caseBit);
    const ld = v128.or(d, caseBit);
    const opens = bitsOf(i8x16.eq(la, brace), i8x16.eq(lb, brace), i8x16.eq(lc, brace), i8x16.eq(ld, brace)) & ~strings;
    const closes = bitsOf(i8x16.eq(la, unbrace), i8x16.eq(lb, unbrace), i8x16.eq(lc, unbrace), i8x16.eq(ld, unbrace)) & ~strings;
    const closing = <u32>popcnt(closes);
    if (closing >= depth) {
      // The element may end here: go bracket by bracket.
      let brackets = opens | closes;
      while (brackets) {
        const bit = ctz(brackets);
        if ((opens >> bit) & 1) depth++;
        else if (--depth == 0) {
          if (mayHaveLines(a, b, c, d)) rewriteSome(p, <usize>bit + 1, strings);
          cutter.depth = 0;
          cutter.inString = 0;
          cutter.escaped = 0;
          return p + <usize>bit + 1;
        }
        brackets &= brackets - 1;
      }
    } else depth += <u32>popcnt(opens) - closing;
    if (mayHaveLines(a, b, c, d)) rewriteLines(p, a, b, c, d, strings);
    inString = <u64>(<i64>strings >> 63);
    p += 64;
  }
  cutter.depth = depth;
  cutter.escaped = <u32>escaped;
  cutter.inString = <u32>(inString & 1);
  while (p < end && cutter.depth) p = step(p);
  return p;
}

/** Whether one of 64 bytes may be a line feed or carriage return. */
// @ts-ignore: decorator
@inline
function mayHaveLines(a: v128, b: v128, c: v128, d: v128): bool {
  const least = v128.and(
    v128.and(i8x16.ge_u(a, i8x16.splat(<u8>(CARRIAGE_RETURN + 1))), i8x16.ge_u(b, i8x16.splat(<u8>(CARRIAGE_RETURN + 1)))),
    v128.and(i8x16.ge_u(c, i8x16.splat(<u8>(CARRIAGE_RETURN + 1))), i8x16.ge_u(d, i8x16.splat(<u8>(CARRIAGE_RETURN + 1)))),
  );
  return !i8x16.all_true(least);
}

/** Rewrites the line ends in 64 bytes. */
function rewriteLines(p: usize, a: v128, b: v128, c: v128, d: v128, strings: u64): void {
  const feed = i8x16.splat(<u8>LINE_FEED);
  const toReturn = i8x16.splat(<u8>(CARRIAGE_RETURN - LINE_FEED));
  const fa = i8x16.eq(a, feed);
  const fb = i8x16.eq(b, feed);
  const fc = i8x16.eq(c, feed);
  const fd = i8x16.eq(d, feed);
  const feeds = bitsOf(fa, fb, fc, fd);
  if (feeds) {
    cutter.lines += <u32>popcnt(feeds);
    v128.store(p, i8x16.add(a, v128.and(fa, toReturn)));
    v128.store(p, i8x16.add(b, v128.and(fb, toReturn)), 16);
    v128.store(p, i8x16.add(c, v128.and(fc, toReturn)), 32);
    v128.store(p, i8x16.add(d, v128.and(fd, toReturn)), 48);
  }
  const carriage = i8x16.splat(<u8>CARRIAGE_RETURN);
  let returns =
    bitsOf(i8x16.eq(a, carriage), i8x16.eq(b, carriage), i8x16.eq(c, carriage), i8x16.eq(d, carriage)) & ~strings;
  while (returns) {
    store<u8>(p + <usize>ctz(returns), SPACE);
    returns &= returns - 1;
  }
}

/** Rewrites the line ends in the first `size` of 64 bytes. */
function rewriteSome(p: usize, size: usize, strings: u64): void {
  for (let i: usize = 0; i < size; i++) {
    if (load<u8>(p + i) == LINE_FEED) {
      cutter.lines++;
      store<u8>(p + i, CARRIAGE_RETURN);
    } else if (load<u8>(p + i) == CARRIAGE_RETURN && ((strings >> <u64>i) & 1) == 0) store<u8>(p + i, SPACE);
  }
}

/** Takes one byte inside an element, with the same effect as the 64 at a time above. */
// @ts-ignore: decorator
@inline
export function step(p: usize): usize {
  const c = load<u8>(p);
  const escaped = cutter.escaped;
  cutter.escaped = 0;
  if (c == BACKSLASH) cutter.escaped = escaped ^ 1;
  else if (c == QUOTE) cutter.inString ^= escaped ^ 1;
  else if (c == LINE_FEED) {
    cutter.lines++;
    store<u8>(p, CARRIAGE_RETURN);
  } else if (!cutter.inString) {
    if ((c | CASE_BIT) == OPENING_BRACE) cutter.depth++;
    else if ((c | CASE_BIT) == CLOSING_BRACE) {
      if (--cutter.depth == 0) cutter.escaped = 0;
    } else if (c == CARRIAGE_RETURN) store<u8>(p, SPACE);
  }
  return p + 1;
}
