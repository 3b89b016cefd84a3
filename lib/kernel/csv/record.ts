// One record of CSV: finds its cells.

import { CARRIAGE_RETURN, LINE_FEED } from '../ascii';
import { beginRow } from '../row';
import { byteAt, sixteenAt } from '../text';
import { beginCells, cells, mayBeJson, takeCell, takeQuotedMember } from './cells';
import { csv } from './dialect';
import { beginQuotes, breakRecord, doubled, noteQuoted, quotedEnd, stray } from './quotes';

/** A bit for each of 16 bytes that may end a cell or begin a quoted one. */
// @ts-ignore: decorator
@inline
function marks(p: usize, delimiter: v128, quote: v128, feed: v128): u32 {
  const v = sixteenAt(p);
  return i8x16.bitmask(v128.or(v128.or(i8x16.eq(v, delimiter), i8x16.eq(v, quote)), i8x16.eq(v, feed)));
}

/**
 * Scans the record at p; returns the address after its line feed, or 0 if a quote breaks the grammar. `blank`: without
 * repeated members.
 */
export function scanRecord(p: usize, blank: bool): usize {
  const delimiter = i8x16.splat(<u8>csv.delimiter);
  const quote = i8x16.splat(<u8>csv.quote);
  const feed = i8x16.splat(<u8>LINE_FEED);
  beginRow();
  beginCells();
  beginQuotes();
  let base = p;
  let mask = marks(base, delimiter, quote, feed);
  while (true) {
    while (!mask) {
      base += 16;
      mask = marks(base, delimiter, quote, feed);
    }
    let at = base + ctz(mask);
    mask &= mask - 1;
    let c = byteAt(at);
    if (c == LINE_FEED) {
      takeCell(p, at > p && load<u8>(at - 1) == CARRIAGE_RETURN ? at - 1 : at, false, blank);
      return at + 1;
    }
    if (c == csv.delimiter) takeCell(p, at, false, blank);
    else if (at != p) return breakRecord(at);
    else {
      const inCopy = mayBeJson(cells);
      const end = inCopy ? takeQuotedMember(p + 1, blank) : quotedEnd(p + 1);
      noteQuoted(p);
      if (!end) return breakRecord(stray);
      if (!inCopy) takeCell(p + 1, end, doubled, blank);
      at = end + 1;
      c = byteAt(at);
      if (c == CARRIAGE_RETURN) return at + 2;
      if (c == LINE_FEED) return at + 1;
      base = at + 1;
      mask = marks(base, delimiter, quote, feed);
    }
    p = at + 1;
  }
}
