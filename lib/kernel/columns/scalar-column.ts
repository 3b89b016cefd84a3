// Scalars of rows → the current page of a column.

import { Column, NEED_INDICES, NEED_NOTHING, NEED_PAGE_END, NEED_PLAIN, pushPlain } from './column';
import { MANY_VALUES, putIndices } from './dictionary';
import { Batch, entryAt, MapEntry, METRIC_BYTES, METRIC_STRIDE, METRIC_VALUE } from '../layout';
import { noteExtremes } from './statistics';

/** Values as slices, in the form of map entries. */
const slices: usize = memory.data(8192 /* offsetof<MapEntry>() * MANY_VALUES */, 8);

/** Appends a scalar of `count` rows from order[first] on; returns how many rows were appended. */
export function appendScalars(columnAt: usize, batchAt: usize, scalar: u32, first: u32, count: u32): u32 {
  const batch = changetype<Batch>(batchAt);
  const c = changetype<Column>(columnAt);
  let done: u32 = 0;
  c.need = NEED_NOTHING;
  while (done < count && c.need == NEED_NOTHING) {
    const some = min(count - done, MANY_VALUES);
    if (scalar == METRIC_VALUE) putMetrics(batch, first + done, some);
    else putTexts(batch, scalar, first + done, some);
    done += appendSlices(c, some);
  }
  return done;
}

function putTexts(batch: Batch, scalar: u32, first: u32, count: u32): void {
  const starts = batch.scalarStart + ((scalar * batch.rowCap) << 2);
  const lens = batch.scalarLen + ((scalar * batch.rowCap) << 2);
  for (let i: u32 = 0; i < count; i++) {
    const row = load<u32>(batch.order + ((first + i) << 2));
    putSlice(i, load<u32>(starts + (row << 2)), load<u32>(lens + (row << 2)));
  }
}

function putMetrics(batch: Batch, first: u32, count: u32): void {
  for (let i: u32 = 0; i < count; i++) {
    const row = load<u32>(batch.order + ((first + i) << 2));
    putSlice(i, batch.metric + <usize>row * METRIC_STRIDE, <u32>METRIC_BYTES);
  }
}

// @ts-ignore: decorator
@inline
function putSlice(index: u32, start: usize, len: u32): void {
  const slice = changetype<MapEntry>(entryAt(slices, index));
  slice.start = <u32>start;
  slice.len = len;
}

/** Appends the first `count` slices; returns how many. If not all, `need` says why. */
function appendSlices(c: Column, count: u32): u32 {
  const rows = c.isPlain ? appendPlainSlices(c, count) : appendIndices(c, count);
  c.pageRows += rows;
  return rows;
}

function appendPlainSlices(c: Column, count: u32): u32 {
  for (let i: u32 = 0; i < count; i++) {
    if (c.plainSize >= c.pageSize) {
      c.need = NEED_PAGE_END;
      return i;
    }
    const slice = changetype<MapEntry>(entryAt(slices, i));
    if (!pushPlain(c, slice.start, slice.len)) return i;
    noteExtremes(c, slice.start, slice.len);
  }
  return count;
}

function appendIndices(c: Column, count: u32): u32 {
  const room = min(c.indexCap - c.indexCount, count);
  const found = putIndices(c, slices, room, c.indices + (c.indexCount << 2));
  c.indexCount += found;
  if (found == room && room < count) c.need = NEED_INDICES;
  return found;
}

/** Appends the times of `count` rows from order[first] on, always plain; returns how many rows were appended. */
export function appendTimes(columnAt: usize, batchAt: usize, first: u32, count: u32): u32 {
  const batch = changetype<Batch>(batchAt);
  const c = changetype<Column>(columnAt);
  let low = c.hasStatistics ? load<i64>(c.min) : i64.MAX_VALUE;
  let high = c.hasStatistics ? load<i64>(c.max) : i64.MIN_VALUE;
  let i: u32 = 0;
  c.need = NEED_NOTHING;
  for (; i < count; i++) {
    if (c.plainSize >= c.pageSize) {
      c.need = NEED_PAGE_END;
      break;
    }
    if (c.plainSize + 8 > c.plainCap) {
      c.need = NEED_PLAIN;
      break;
    }
    const row = load<u32>(batch.order + ((first + i) << 2));
    const time = load<i64>(batch.ts + (row << 3));
    store<i64>(c.plain + c.plainSize, time);
    c.plainSize += 8;
    low = min(low, time);
    high = max(high, time);
  }
  if (i) {
    c.hasStatistics = 1;
    store<i64>(c.min, low);
    store<i64>(c.max, high);
    c.minLen = 8;
    c.maxLen = 8;
  }
  c.pageRows += i;
  return i;
}
