// JSON documents → lines: finds where the elements of an array, or values one behind the other, end, and
// makes a line of each, so that the scanner takes them as it takes NDJSON.
//
// Only strings, brackets and commas are looked at; whether an element is JSON is the scanner's business.
// Brackets are counted without regard to their kind: an element that mixes them up still ends where the
// next one begins, and is rejected alone.
//
// Inside an element 64 bytes are looked at at once (after Langdale and Lemire, "Parsing Gigabytes of
// JSON per Second", 2019): a bit for each byte says whether it is inside a string, and brackets are
// counted. Between elements, where there is little, it goes byte by byte.
//
// Line feeds become carriage returns, which mean the same in JSON (white space between tokens, an error
// in strings); carriage returns between tokens become spaces. So a line feed ends an element, and a
// carriage return outside strings stands for a line of the source (placeElements).

import { Batch } from './layout';

/** Why `cutElements` stopped before the end of its bytes. */
export const STOP_NONE: u32 = 0;
/** At the `[` of an array where values were expected. */
export const STOP_ARRAY_BEGINS: u32 = 1;
/** Behind the `]` of the array. */
export const STOP_ARRAY_ENDS: u32 = 2;
/** At a `,` or `]` with no element before it. */
export const STOP_NO_ELEMENT: u32 = 3;
/** Behind a value, where only one was asked for. */
export const STOP_VALUE_ENDS: u32 = 4;

// biome-ignore format: one field a line, with its meaning
@unmanaged
export class Cutter {
  inArray: u32;          // 1: elements with commas between them up to a `]`; 0: values one behind the other
  single: u32;           // 1: stop behind the first value (not in arrays)
  depth: u32;            // containers open in the element
  inString: u32;
  escaped: u32;          // the next byte stands behind a backslash
  hasValue: u32;         // something of an element has come
  afterComma: u32;       // an element has to come
  lines: u32;            // line feeds passed over
  out: usize;            // where values go, each with a line feed behind it (not in arrays: these stay in place)
  ends: u32;             // elements that ended in this call
  lastEnd: usize;        // behind the line feed of the last one
  lastEndLines: u32;     // `lines` there
  stop: u32;
}

let cutter: Cutter = changetype<Cutter>(0);
/** Of values: where what is not copied out begins. */
let from: usize = 0;

// @ts-ignore: decorator
@inline
function bits(a: v128, b: v128, c: v128, d: v128): u64 {
  return (
    (<u64>(<u32>i8x16.bitmask(a)) | (<u64>(<u32>i8x16.bitmask(b)) << 16)) |
    (<u64>(<u32>i8x16.bitmask(c)) << 32) | (<u64>(<u32>i8x16.bitmask(d)) << 48)
  );
}

/** Every bit becomes the parity of itself and those below. */
// @ts-ignore: decorator
@inline
function parity(x: u64): u64 {
  x ^= x << 1;
  x ^= x << 2;
  x ^= x << 4;
  x ^= x << 8;
  x ^= x << 16;
  return x ^ (x << 32);
}

const EVEN: u64 = 0x5555_5555_5555_5555;

