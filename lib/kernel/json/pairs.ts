// Arrays whose elements the mapping looks into. Of an array of pairs, `[{"key": "a", "value": {…}}, …]`, each
// element becomes an entry of a map; of any other, the event gets a value from the first element that has it.
//
// An element is scanned like an event: the members that the mapping names are captured in slots, under a
// stamp of the element's own. When the element ends, the pair or the value is taken from the slots.

import { CLOSING_BRACKET, COMMA, OPENING_BRACE } from '../ascii';
import { CODE_INVALID_JSON, CODE_TOO_DEEP } from '../codes';
import { findKey } from '../keys';
import { KIND_ABSENT, KIND_NULL, KIND_OBJECT } from '../layout';
import { addMembers, kind, length, noteNotAnObject, setStamp, setValue, start } from '../row';
import { keyAt, nodeAt, Pairs, scanner, Target } from '../scanner';
import { liftSlots, resolve } from '../slots';
import { byteAt } from '../text';
import { fail, MAX_DEPTH, skipSpace, valueEnd } from './grammar';
import { pushRead, scanObject } from './object';

/** Scans the array of a node; p is its `[`. Returns the address after its `]`, or 0. */
export function scanArray(p: usize, node: u32, depth: u32): usize {
  if (depth >= MAX_DEPTH) return fail(p, CODE_TOO_DEEP);
  p = skipSpace(p + 1);
  if (byteAt(p) == CLOSING_BRACKET) return p + 1;
  const stamp = setStamp(0);
  p = scanElements(p, node, depth, stamp);
  setStamp(stamp);
  return p;
}

function scanElements(p: usize, node: u32, depth: u32, event: u32): usize {
  while (true) {
    const element = p;
    if (byteAt(p) == OPENING_BRACE) {
      setStamp(++scanner.row);
      p = scanObject(p + 1, nodeAt(node).element, depth + 2);
      if (!p) return 0;
      pushPairs(nodeAt(node).pairs, element);
      liftSlots(nodeAt(node).lifts, event);
    } else {
      if (nodeAt(node).pairs) noteNotAnObject(p);
      p = valueEnd(p, depth + 1);
      if (!p) return 0;
    }
    p = skipSpace(p);
    const c = byteAt(p);
    if (c == CLOSING_BRACKET) return p + 1;
    if (c != COMMA) return fail(p, CODE_INVALID_JSON);
    p = skipSpace(p + 1);
  }
}

/** Pushes the entries that the captured members of one element give. */
function pushPairs(first: u32, element: usize): void {
  while (first) {
    const pairs = changetype<Pairs>(scanner.pairs + (first - 1) * offsetof<Pairs>());
    first = pairs.next;
    resolve(changetype<Target>(pairs.key));
    if (kind <= KIND_NULL || kind >= KIND_OBJECT) {
      noteNotAnObject(element);
      continue;
    }
    addMembers(1);
    // A key that the mapping does not want has no node, nor has 0, which is that of a key too many.
    const key = findKey(pairs.names, start, start + length);
    if (keyAt(key).node == 0) continue;
    resolve(changetype<Target>(pairs.value));
    if (kind == KIND_ABSENT) setValue(element, 0, KIND_NULL);
    pushRead(pairs.map, key);
  }
}
