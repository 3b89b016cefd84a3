// Finds where records of CSV end, without looking into their cells: the grammar is that of csv.ts, of
// which only quotes and line feeds matter here. Blocks are cut with it before they are scanned.
//
// 64 bytes at a time: where every quote stands in its right place, those before a byte tell by their
// parity whether it is quoted (as in simdjson; Langdale and Lemire, 2019), a doubled one being an end and
// a beginning. Where one does not, those bytes are read one by one.

import { byteAt, setReadLimit, sixteenAt } from './text';

const LINE_FEED: u32 = 10;
const CARRIAGE_RETURN: u32 = 13;

// biome-ignore format: one field a line, with its meaning
@unmanaged
export class CsvEnds {
  delimiter: u32;
  quote: u32;            // a line feed where nothing is quoted
  at: u32;               // how far the text was looked at
  feeds: u32;            // line feeds up to there
  end: u32;              // behind the last line feed that ends a record; 0 if there is none
  lines: u32;            // line feeds up to `end`
  inQuotes: u32;         // 1: a quoted cell goes on at `at`
  isBroken: u32;         // 1: the record that goes on at `at` has a quote in a wrong place
}

let ends: CsvEnds = changetype<CsvEnds>(0);

/** One bit for each of 64 bytes that is the one wanted. */
// @ts-ignore: decorator
@inline
function bitsOf(wanted: v128, a: v128, b: v128, c: v128, d: v128): u64 {
  return (
    <u64>(<u32>i8x16.bitmask(i8x16.eq(a, wanted))) |
    (<u64>(<u32>i8x16.bitmask(i8x16.eq(b, wanted))) << 16) |
    (<u64>(<u32>i8x16.bitmask(i8x16.eq(c, wanted))) << 32) |
    (<u64>(<u32>i8x16.bitmask(i8x16.eq(d, wanted))) << 48)
  );
}

/** Each bit becomes the parity of itself and those below. */
// @ts-ignore: decorator
@inline
function parity(bits: u64): u64 {
  bits ^= bits << 1;
  bits ^= bits << 2;
  bits ^= bits << 4;
  bits ^= bits << 8;
  bits ^= bits << 16;
  return bits ^ (bits << 32);
}

/** A quote that can only open a cell, or cannot. */
// @ts-ignore: decorator
@inline
function opens(text: usize, at: u32): bool {
  return at == ends.end || byteAt(text + at - 1) == ends.delimiter;
}

/** From a text's bytes [at, to), one by one; needs to see two bytes more. Returns where it stopped. */
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
 * Looks on in a text of `limit` bytes, or to the first record end if that is enough. A quote whose meaning
 * the bytes behind `limit` decide is left for the next call.
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
    const feeds = bitsOf(feed, a, b, c, d);
    const quotes = bitsOf(quote, a, b, c, d) & quoted;
    let inside: u64 = ends.inQuotes ? u64.MAX_VALUE : 0;
    let taken: u32 = 64;
    if (quotes) {
      inside ^= parity(quotes);
      const borders = feeds | quotes | bitsOf(delimiter, a, b, c, d);
      const next = byteAt(p + 64);
      const nextIsQuote = next == ends.quote;
      const nextIsBorder = nextIsQuote || next == ends.delimiter || next == LINE_FEED;
      const first = <u64>opens(text, at);
      const wrong = (quotes & inside & ~((borders << 1) | first)) | (quotes & ~inside & ~((borders >> 1) | (<u64>nextIsBorder << 63)));
      if (wrong) {
        at = walk(text, at, at + 64, limit, false);
        continue;
      }
      // A pair of quotes is not torn apart.
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
