// Records of CSV → rows of slices, following the compiled mapping (scanner.ts).
//
// The grammar is RFC 4180's as csv-parse reads it: a cell is quoted if it begins with the quote; inside,
// a quote is doubled, and one that is followed by a delimiter or the record's end closes the cell. Where
// a quote breaks this, reading goes on as csv-parse does when it skips such records: a quote in an
// unquoted cell is a character, and one that closes too early does not close. So both agree on where
// records end, whatever is in them.
//
// A record with such a quote, or with another number of cells than the header, may have swallowed lines
// that are records of their own. It is rejected line by line, so that each of them is counted.

import { CODE_EXCLUDED_BY_MAPPING, CODE_INVALID_JSON, CODE_INVALID_QUOTE, CODE_INVALID_UTF8, CODE_LINE_TOO_LONG, CODE_MAP_NOT_AN_OBJECT, CODE_OK, CODE_UNCLOSED_QUOTE, CODE_WRONG_CELL_COUNT } from './codes';
import { finishRow, isWanted } from './finish';
import { fail, failedAt, failedCode, skipSpace } from './json';
import { CARRIAGE_RETURN, hideFeeds, LINE_FEED, NULL } from './json-text';
import { blankCopy } from './repeats';
import {
  batch,
  beginAttempt,
  beginRow,
  beginScan,
  beginText,
  endRow,
  fillSlot,
  full,
  notAnObject,
  noteNotAnObject,
  pushEntries,
  repeated,
  rollBack,
  scratchRoom,
  setBlanking,
  setNotAnObject,
  setText,
  takeScratch,
} from './row';
import { scanMember } from './scan';
import { keyAt, nodeAt, scanner } from './scanner';
import { byteAt, isUtf8, lineEnd, sixteenAt } from './text';

const BRACE: u32 = 123;
const BRACKET: u32 = 91;

/** How records are to be read. TypeScript (lib/parse/csv-block-parser.ts) lays it out. */
// biome-ignore format: one field a line, with its meaning
@unmanaged
export class Csv {
  keys: usize;           // u32[cells]  ScanKey of each column; 0: it has no name
  cells: u32;            // cells of a record
  delimiter: u32;
  quote: u32;            // a line feed where nothing is quoted
  absent: u32;           // a cell of this byte alone has no value; 0: there is none such
  rejecting: u32;        // bytes left of a record whose lines are rejected one by one …
  rejectCode: u32;       // … why …
  rejectDetail: u32;     // … and, of a quote, how far from here it stands, plus 1 (0: before here), or
                         // of a number of cells, that << 16 | the right one
}

let csv: Csv = changetype<Csv>(0);
let textEnd: usize = 0;

// What the current record turned out to be.
let cells: u32 = 0;
/** Line feeds inside its cells. */
let feeds: u32 = 0;
/** Where a quote breaks the grammar, and how. */
let problem: u32 = 0;
let problemAt: usize = 0;
/** Why and where its first bad JSON cell is bad. */
let failure: u32 = 0;
let failureAt: usize = 0;
/** Whether the last quoted cell has quotes inside. */
let doubled: bool = false;

/** The bytes of sixteen that may end a cell or begin a quoted one, one bit each. */
// @ts-ignore: decorator
@inline
function marks(p: usize, delimiter: v128, quote: v128, feed: v128): u32 {
  const v = sixteenAt(p);
  return i8x16.bitmask(v128.or(v128.or(i8x16.eq(v, delimiter), i8x16.eq(v, quote)), i8x16.eq(v, feed)));
}

function breakQuote(p: usize, code: u32): void {
  if (problem) return;
  problem = code;
  problemAt = p;
}

/** From behind the opening quote to the closing one; 0 if there is none before the text's end. */
function quotedEnd(p: usize): usize {
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
    } else if (next == csv.delimiter || next == LINE_FEED || (next == CARRIAGE_RETURN && byteAt(p + 2) == LINE_FEED)) {
      return p;
    } else breakQuote(p++, CODE_INVALID_QUOTE);
  }
  return 0;
}

/** Behind the text that `unquote` wrote. */
let unquoted: usize = 0;

/** `quotedEnd` and `undouble` in one pass; may write up to 15 bytes past the result. */
function unquote(p: usize, to: usize): usize {
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
    } else if (next == csv.delimiter || next == LINE_FEED || (next == CARRIAGE_RETURN && byteAt(p + 2) == LINE_FEED)) {
      unquoted = to;
      return p;
    } else {
      breakQuote(p++, CODE_INVALID_QUOTE);
      to++;
    }
  }
  // No end, or no room.
  return to > batch.scratchEnd && scratchRoom(batch.scratchEnd) == 0 ? quotedEnd(p) : 0;
}

