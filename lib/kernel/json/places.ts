// The places in the source of elements that were cut (elements.ts) and scanned.

import { CARRIAGE_RETURN, LINE_FEED, SPACE, TAB } from '../ascii';
import { Batch } from '../layout';

/** Line of the source at the place that was reached. */
let line: u32 = 0;

/** Passes over [p, end): counts its lines and makes their ends line feeds again. */
function restoreLines(p: usize, end: usize): void {
  const carriage = i8x16.splat(<u8>CARRIAGE_RETURN);
  while (p + 16 <= end) {
    const v = v128.load(p);
    const returns = i8x16.eq(v, carriage);
    const mask = i8x16.bitmask(returns);
    if (mask) {
      line += popcnt(mask);
      v128.store(p, i8x16.sub(v, v128.and(returns, i8x16.splat(<u8>(CARRIAGE_RETURN - LINE_FEED)))));
    }
    p += 16;
  }
  for (; p < end; p++) {
    if (load<u8>(p) == CARRIAGE_RETURN) {
      line++;
      store<u8>(p, LINE_FEED);
    }
  }
}

/**
 * Sets line, offset and text of the rows from `first` on to where their elements begin in the source, after
 * white space. [p, end) is the text of these rows, which begins at line `firstLine`. `shift` bytes before the
 * first row are not in the source, nor are `inserted` more for each row. Returns the line at `end`.
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
    while (start < rowEnd && isSpace(load<u8>(start))) start++;
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

// @ts-ignore: decorator
@inline
function isSpace(c: u32): bool {
  return c == SPACE || c == TAB || c == CARRIAGE_RETURN;
}
