// Quotes of CSV. The grammar is RFC 4180's as csv-parse reads it: a cell is quoted if it begins with the quote;
// inside, a quote is doubled, and one that is followed by a delimiter or the record's end closes the cell.
//
// If a quote breaks this, or nothing closes a cell, the record's first line alone is rejected, and the next line
// begins a record, wherever the wrong quote is: one damaged line never takes others with it. No line is read often:
// a line with an odd number of quotes begins a record that goes no further than the next such line, and every other
// line is a record of its own. Only a cell of several lines that begins with a delimiter or a line end can hide damage:
// its opening quote is also a closing one, and up to there the text is as RFC 4180 wants it.

import { CARRIAGE_RETURN, LINE_FEED } from '../ascii';
import { CODE_INVALID_QUOTE, CODE_OK, CODE_UNCLOSED_QUOTE } from '../codes';
import { batch, scratchRoom } from '../row';
import { byteAt, sixteenAt } from '../text';
import { csv, textEnd } from './dialect';

/** Line feeds inside cells of the record. */
export let feeds: u32 = 0;
/** Why the record's first line is rejected, and the address of a quote in that line. */
export let problem: u32 = 0;
export let problemAt: usize = 0;
/** Address of the quote that opens the first cell with a line feed inside, or 0. */
let spanning: usize = 0;
/** Address of the quote that does not close a cell properly, if `quotedEnd` or `unquote` found no end. */
export let stray: usize = 0;
/** Whether the last quoted cell has quotes inside. */
export let doubled: bool = false;

/** Begins a record. */
export function beginQuotes(): void {
  feeds = 0;
  problem = CODE_OK;
  spanning = 0;
}

/** Notes a quoted cell of the record, which the quote at p opens. */
// @ts-ignore: decorator
@inline
export function noteQuoted(p: usize): void {
  if (feeds && !spanning) spanning = p;
}

/**
 * Ends a record whose grammar the quote at p breaks. Of its first line, this says the same wherever the text ends: if
 * the quote is in another line, the first one has a cell that is not closed properly. Returns 0.
 */
export function breakRecord(p: usize): usize {
  problem = spanning ? CODE_UNCLOSED_QUOTE : CODE_INVALID_QUOTE;
  problemAt = spanning ? spanning : p;
  return 0;
}

/** Whether the quote at p, which `next` follows, closes a cell. */
// @ts-ignore: decorator
@inline
function endsCell(next: u32, p: usize): bool {
  return next == csv.delimiter || next == LINE_FEED || (next == CARRIAGE_RETURN && byteAt(p + 2) == LINE_FEED);
}

/** Address of the closing quote; p is after the opening one. 0 if another quote comes first (`stray`), or none does. */
export function quotedEnd(p: usize): usize {
  const quote = i8x16.splat(<u8>csv.quote);
  const feed = i8x16.splat(<u8>LINE_FEED);
  doubled = false;
  while (p < textEnd) {
    const v = sixteenAt(p);
    const quotes = i8x16.bitmask(i8x16.eq(v, quote));
    const lines = i8x16.bitmask(i8x16.eq(v, feed));
    if (!quotes) {
      feeds += popcnt(lines);
      p += 16;
      continue;
    }
    const before = ctz(quotes);
    feeds += popcnt(lines & ((1 << before) - 1));
    p += before;
    if (p >= textEnd) return 0;
    const next = byteAt(p + 1);
    if (next == csv.quote) {
      doubled = true;
      p += 2;
    } else if (endsCell(next, p)) {
      return p;
    } else {
      stray = p;
      return 0;
    }
  }
  return 0;
}

/** End of the text that `unquote` wrote. */
export let unquoted: usize = 0;

/** `quotedEnd` and `undouble` in one pass. Writes up to 15 bytes past the result. */
export function unquote(p: usize, to: usize): usize {
  const quote = i8x16.splat(<u8>csv.quote);
  const feed = i8x16.splat(<u8>LINE_FEED);
  doubled = false;
  while (p < textEnd && to <= batch.scratchEnd) {
    const v = sixteenAt(p);
    const quotes = i8x16.bitmask(i8x16.eq(v, quote));
    const lines = i8x16.bitmask(i8x16.eq(v, feed));
    v128.store(to, v);
    if (!quotes) {
      feeds += popcnt(lines);
      p += 16;
      to += 16;
      continue;
    }
    const before = ctz(quotes);
    feeds += popcnt(lines & ((1 << before) - 1));
    p += before;
    to += before;
    if (p >= textEnd) return 0;
    const next = byteAt(p + 1);
    if (next == csv.quote) {
      doubled = true;
      p += 2;
      to++;
    } else if (endsCell(next, p)) {
      unquoted = to;
      return p;
    } else {
      stray = p;
      return 0;
    }
  }
  // The text or the room ended.
  return to > batch.scratchEnd && scratchRoom(batch.scratchEnd) == 0 ? quotedEnd(p) : 0;
}

/** Copies a quoted cell with one quote for each pair; returns the end. Writes up to 15 bytes past it. */
export function undouble(p: usize, end: usize, to: usize): usize {
  const quote = i8x16.splat(<u8>csv.quote);
  while (p < end) {
    const v = sixteenAt(p);
    const quotes = i8x16.bitmask(i8x16.eq(v, quote));
    const before = quotes ? ctz(quotes) : 16;
    v128.store(to, v);
    if (p + before >= end) return to + (end - p);
    to += before;
    p += before;
    if (quotes) {
      to++;
      p += 2;
    }
  }
  return to;
}
