// Finds where records of CSV end, without their cells: blocks are cut with it before they are scanned. The
// grammar is that of quotes.ts; only quotes and line feeds matter here.
//
// It goes 64 bytes at a time (bits.ts). If every quote is in its right place, the parity of the quotes before
// a byte says whether it is quoted; a doubled quote counts as an end and a beginning. If a quote is not in
// its right place, the 64 bytes are read one by one.

import { CARRIAGE_RETURN, LINE_FEED } from '../ascii';
import { bitsOf, parity } from '../bits';
import { byteAt, setReadLimit, sixteenAt } from '../text';

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
  isBroken: u32;         // 1: the record that goes on at `at` has a misplaced quote
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

/** Reads the bytes [at, to) of a text one by one, looking up to two bytes ahead. Returns where it stopped. */
function walk(text: usize, at: u32, to: u32, limit: u32, firstIsEnough: bool): u32 {
  const hasQuote = ends.quote != LINE_FEED;
  for (; at < to; at++) {
    const c = byteAt(text + at);
    if (c == LINE_FEED) {
      ends.feeds++;
      if (ends.inQuotes) continue;
      ends.end = at + 1;
      ends.lines = ends.feeds;
      ends.isBroken = 0;
      if (firstIsEnough) return at + 1;
    } else if (c == ends.quote && hasQuote) {
      if (!ends.inQuotes) {
        if (opens(text, at)) ends.inQuotes = 1;
        else ends.isBroken = 1;
        continue;
      }
      if (at + 1 >= limit) return at;
      const next = byteAt(text + at + 1);
      if (next == ends.quote) at++;
      else if (next == ends.delimiter || next == LINE_FEED) ends.inQuotes = 0;
      else if (next != CARRIAGE_RETURN) ends.isBroken = 1;
      else if (at + 2 >= limit) return at;
      else if (byteAt(text + at + 2) == LINE_FEED) ends.inQuotes = 0;
      else ends.isBroken = 1;
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
  let at = ends.at;
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
    if (recordEnds) {
      const last = 63 - <u32>clz(recordEnds);
      ends.end = at + last + 1;
      ends.lines = ends.feeds + <u32>popcnt(feeds & (u64.MAX_VALUE >> (63 - last)));
      ends.isBroken = 0;
    }
    ends.feeds += <u32>popcnt(feeds);
    ends.inQuotes = taken == 65 ? 1 : <u32>(inside >> 63);
    at += taken;
  }
  ends.at = walk(text, at, limit, limit, firstIsEnough);
}