/** Copies a quoted cell with each pair of quotes as one; may write up to 15 bytes past the result. */
function undouble(p: usize, end: usize, to: usize): usize {
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

/** A cell [p, end); `inQuotes` if it has doubled quotes. An empty one is absent. */
// @ts-ignore: decorator
@inline
function takeCell(p: usize, end: usize, inQuotes: bool, blank: bool): void {
  const cell = cells++;
  if (p == end || cell >= csv.cells || isAbsent(p, end)) return;
  const index = load<u32>(csv.keys + (cell << 2));
  if (!index) return;
  const key = keyAt(index);
  if (key.node >= 0) return takeMember(p, end, index, inQuotes, blank);
  const maps = nodeAt(key.context).maps;
  if (!maps) {
    key.count++;
    return;
  }
  takeText(p, end, inQuotes);
  pushEntries(maps, key);
}

// @ts-ignore: decorator
@inline
function isAbsent(p: usize, end: usize): bool {
  return csv.absent != 0 && end - p == 1 && <u32>load<u8>(p) == csv.absent;
}

// @ts-ignore: decorator
@inline
function takeText(p: usize, end: usize, inQuotes: bool): void {
  setText(p, <u32>(end - p));
  if (inQuotes) rewriteText(p, end);
}

function rewriteText(p: usize, end: usize): void {
  const to = scratchRoom(end - p);
  if (to) takeScratch(to, undouble(p, end, to));
}

/** A cell whose column the mapping names. */
function takeMember(p: usize, end: usize, index: u32, inQuotes: bool, blank: bool): void {
  const node = nodeAt(keyAt(index).node);
  if (node.isContext && isJson(p, end, node.element != 0)) {
    const copy = scratchRoom(end - p + 1);
    if (!copy) return;
    memory.copy(copy, p, end - p);
    return takeJson(p, copy, copy + (end - p), index, false, blank);
  }
  takeText(p, end, inQuotes);
  nameText(p, index);
}

/** The last text, of a cell at p, goes where the mapping says. */
function nameText(p: usize, index: u32): void {
  const key = keyAt(index);
  const node = nodeAt(key.node);
  if (node.slot >= 0) fillSlot(node.slot);
  if (node.element) noteNotAnObject(p);
  let maps = node.entryMaps;
  if (node.maps) {
    if (!node.mustBeObject) maps |= node.maps;
    else noteNotAnObject(p);
  }
  if (maps) pushEntries(maps, key);
}

/** Whether a column may hold JSON: the mapping looks inside. */
// @ts-ignore: decorator
@inline
function mayBeJson(cell: u32): bool {
  if (cell >= csv.cells) return false;
  const index = load<u32>(csv.keys + (cell << 2));
  if (!index) return false;
  const node = keyAt(index).node;
  return node >= 0 && nodeAt(node).isContext != 0;
}

/** A quoted cell behind its quote, in a column that may hold JSON. Returns where it ends. */
function takeQuotedMember(p: usize, blank: bool): usize {
  const copy = batch.scratchPos;
  const end = unquote(p, copy);
  const index = load<u32>(csv.keys + (cells++ << 2));
  if (end <= p || full || !scratchRoom(unquoted + 1 - copy)) return end;
  if (isJson(copy, unquoted, nodeAt(keyAt(index).node).element != 0)) takeJson(p, copy, unquoted, index, true, blank);
  else {
    takeScratch(copy, unquoted);
    nameText(p, index);
  }
  return end;
}

/** Whether a cell, where an object (or an array of pairs) is wanted, holds one (or null) rather than some text. */
function isJson(p: usize, end: usize, isArray: bool): bool {
  while (p < end && load<u8>(p) <= 32) p++;
  if (p == end) return false;
  return load<u8>(p) == BRACE || (isArray && load<u8>(p) == BRACKET) || (end - p == 4 && load<u32>(p) == NULL);
}

/** JSON of a cell at p is scanned as a member of the event, in a copy that is made to end with a line feed. */
function takeJson(p: usize, copy: usize, copyEnd: usize, index: u32, inQuotes: bool, blank: bool): void {
  if (feeds) hideFeeds(copy, copyEnd);
  store<u8>(copyEnd, LINE_FEED);
  takeScratch(copy, copyEnd + 1);
  beginText(copyEnd + 1);
  const value = skipSpace(copy);
  // The copy may be no JSON; the first look at it said that it is, or has noted the failure.
  if (blank && !failure && byteAt(value) == BRACE) blankCopy(value, keyAt(index).node);
  const noted = notAnObject;
  let done = scanMember(value, index, 1);
  if (done) {
    done = skipSpace(done);
    if (byteAt(done) != LINE_FEED) done = fail(done, CODE_INVALID_JSON);
  }
  beginText(textEnd);
  if (!done && !failure) {
    failure = failedCode;
    failureAt = sourceOf(failedAt - copy, p, inQuotes);
  }
  if (notAnObject != noted) setNotAnObject(sourceOf(notAnObject - copy, p, inQuotes));
}

/** Where in a cell that begins at p the byte stands that has `distance` bytes before it in the copy. */
function sourceOf(distance: usize, p: usize, inQuotes: bool): usize {
  if (!inQuotes) return p + distance;
  for (; distance; distance--) p += byteAt(p) == csv.quote ? 2 : 1;
  return p;
}

/** One record, from its first byte to behind its line feed. */
function scanRecord(p: usize, blank: bool): usize {
  const delimiter = i8x16.splat(<u8>csv.delimiter);
  const quote = i8x16.splat(<u8>csv.quote);
  const feed = i8x16.splat(<u8>LINE_FEED);
  beginRow();
  cells = 0;
  feeds = 0;
  problem = CODE_OK;
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
    else if (at != p) {
      breakQuote(at, CODE_INVALID_QUOTE);
      continue;
    } else {
      const inCopy = mayBeJson(cells);
      const end = inCopy ? takeQuotedMember(p + 1, blank) : quotedEnd(p + 1);
      if (!end) {
        problem = CODE_OK;
        breakQuote(p, CODE_UNCLOSED_QUOTE);
        return textEnd;
      }
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

/** One record → one row, or the beginning of rejecting its lines. Returns where to go on. */
function scanRow(p: usize, allUtf8: bool, origin: f64): usize {
  const at = batch.rows;
  const scratch = batch.scratchPos;
  beginAttempt();
  failure = CODE_OK;
  let next = scanRecord(p, false);
  if (repeated && !problem && !full && !failure) {
    rollBack(at, scratch);
    setBlanking(true);
    next = scanRecord(p, true);
    setBlanking(false);
  }
  if (!problem && cells != csv.cells) {
    problem = CODE_WRONG_CELL_COUNT;
    csv.rejectDetail = (min<u32>(cells, 0xffff) << 16) | min<u32>(csv.cells, 0xffff);
  } else csv.rejectDetail = <u32>(problemAt - p) + 1;
  if (problem) {
    rollBack(at, scratch);
    csv.rejecting = <u32>(next - p);
    csv.rejectCode = problem;
    return p;
  }
  const end = withoutLineEnd(p, next);
  let code: u32 = CODE_OK;
  let stop: usize = p;
  if (!allUtf8 && !isUtf8(p, next)) code = CODE_INVALID_UTF8;
  else if (end - p > <usize>scanner.maxLine) code = CODE_LINE_TOO_LONG;
  else if (failure && !full) {
    code = failure;
    stop = failureAt;
  } else if (!isWanted()) code = CODE_EXCLUDED_BY_MAPPING;
  else if (notAnObject) {
    code = CODE_MAP_NOT_AN_OBJECT;
    stop = notAnObject;
  } else finishRow(at, p, end);
  if (code || full) rollBack(at, scratch);
  if (full && !code) return p;
  endRow(at, code, <u32>(stop - p), p, end, origin);
  scanner.line += 1 + feeds;
  return next;
}

/** Rejects the next line of a malformed record. */
function rejectLine(p: usize, origin: f64): usize {
  const next = lineEnd(p) + 1;
  const length = <u32>(next - p);
  const at = batch.rows;
  beginRow();
  let detail = csv.rejectDetail;
  if (csv.rejectCode != CODE_WRONG_CELL_COUNT) {
    csv.rejectDetail = detail > length ? detail - length : 0;
    if (detail > length) detail = 0;
  }
  endRow(at, csv.rejectCode, detail, p, withoutLineEnd(p, next), origin);
  csv.rejecting = csv.rejecting > length ? csv.rejecting - length : 0;
  scanner.line++;
  return next;
}

function withoutLineEnd(p: usize, next: usize): usize {
  const end = next - 1;
  return end > p && load<u8>(end - 1) == CARRIAGE_RETURN ? end - 1 : end;
}

/**
 * Scans records of [p, end) into the batch until they or the batch's room end; the last one ends with a
 * line feed. Returns where the next scan begins. `origin` is the byte offset in the source of address 0,
 * so to say: a row's offset is origin + its address.
 */
export function scanCsv(scannerAt: usize, batchAt: usize, csvAt: usize, p: usize, end: usize, origin: f64): usize {
  csv = changetype<Csv>(csvAt);
  textEnd = end;
  beginScan(scannerAt, batchAt, end);
  const allUtf8 = isUtf8(p, end);
  while (p < end && batch.rows < batch.rowCap) {
    if (csv.rejecting) {
      p = rejectLine(p, origin);
      continue;
    }
    const isCrLf = byteAt(p) == CARRIAGE_RETURN && byteAt(p + 1) == LINE_FEED;
    if (isCrLf || byteAt(p) == LINE_FEED) {
      p += isCrLf ? 2 : 1;
      scanner.line++;
      continue;
    }
    const next = scanRow(p, allUtf8, origin);
    if (next == p && !csv.rejecting) return p;
    p = next;
  }
  return p;
}
