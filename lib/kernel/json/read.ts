// Reads a JSON value for use: it becomes the last value (row.ts), in the scratch if it had to be rewritten.

import { QUOTE } from '../ascii';
import { KIND_OBJECT } from '../layout';
import { addSurrogates, kind, length, scratchRoom, setText, setValue, start, takeScratch } from '../row';
import { byteAt } from '../text';
import { compact, replacedSurrogates, unescape } from './escapes';
import { hasEscape, needsCompacting, stringEnd, valueEnd, valueKind } from './grammar';

/** Reads the value at p, inside `depth` open containers; returns the address after it, or 0. */
// @ts-ignore: decorator
@inline
export function readValue(p: usize, depth: u32): usize {
  const c = byteAt(p);
  if (c == QUOTE) {
    const begin = p + 1;
    const end = stringEnd(begin);
    if (!end) return 0;
    setText(begin, <u32>(end - begin));
    if (hasEscape) rewriteString(end);
    return end + 1;
  }
  return readOther(p, depth);
}

function rewriteString(end: usize): void {
  const to = scratchRoom(length);
  if (!to) return;
  takeScratch(to, unescape(start, end, to));
  addSurrogates(replacedSurrogates);
}

function readOther(p: usize, depth: u32): usize {
  const end = valueEnd(p, depth);
  if (!end) return 0;
  setValue(p, <u32>(end - p), valueKind);
  if (kind >= KIND_OBJECT && needsCompacting) {
    const to = scratchRoom(length);
    if (to) takeScratch(to, compact(p, end, to));
  }
  return end;
}
