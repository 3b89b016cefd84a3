// Records of CSV → rows of the batch (record.ts, cells.ts).
//
// A record of several lines that has another number of cells than the header, or is too long, may have swallowed
// lines that are records of their own. Only its first line is rejected; the others are read again, one by one.

import { CARRIAGE_RETURN, LINE_FEED } from '../ascii';
import {
  CODE_EXCLUDED_BY_MAPPING,
  CODE_INVALID_UTF8,
  CODE_LINE_TOO_LONG,
  CODE_MAP_NOT_AN_OBJECT,
  CODE_OK,
  CODE_TOO_MANY_KEYS,
  CODE_WRONG_CELL_COUNT,
} from '../codes';
import { finishRow, isWanted } from '../finish';
import {
  batch,
  beginAttempt,
  beginScan,
  endRow,
  full,
  hasTooManyKeys,
  notAnObject,
  repeated,
  rollBack,
  setBlanking,
} from '../row';
import { scanner } from '../scanner';
import { byteAt, lineEnd } from '../text';
import { isUtf8 } from '../utf8';
import { cells } from './cells';
import { csv, setCsv, setTextEnd } from './dialect';
import { beginJsonCells, failure, failureAt } from './json-cell';
import { feeds, problem, problemAt } from './quotes';
import { scanRecord } from './record';

/** End of the malformed record whose lines are read again, or 0. */
let rereadEnd: usize = 0;

/** Makes a row of the record at p, or of its first line if that is rejected. Returns where to go on; p if there is no room. */
function scanRow(p: usize, allUtf8: bool, origin: f64): usize {
  const at = batch.rows;
  const scratch = batch.scratchPos;
  beginAttempt();
  beginJsonCells();
  let next = scanRecord(p, false);
  if (problem) return rejectLine(p, 0, problem, <u32>(problemAt - p) + 1, scratch, origin);
  if (cells != csv.cells) {
    const counts = (min<u32>(cells, 0xffff) << 16) | min<u32>(csv.cells, 0xffff);
    return rejectLine(p, next, CODE_WRONG_CELL_COUNT, counts, scratch, origin);
  }
  if (repeated && !full && !failure && !hasTooManyKeys()) {
    rollBack(at, scratch);
    setBlanking(true);
    next = scanRecord(p, true);
    setBlanking(false);
  }
  const end = withoutLineEnd(p, next);
  if (feeds && end - p > <usize>scanner.maxLine) return rejectLine(p, next, CODE_LINE_TOO_LONG, 0, scratch, origin);
  let code: u32 = CODE_OK;
  let stop: usize = p;
  if (!allUtf8 && !isUtf8(p, next)) code = CODE_INVALID_UTF8;
  else if (end - p > <usize>scanner.maxLine) code = CODE_LINE_TOO_LONG;
  else if (failure && !full) {
    code = failure;
    stop = failureAt;
  } else if (hasTooManyKeys()) code = CODE_TOO_MANY_KEYS;
  else if (!isWanted()) code = CODE_EXCLUDED_BY_MAPPING;
  else if (notAnObject) {
    code = CODE_MAP_NOT_AN_OBJECT;
    stop = notAnObject;
  } else code = finishRow(at, p, end);
  if (code || full) rollBack(at, scratch);
  if (full && !code) return p;
  endRow(at, code, <u32>(stop - p), p, end, origin);
  scanner.line += 1 + feeds;
  return next;
}

/**
 * Rejects the first line of a malformed record. If the record ends at `next`, after more lines, these are read again,
 * and no further than to its end: what they are depends on nothing after it.
 */
function rejectLine(p: usize, next: usize, code: u32, detail: u32, scratch: usize, origin: f64): usize {
  const at = batch.rows;
  const after = lineEnd(p) + 1;
  rollBack(at, scratch);
  endRow(at, code, detail, p, withoutLineEnd(p, after), origin);
  scanner.line++;
  if (after < next && !rereadEnd) rereadEnd = next;
  return after;
}

/** End of a record's text without its line end. */
function withoutLineEnd(p: usize, next: usize): usize {
  const end = next - 1;
  return end > p && load<u8>(end - 1) == CARRIAGE_RETURN ? end - 1 : end;
}

/** Whether the line at p is no record: it is empty, or a comment. */
// @ts-ignore: decorator
@inline
function isNoRecord(p: usize): bool {
  const c = byteAt(p);
  return c == LINE_FEED || c == csv.comment || (c == CARRIAGE_RETURN && byteAt(p + 1) == LINE_FEED);
}

/**
 * Scans the records of [p, end) into the batch, until the records end or the batch is full. The last record
 * ends with a line feed. Returns where the next scan begins. The byte offset of a row in its source is
 * `origin` + its address.
 */
export function scanCsv(scannerAt: usize, batchAt: usize, csvAt: usize, p: usize, end: usize, origin: f64): usize {
  setCsv(csvAt);
  beginScan(scannerAt, batchAt, end);
  const allUtf8 = isUtf8(p, end);
  rereadEnd = csv.rereading ? p + csv.rereading : 0;
  while (p < end && batch.rows < batch.rowCap) {
    if (p == rereadEnd) rereadEnd = 0;
    if (isNoRecord(p)) {
      p = lineEnd(p) + 1;
      scanner.line++;
      continue;
    }
    setTextEnd(rereadEnd ? rereadEnd : end);
    const next = scanRow(p, allUtf8, origin);
    if (next == p) break;
    p = next;
  }
  csv.rereading = rereadEnd > p ? <u32>(rereadEnd - p) : 0;
  return p;
}
