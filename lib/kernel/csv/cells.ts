// Cells of CSV → slots and entries, by the compiled mapping (scanner.ts).

import { pushEntries } from '../entries';
import { batch, full, noteNotAnObject, scratchRoom, setText, takeScratch } from '../row';
import { keyAt, nodeAt, OTHERS_ENTRY, OTHERS_REJECT } from '../scanner';
import { fillSlot } from '../slots';
import { csv } from './dialect';
import { isJson, takeJson } from './json-cell';
import { undouble, unquote, unquoted } from './quotes';

/** Cells of the record so far. */
export let cells: u32 = 0;

/** Begins a record. */
export function beginCells(): void {
  cells = 0;
}

/** Takes the cell [p, end); `inQuotes`: it has doubled quotes. An empty cell has no value. */
// @ts-ignore: decorator
@inline
export function takeCell(p: usize, end: usize, inQuotes: bool, blank: bool): void {
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

/** Whether a cell is the text that means no value. */
// @ts-ignore: decorator
@inline
function isAbsent(p: usize, end: usize): bool {
  return csv.absent != 0 && end - p == 1 && <u32>load<u8>(p) == csv.absent;
}

/** Makes a cell the last value. */
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

/** Takes a cell whose column the mapping names. */
function takeMember(p: usize, end: usize, index: u32, inQuotes: bool, blank: bool): void {
  const node = nodeAt(keyAt(index).node);
  if (node.isContext && isJson(p, end, node.element != 0)) {
    const copy = scratchRoom(end - p + 1);
    if (!copy) return;
    memory.copy(copy, p, end - p);
    if (takeJson(p, copy, copy + (end - p), index, false, blank)) return;
  }
  takeText(p, end, inQuotes);
  nameText(p, index);
}

/** Puts the last value, the text of a cell at p, where the mapping says. */
function nameText(p: usize, index: u32): void {
  const key = keyAt(index);
  const node = nodeAt(key.node);
  if (node.slot >= 0) fillSlot(node.slot);
  if (node.pairs) noteNotAnObject(p);
  let maps = node.entryMaps;
  if (node.maps) {
    if (node.others == OTHERS_ENTRY) maps |= node.maps;
    else if (node.others == OTHERS_REJECT) noteNotAnObject(p);
  }
  if (maps) pushEntries(maps, key);
}

/** Whether the mapping looks into a column, so that its cells may hold JSON. */
// @ts-ignore: decorator
@inline
export function mayBeJson(cell: u32): bool {
  if (cell >= csv.cells) return false;
  const index = load<u32>(csv.keys + (cell << 2));
  if (!index) return false;
  const node = keyAt(index).node;
  return node >= 0 && nodeAt(node).isContext != 0;
}

/** Takes a quoted cell in a column that may hold JSON; p is after its quote. Returns its end, or 0. */
export function takeQuotedMember(p: usize, blank: bool): usize {
  const copy = batch.scratchPos;
  const end = unquote(p, copy);
  const index = load<u32>(csv.keys + (cells++ << 2));
  if (end <= p || full || !scratchRoom(unquoted + 1 - copy)) return end;
  if (isJson(copy, unquoted, nodeAt(keyAt(index).node).element != 0)) {
    if (takeJson(p, copy, unquoted, index, true, blank)) return end;
    // Its line feeds were replaced.
    undouble(p, end, copy);
  }
  takeScratch(copy, unquoted);
  nameText(p, index);
  return end;
}
