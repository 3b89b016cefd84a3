// Records of CSV → rows of the batch (record.ts, cells.ts).
//
// A record with a misplaced quote, or with another number of cells than the header, may have swallowed lines
// that are records of their own. It is rejected line by line, so that each of them is counted.

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
  beginRow,
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
import { csv, setCsv } from './dialect';
import { beginJsonCells, failure, failureAt } from './json-cell';
import { feeds, problem, problemAt } from './quotes';
import { scanRecord } from './record';

/** Makes a row of the record at p, or begins to reject its lines. Returns where to go on. */
function scanRow(p: usize, allUtf8: bool, origin: f64): usize {
  const at = batch.rows;
  const scratch = batch.scratchPos;
  beginAttempt();
  beginJsonCells();
  let next = scanRecord(p, false);
  if (repeated && !problem && !full && !failure && !hasTooManyKeys()) {
    rollBack(at, scratch);
    setBlanking(true);
    next = scanRecord(p, true);
    setBlanking(false);
  }
  let malformed = problem;
  if (!malformed && cells != csv.cells) {
    malformed = CODE_WRONG_CELL_COUNT;
    csv.rejectDetail = (min<u32>(cells, 0xffff) << 16) | min<u32>(csv.cells, 0xffff);
  } else csv.rejectDetail = <u32>(problemAt - p) + 1;
  if (malformed) {
    rollBack(at, scratch);
    csv.rejecting = <u32>(next - p);
    csv.rejectCode = malformed;
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

/** End of a record's text without its line end. */
function withoutLineEnd(p: usize, next: usize): usize {
  const end = next - 1;
  return end > p && load<u8>(end - 1) == CARRIAGE_RETURN ? end - 1 : end;
}

/**
 * Scans the records of [p, end) into the batch, until the records end or the batch is full. The last record
 * ends with a line feed. Returns where the next scan begins. The byte offset of a row in its source is
 * `origin` + its address.
 */
export function scanCsv(scannerAt: usize, batchAt: usize, csvAt: usize, p: usize, end: usize, origin: f64): usize {
  setCsv(csvAt, end);
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
