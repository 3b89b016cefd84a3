// Lines of JSON → rows of the batch.
//
// One pass over the bytes checks the JSON (grammar.ts), captures what the mapping wants (object.ts) and ends
// the event (finish.ts). An event with repeated members is scanned twice (repeats.ts).

import { LINE_FEED, OPENING_BRACE, SPACE } from '../ascii';
import {
  CODE_EXCLUDED_BY_MAPPING,
  CODE_INVALID_JSON,
  CODE_INVALID_UTF8,
  CODE_LINE_TOO_LONG,
  CODE_MAP_NOT_AN_OBJECT,
  CODE_NOT_AN_OBJECT,
  CODE_OK,
  CODE_TOO_MANY_KEYS,
} from '../codes';
import { finishRow, isWanted } from '../finish';
import { PADDING } from '../layout';
import {
  batch,
  beginAttempt,
  beginRow,
  beginScan,
  beginText,
  endRow,
  full,
  hasTooManyKeys,
  notAnObject,
  repeated,
  rollBack,
  scratchRoom,
  setBlanking,
  setStamp,
  textEnd,
} from '../row';
import { scanner } from '../scanner';
import { byteAt, lineEnd } from '../text';
import { isUtf8 } from '../utf8';
import { fail, failedAt, failedCode, skipSpace, valueEnd } from './grammar';
import { scanObject } from './object';
import { blankRepeats } from './repeats';

/** Scans one event from its first byte; returns the end of its line, or 0. */
function scanEvent(p: usize): usize {
  beginRow();
  const isObject = byteAt(p) == OPENING_BRACE;
  let end = isObject ? scanObject(p + 1, 0, 1) : valueEnd(p, 0);
  if (!end) return 0;
  end = skipSpace(end);
  if (byteAt(end) != LINE_FEED) return fail(end, CODE_INVALID_JSON);
  return isObject ? end : fail(p, CODE_NOT_AN_OBJECT);
}

/** Scans the checked line [p, end) again, in a copy without repeated members. Returns `end`, or 0 if there is no room. */
function scanWithoutRepeats(p: usize, end: usize): usize {
  const size = end - p;
  const copy = scratchRoom(size + 1 + PADDING);
  if (!copy) return 0;
  memory.copy(copy, p, size + 1);
  batch.scratchPos = copy + size + 1 + PADDING;
  const before = textEnd;
  beginText(copy + size + 1);
  setStamp(++scanner.row);
  blankRepeats(copy + 1, 0);
  setBlanking(true);
  const done = scanEvent(copy);
  setBlanking(false);
  beginText(before);
  return done ? end : 0;
}

/** End of a text without the white space at its end. */
function trimmedEnd(p: usize, end: usize): usize {
  while (end > p && load<u8>(end - 1) <= SPACE) end--;
  return end;
}

/**
 * Scans the lines of [p, end) into the batch, until the lines end or the batch is full. Every line ends
 * with a line feed; the one of the last line may be at `end`. Returns where the next scan begins. The byte
 * offset of a row in its source is `origin` + its address.
 */
export function scan(scannerAt: usize, batchAt: usize, p: usize, end: usize, origin: f64): usize {
  beginScan(scannerAt, batchAt, end);
  const allUtf8 = isUtf8(p, end);
  while (p < end && batch.rows < batch.rowCap) {
    const line = p;
    p = skipSpace(p);
    if (byteAt(p) == LINE_FEED && p - line <= <usize>scanner.maxLine) {
      p++;
      scanner.line++;
      continue;
    }
    const at = batch.rows;
    const scratch = batch.scratchPos;
    beginAttempt();
    let code = CODE_OK;
    let stop: usize = 0;
    let next: usize;
    if (!allUtf8 && !isUtf8(p, lineEnd(p))) {
      code = CODE_INVALID_UTF8;
      next = lineEnd(p);
    } else {
      next = scanEvent(p);
      if (next && repeated && !full && !hasTooManyKeys()) {
        const lineAt = next;
        rollBack(at, scratch);
        next = scanWithoutRepeats(p, lineAt);
        // The copy is as long as the line: only the addresses of its values differ.
        if (!next && !full) unreachable();
        if (full) next = lineAt;
      }
      if (next) {
        if (hasTooManyKeys()) code = CODE_TOO_MANY_KEYS;
        else if (!isWanted()) code = CODE_EXCLUDED_BY_MAPPING;
        else if (notAnObject) {
          code = CODE_MAP_NOT_AN_OBJECT;
          stop = notAnObject;
        } else code = finishRow(at, p, trimmedEnd(p, next));
      } else {
        code = failedCode;
        stop = failedAt;
        next = lineEnd(failedAt);
      }
      if (full) {
        rollBack(at, scratch);
        return line;
      }
    }
    if (next - line > <usize>scanner.maxLine) {
      code = CODE_LINE_TOO_LONG;
      stop = 0;
    }
    if (code) rollBack(at, scratch);
    // The place of the error in the line, if it is in the line: a copy without repeated members has other addresses.
    endRow(at, code, stop >= line && stop <= next ? <u32>(stop - line) : 0, line, next, origin);
    scanner.line++;
    p = next + 1;
  }
  return p;
}
