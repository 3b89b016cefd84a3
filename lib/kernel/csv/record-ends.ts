// Finds where records of CSV end, without their cells: blocks are cut with it before they are scanned. The
// grammar is that of quotes.ts; only quotes, line feeds and comments matter here.
//
// It goes 64 bytes at a time (bits.ts). If every quote is in its right place, the parity of the quotes before
// a byte says whether it is quoted; a doubled quote counts as an end and a beginning. If a quote is not in
// its right place, or a comment begins, the 64 bytes are read one by one.

import { CARRIAGE_RETURN, LINE_FEED } from '../ascii';
import { bitsOf, parity } from '../bits';
import { byteAt, lineEnd, setReadLimit, sixteenAt } from '../text';

/** How far a text was read, and the last record end there. TypeScript (lib/parse/csv/record-ends.ts) lays it out. */

// biome-ignore format: one field a line, with its meaning
@unmanaged
export class CsvEnds {
  delimiter: u32;
  quote: u32;            // a line feed if nothing is quoted
  at: u32;               // how far the text was read
  feeds: u32;            // line feeds up to there
  end: u32;              // after the last line feed that ends a record; 0 if there is none
  lines: u32;            // line feeds up to `end`
  inQuotes: u32;         // 1: a quoted cell goes on at `at`
  isLine: u32;           // 1: the record goes on at `at` to the next line feed, whatever is before it
  comment: u32;          // a line that begins with this byte has no quotes; a line feed if none does
}

let ends: CsvEnds = changetype<CsvEnds>(0);

/** A bit for each of 64 bytes that equals the one in all lanes of `wanted`. */
// @ts-ignore: decorator
@inline
function equal64(wanted: v128, a: v128, b: v128, c: v128, d: v128): u64 {
  return bitsOf(i8x16.eq(a, wanted), i8x16.eq(b, wanted), i8x16.eq(c, wanted), i8x16.eq(d, wanted));
}

/** Whether a cell begins at a place outside quotes, so that a quote there opens it. */
// @ts-ignore: decorator
@inline
function opens(text: usize, at: u32): bool {
  return at == ends.end || byteAt(text + at - 1) == ends.delimiter;
}

/** Ends a record, or a comment, with the line feed at a place. Returns the place after it. */
function endRecord(at: u32): u32 {
  ends.feeds++;
  ends.end = at + 1;
  ends.lines = ends.feeds;
  ends.inQuotes = 0;
  return at + 1;
}

/** Reads to the end of the line at a place, which ends a record. The place may be after `limit`. */
function endLine(text: usize, at: u32, limit: u32): u32 {
  while (at < limit && byteAt(text + at) != LINE_FEED) at++;
  ends.isLine = <u32>(at >= limit);
  return at >= limit ? at : endRecord(at);
}

/** Ends the record that has a misplaced quote at a place after its first line. Returns where the next one begins. */
function endFirstLine(text: usize, at: u32, limit: u32): u32 {
  ends.inQuotes = 0;
  if (ends.feeds == ends.lines) return endLine(text, at, limit);
  ends.feeds = ends.lines;
  return endRecord(<u32>(lineEnd(text + ends.end) - text));
}

/** Whether the byte at a place begins a comment. */
// @ts-ignore: decorator
@inline
function isComment(text: usize, at: u32): bool {
  return ends.comment != LINE_FEED && at == ends.end && byteAt(text + at) == ends.comment;
}

/**
 * Reads the bytes [at, to) of a text one by one, looking up to two bytes ahead. Returns where reading goes on: before
 * `at` if a record had a misplaced quote.
 */
