// Texts of a page in PLAIN encoding: each after its length in four bytes.

import { isUtf8, utf16Length } from '../utf8';

/** What `checkTexts` found. */
// biome-ignore format: one field a line, with its meaning
@unmanaged
export class Texts {
  min: usize;            // least and greatest text, by their unsigned bytes; not set where there is none
  minLen: u32;
  max: usize;
  maxLen: u32;
  empty: u32;            // number of empty texts
  firstEmpty: u32;       // index of the first one
  long: u32;             // number of texts over the limit
  notUtf8: u32;          // 1 if a text is not UTF-8
  end: usize;            // address after the last text
}

/** Texts of fewer bytes have a length in ASCII, so that many of them, with their lengths, are checked as one text. */
const SHORT: u32 = 128;

/** The first 8 bytes of a text, of which shorter ones are filled up with zeros, as a number in their order. */
// @ts-ignore: decorator
@inline
function prefixOf(p: usize, len: u32): u64 {
  const word = bswap(load<u64>(p));
  return len >= 8 ? word : len == 0 ? 0 : word & (<u64>-1 << <u64>(64 - (len << 3)));
}

function compare(a: usize, aLen: u32, b: usize, bLen: u32): i32 {
  const order = memory.compare(a, b, min(aLen, bLen));
  return order ? order : aLen < bLen ? -1 : aLen > bLen ? 1 : 0;
}

/**
 * Checks `count` texts in [from, end), of which none should be longer than `limit` UTF-16 units; writes the address and
 * length of each to `entries` unless that is 0. Returns how many were found before one that passes the end. Reads up to
 * 8 bytes past `end`.
 */
export function checkTexts(
  from: usize,
  end: usize,
  count: u32,
  limit: u32,
  entries: usize,
  result: usize,
): u32 {
  const texts = changetype<Texts>(result);
  memory.fill(result, 0, offsetof<Texts>());
  let least: u64 = 0;
  let most: u64 = 0;
  let stretch = from;
  let index: u32 = 0;
  for (; index < count; index++) {
    if (end - from < 4) break;
    const len = load<u32>(from);
    const p = from + 4;
    if (<usize>len > end - p) break;
    if (entries) {
      store<u32>(entries, <u32>p);
      store<u32>(entries + 4, len);
      entries += 8;
    }
    if (len == 0) {
      if (texts.empty == 0) texts.firstEmpty = index;
      texts.empty++;
    } else if (len > limit && utf16Length(p, len) > limit) texts.long++;
    if (len >= SHORT) {
      if (!isUtf8(stretch, from) || !isUtf8(p, p + len)) texts.notUtf8 = 1;
      stretch = p + len;
    }
    const prefix = prefixOf(p, len);
    if (index == 0 || (prefix <= least && (prefix < least || compare(p, len, texts.min, texts.minLen) < 0))) {
      texts.min = p;
      texts.minLen = len;
      least = prefix;
    }
    if (index == 0 || (prefix >= most && (prefix > most || compare(p, len, texts.max, texts.maxLen) > 0))) {
      texts.max = p;
      texts.maxLen = len;
      most = prefix;
    }
    from = p + len;
  }
  if (!isUtf8(stretch, from)) texts.notUtf8 = 1;
  texts.end = from;
  return index;
}

/** The index of the first of `count` texts, by their entries, that is not UTF-8. */
export function firstNotUtf8(entries: usize, count: u32): u32 {
  for (let i: u32 = 0; i < count; i++, entries += 8) {
    const p = <usize>load<u32>(entries);
    if (!isUtf8(p, p + load<u32>(entries + 4))) return i;
  }
  return count;
}
