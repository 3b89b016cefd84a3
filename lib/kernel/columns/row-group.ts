// Rows of batches → all columns of a row group, in one call. With hundreds of days open, a batch has only a few
// rows of each day, and a call for each column would cost more than its work.

import { Column, considerDictionary } from './column';
import { appendMaps, MapColumn } from './map-column';
import { appendScalars, appendTimes } from './scalar-column';

export const COLUMN_SCALAR: u32 = 0;
export const COLUMN_TIMES: u32 = 1;
export const COLUMN_MAP: u32 = 2;

/** A column of a row group: a scalar or a map. */
// biome-ignore format: one field a line, with its meaning
@unmanaged
export class GroupColumn {
  kind: u32;             // COLUMN_…
  of: u32;               // index of the batch's scalar or map
  column: usize;         // Column or MapColumn
  done: u32;             // rows appended of those in this call
}

// @ts-ignore: decorator
@inline
function columnAt(columns: usize, index: u32): GroupColumn {
  return changetype<GroupColumn>(columns + <usize>index * offsetof<GroupColumn>());
}

/**
 * Appends rows order[first … first + rows) to `count` columns; returns `count` when all is done. Returns the
 * index of a column that needs something first (its `need` says what); the next call goes on from there.
 */
export function appendRows(columns: usize, count: u32, batch: usize, keys: usize, first: u32, rows: u32): u32 {
  for (let i: u32 = 0; i < count; i++) {
    const to = columnAt(columns, i);
    if (to.done < rows) to.done += append(to, batch, keys, first + to.done, rows - to.done);
    if (to.done < rows || considerDictionary(valuesOf(to))) return i;
  }
  for (let i: u32 = 0; i < count; i++) columnAt(columns, i).done = 0;
  return count;
}

function append(to: GroupColumn, batch: usize, keys: usize, first: u32, rows: u32): u32 {
  if (to.kind == COLUMN_MAP) return appendMaps(to.column, batch, keys, to.of, first, rows);
  if (to.kind == COLUMN_TIMES) return appendTimes(to.column, batch, first, rows);
  return appendScalars(to.column, batch, to.of, first, rows);
}

function valuesOf(column: GroupColumn): Column {
  return changetype<Column>(column.kind == COLUMN_MAP ? changetype<MapColumn>(column.column).value : column.column);
}

/** Bytes of the open pages of all columns, and of their dictionaries. */
export function pendingBytes(columns: usize, count: u32): u32 {
  let bytes: u32 = 0;
  for (let i: u32 = 0; i < count; i++) {
    const column = columnAt(columns, i);
    bytes += pendingOf(valuesOf(column));
    if (column.kind == COLUMN_MAP) bytes += pendingOf(changetype<Column>(changetype<MapColumn>(column.column).key));
  }
  return bytes;
}

function pendingOf(c: Column): u32 {
  return c.plainSize + 2 * c.indexCount + c.dictionarySize;
}