/** From inside an element to behind its last bracket, or to `end`. */
function elementEnd(p: usize, end: usize): usize {
  const quote = i8x16.splat(34);
  const backslash = i8x16.splat(92);
  const caseBit = i8x16.splat(32);
  const brace = i8x16.splat(123);
  const unbrace = i8x16.splat(125);
  let depth = cutter.depth;
  let escaped = <u64>cutter.escaped;
  let inString: u64 = cutter.inString ? u64.MAX_VALUE : 0;
  while (p + 64 <= end) {
    const a = v128.load(p);
    const b = v128.load(p, 16);
    const c = v128.load(p, 32);
    const d = v128.load(p, 48);
    let quotes = bits(i8x16.eq(a, quote), i8x16.eq(b, quote), i8x16.eq(c, quote), i8x16.eq(d, quote));
    let slashes = bits(
      i8x16.eq(a, backslash), i8x16.eq(b, backslash), i8x16.eq(c, backslash), i8x16.eq(d, backslash),
    );
    if (slashes | escaped) {
      slashes &= ~escaped;
      const behind = (slashes << 1) | escaped;
      // Runs of backslashes that begin at an odd bit carry into what is behind them.
      const sums = (slashes & ~EVEN & ~behind) + slashes;
      escaped = <u64>(sums < slashes);
      quotes &= ~((EVEN ^ (sums << 1)) & behind);
    }
    const strings = parity(quotes) ^ inString;
    // `[` and `]` are `{` and `}` without the bit that makes letters small.
    const la = v128.or(a, caseBit);
    const lb = v128.or(b, caseBit);
    const lc = v128.or(c, caseBit);
    const ld = v128.or(d, caseBit);
    const opens = bits(i8x16.eq(la, brace), i8x16.eq(lb, brace), i8x16.eq(lc, brace), i8x16.eq(ld, brace)) & ~strings;
    const closes = bits(i8x16.eq(la, unbrace), i8x16.eq(lb, unbrace), i8x16.eq(lc, unbrace), i8x16.eq(ld, unbrace)) & ~strings;
    const closing = <u32>popcnt(closes);
    if (closing >= depth) {
      // The element may end here: bracket by bracket.
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

// @ts-ignore: decorator
@inline
function mayHaveLines(a: v128, b: v128, c: v128, d: v128): bool {
  const least = v128.and(
    v128.and(i8x16.ge_u(a, i8x16.splat(14)), i8x16.ge_u(b, i8x16.splat(14))),
    v128.and(i8x16.ge_u(c, i8x16.splat(14)), i8x16.ge_u(d, i8x16.splat(14))),
  );
  return !i8x16.all_true(least);
}

/** Rewrites the line ends of 64 bytes. */
function rewriteLines(p: usize, a: v128, b: v128, c: v128, d: v128, strings: u64): void {
  const feed = i8x16.splat(10);
  const three = i8x16.splat(3);
  const fa = i8x16.eq(a, feed);
  const fb = i8x16.eq(b, feed);
  const fc = i8x16.eq(c, feed);
  const fd = i8x16.eq(d, feed);
  const feeds = bits(fa, fb, fc, fd);
  if (feeds) {
    cutter.lines += <u32>popcnt(feeds);
    v128.store(p, i8x16.add(a, v128.and(fa, three)));
    v128.store(p, i8x16.add(b, v128.and(fb, three)), 16);
    v128.store(p, i8x16.add(c, v128.and(fc, three)), 32);
    v128.store(p, i8x16.add(d, v128.and(fd, three)), 48);
  }
  const carriage = i8x16.splat(13);
  let returns =
    bits(i8x16.eq(a, carriage), i8x16.eq(b, carriage), i8x16.eq(c, carriage), i8x16.eq(d, carriage)) & ~strings;
  while (returns) {
    store<u8>(p + <usize>ctz(returns), 32);
    returns &= returns - 1;
  }
}

/** The same for the first of them only. */
function rewriteSome(p: usize, size: usize, strings: u64): void {
  for (let i: usize = 0; i < size; i++) {
    if (load<u8>(p + i) == 10) {
      cutter.lines++;
      store<u8>(p + i, 13);
    } else if (load<u8>(p + i) == 13 && ((strings >> <u64>i) & 1) == 0) store<u8>(p + i, 32);
  }
}

/** One byte inside an element, to the same effect as the 64 above. */
// @ts-ignore: decorator
@inline
function step(p: usize): usize {
  const c = load<u8>(p);
  const escaped = cutter.escaped;
  cutter.escaped = 0;
  if (c == 92) cutter.escaped = escaped ^ 1;
  else if (c == 34) cutter.inString ^= escaped ^ 1;
  else if (c == 10) {
    cutter.lines++;
    store<u8>(p, 13);
  } else if (!cutter.inString) {
    if ((c | 32) == 123) cutter.depth++;
    else if ((c | 32) == 125) {
      if (--cutter.depth == 0) cutter.escaped = 0;
    } else if (c == 13) store<u8>(p, 32);
  }
  return p + 1;
}

/** An element ends before p; in an array the comma or bracket before p has become its line feed. */
function elementEnds(p: usize): void {
  cutter.hasValue = 0;
  cutter.ends++;
  if (cutter.inArray) cutter.lastEnd = p;
  else {
    copyOut(p);
    store<u8>(cutter.out++, 10);
    cutter.lastEnd = cutter.out;
  }
  cutter.lastEndLines = cutter.lines;
}

function copyOut(p: usize): void {
  memory.copy(cutter.out, from, p - from);
  cutter.out += p - from;
  from = p;
}

/** Between elements of an array, or in one that is no object or array; returns where to go on. */
// @ts-ignore: decorator
@inline
function inArray(p: usize, c: u32): usize {
  if (c == 44 || c == 93) {
    if (cutter.hasValue ? false : c == 44 || cutter.afterComma) {
      cutter.stop = STOP_NO_ELEMENT;
      return p;
    }
    const hasEnded = cutter.hasValue;
    store<u8>(p, hasEnded ? 10 : 32);
    if (hasEnded) elementEnds(p + 1);
    cutter.afterComma = <u32>(c == 44);
    if (c == 93) {
      cutter.inArray = 0;
      cutter.stop = STOP_ARRAY_ENDS;
    }
    return p + 1;
  }
  cutter.hasValue = 1;
  if (c == 34) cutter.inString = 1;
  else if ((c | 32) == 123) cutter.depth = 1;
  return p + 1;
}

/** The same of values one behind the other. */
function betweenValues(p: usize, c: u32): usize {
  const begins = c == 34 || (c | 32) == 123;
  if (cutter.hasValue && begins) {
    elementEnds(p);
    if (cutter.single) {
      cutter.stop = STOP_VALUE_ENDS;
      return p;
    }
  }
  if (c == 91) {
    cutter.stop = STOP_ARRAY_BEGINS;
    return p;
  }
  // Of a single value among others of a document, what divides these is no part.
  if (cutter.single && (c == 44 || c == 93 || c == 125)) {
    if (cutter.hasValue) elementEnds(p);
    cutter.stop = STOP_VALUE_ENDS;
    return p;
  }
  cutter.hasValue = 1;
  if (c == 34) cutter.inString = 1;
  else if (c == 123) cutter.depth = 1;
  return p + 1;
}

/** Outside containers; returns where to go on. */
function outside(p: usize): usize {
  if (cutter.inString) {
    p = step(p);
    if (!cutter.inString && !cutter.inArray) valueEnds(p);
    return p;
  }
  const c = <u32>load<u8>(p);
  if (c > 32) return cutter.inArray ? inArray(p, c) : betweenValues(p, c);
  if (c != 32 && c != 9 && c != 10 && c != 13) {
    cutter.hasValue = 1;
    return p + 1;
  }
  if (cutter.hasValue && !cutter.inArray) {
    valueEnds(p);
    if (cutter.stop) return p;
  }
  return step(p);
}

function valueEnds(p: usize): void {
  elementEnds(p);
  if (cutter.single) cutter.stop = STOP_VALUE_ENDS;
}

/**
 * Goes on with [p, end); the cutter knows where the bytes before it ended. Elements of an array are
 * made lines where they stand; values are written to `out`, which needs room for twice as many bytes.
 * Returns where it stopped: `stop` says why.
 */
export function cutElements(cutterAt: usize, p: usize, end: usize): usize {
  cutter = changetype<Cutter>(cutterAt);
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

/** The lines of a text that was cut, from one row to the next. */
let line: u32 = 0;

/** Passes over [p, end), counting lines and restoring their ends. */
function restoreLines(p: usize, end: usize): void {
  const carriage = i8x16.splat(13);
  while (p + 16 <= end) {
    const v = v128.load(p);
    const returns = i8x16.eq(v, carriage);
    const mask = i8x16.bitmask(returns);
    if (mask) {
      line += popcnt(mask);
      v128.store(p, i8x16.sub(v, v128.and(returns, i8x16.splat(3))));
    }
    p += 16;
  }
  for (; p < end; p++) {
    if (load<u8>(p) == 13) {
      line++;
      store<u8>(p, 10);
    }
  }
}

/**
 * Puts rows from `first` on where their elements begin in the source, behind white space: line, offset
 * and text. [p, end) is the text of these rows, whose first line is `firstLine`; `shift` bytes of it,
 * before the first row, are not in the source, and `inserted` more for each row.
 * Returns the line at `end`.
 */
export function placeElements(
  batchAt: usize, first: u32, p: usize, end: usize, firstLine: u32, shift: f64, inserted: u32,
): u32 {
  const batch = changetype<Batch>(batchAt);
  line = firstLine;
  for (let row = first; row < batch.rows; row++) {
    let start = <usize>load<u32>(batch.rowStart + (row << 2));
    const rowEnd = start + load<u32>(batch.rowLen + (row << 2));
    restoreLines(p, start);
    const begin = start;
    while (start < rowEnd && (load<u8>(start) == 32 || load<u8>(start) == 9 || load<u8>(start) == 13)) start++;
    restoreLines(begin, start);
    const skipped = <u32>(start - begin);
    const detail = load<u32>(batch.detail + (row << 2));
    if (detail >= skipped) store<u32>(batch.detail + (row << 2), detail - skipped);
    store<u32>(batch.rowStart + (row << 2), <u32>start);
    store<u32>(batch.rowLen + (row << 2), <u32>(rowEnd - start));
    store<u32>(batch.rowLine + (row << 2), line);
    const at = batch.rowOffset + (row << 3);
    store<f64>(at, load<f64>(at) + <f64>skipped - shift - <f64>((row - first) * inserted));
    restoreLines(start, rowEnd);
    p = rowEnd;
  }
  restoreLines(p, end);
  return line;
}