function walk(text: usize, at: u32, to: u32, limit: u32, firstIsEnough: bool): u32 {
  const hasQuote = ends.quote != LINE_FEED;
  while (at < to) {
    if (firstIsEnough && ends.end) return at;
    const c = byteAt(text + at);
    if (isComment(text, at)) at = endLine(text, at, limit);
    else if (c == LINE_FEED) {
      if (!ends.inQuotes) at = endRecord(at);
      else {
        ends.feeds++;
        at++;
      }
    } else if (c != ends.quote || !hasQuote) at++;
    else if (!ends.inQuotes) {
      if (!opens(text, at)) at = endFirstLine(text, at, limit);
      else {
        ends.inQuotes = 1;
        at++;
      }
    } else {
      if (at + 1 >= limit) return at;
      const next = byteAt(text + at + 1);
      if (next == CARRIAGE_RETURN && at + 2 >= limit) return at;
      if (next == ends.quote) at += 2;
      else if (next == ends.delimiter || next == LINE_FEED || (next == CARRIAGE_RETURN && byteAt(text + at + 2) == LINE_FEED)) {
        ends.inQuotes = 0;
        at++;
      } else at = endFirstLine(text, at, limit);
    }
  }
  return at;
}

/**
 * Reads on in a text of `limit` bytes, or to the first record end if that is enough. A quote whose meaning
 * depends on bytes after `limit` is left for the next call.
 */
export function csvEnds(endsAt: usize, text: usize, limit: u32, firstIsEnough: bool): void {
  ends = changetype<CsvEnds>(endsAt);
  setReadLimit(text + limit);
  const quote = i8x16.splat(<u8>ends.quote);
  const delimiter = i8x16.splat(<u8>ends.delimiter);
  const feed = i8x16.splat(<u8>LINE_FEED);
  const quoted: u64 = ends.quote == LINE_FEED ? 0 : u64.MAX_VALUE;
  let at = ends.isLine ? endLine(text, ends.at, limit) : ends.at;
  const comment = i8x16.splat(<u8>ends.comment);
  const commented: u64 = ends.comment == LINE_FEED ? 0 : u64.MAX_VALUE;
  while (!firstIsEnough && at + 66 <= limit) {
    const p = text + at;
    const a = sixteenAt(p);
    const b = sixteenAt(p + 16);
    const c = sixteenAt(p + 32);
    const d = sixteenAt(p + 48);
    const feeds = equal64(feed, a, b, c, d);
    const quotes = equal64(quote, a, b, c, d) & quoted;
    let inside: u64 = ends.inQuotes ? u64.MAX_VALUE : 0;
    let taken: u32 = 64;
    if (quotes) {
      inside ^= parity(quotes);
      const borders = feeds | quotes | equal64(delimiter, a, b, c, d);
      const next = byteAt(p + 64);
      const nextIsQuote = next == ends.quote;
      const nextIsBorder = nextIsQuote || next == ends.delimiter || next == LINE_FEED;
      const first = <u64>opens(text, at);
      const wrong = (quotes & inside & ~((borders << 1) | first)) | (quotes & ~inside & ~((borders >> 1) | (<u64>nextIsBorder << 63)));
      if (wrong) {
        at = walk(text, at, at + 64, limit, false);
        continue;
      }
      // Both quotes of a pair are taken together.
      if (quotes >> 63 && !(inside >> 63) && nextIsQuote) taken = 65;
    }
    const recordEnds = feeds & ~inside;
    if (commented) {
      const starts = (recordEnds << 1) | <u64>(at == ends.end);
      if (starts & equal64(comment, a, b, c, d)) {
        at = walk(text, at, at + 64, limit, false);
        continue;
      }
    }
    if (recordEnds) {
      const last = 63 - <u32>clz(recordEnds);
      ends.end = at + last + 1;
      ends.lines = ends.feeds + <u32>popcnt(feeds & (u64.MAX_VALUE >> (63 - last)));
    }
    ends.feeds += <u32>popcnt(feeds);
    ends.inQuotes = taken == 65 ? 1 : <u32>(inside >> 63);
    at += taken;
  }
  ends.at = walk(text, at, limit, limit, firstIsEnough);
}
