// Arrays of pairs, `[{"key": "a", "value": {…}}, …]`: each element becomes an entry of a map.
//
// An element is an object like the event itself: the members that the mapping names are captured in
// slots, under a stamp of the element's own, and the pair is taken from them when the element ends.

import { CODE_INVALID_JSON, CODE_TOO_DEEP } from './codes';
import { resolve } from './finish';
import { fail, MAX_DEPTH, skipSpace, valueEnd } from './json';
import { findKey } from './keys';
import { KIND_ABSENT, KIND_NULL, KIND_OBJECT } from './layout';
import { kind, length, noteNotAnObject, setStamp, setValue, start } from './row';
import { pushRead, scanObject } from './scan';
import { keyAt, nodeAt, Pairs, scanner, Target } from './scanner';
import { byteAt } from './text';

/** From the `[` of the array at a node to behind its `]`. */
export function scanPairs(p: usize, node: u32, depth: u32): usize {
  if (depth >= MAX_DEPTH) return fail(p, CODE_TOO_DEEP);
  p = skipSpace(p + 1);
  if (byteAt(p) == 93) return p + 1;
  const stamp = setStamp(0);
  p = scanElements(p, node, depth);
  setStamp(stamp);
  return p;
}

function scanElements(p: usize, node: u32, depth: u32): usize {
  while (true) {
    const element = p;
    if (byteAt(p) == 123) {
      setStamp(++scanner.row);
      p = scanObject(p + 1, nodeAt(node).element, depth + 2);
      if (!p) return 0;
      pushPairs(nodeAt(node).pairs, element);
    } else {
      noteNotAnObject(p);
      p = valueEnd(p, depth + 1);
      if (!p) return 0;
    }
    p = skipSpace(p);
    const c = byteAt(p);
    if (c == 93) return p + 1;
    if (c != 44) return fail(p, CODE_INVALID_JSON);
    p = skipSpace(p + 1);
  }
}

/** The entries that the captured members of one element give. */
function pushPairs(first: u32, element: usize): void {
  while (first) {
    const pairs = changetype<Pairs>(scanner.pairs + (first - 1) * offsetof<Pairs>());
    first = pairs.next;
    resolve(changetype<Target>(pairs.key));
    if (kind <= KIND_NULL || kind >= KIND_OBJECT) {
      noteNotAnObject(element);
      continue;
    }
    const key = findKey(pairs.names, start, start + length);
    if (keyAt(key).node == 0) continue;
    resolve(changetype<Target>(pairs.value));
    if (kind == KIND_ABSENT) setValue(element, 0, KIND_NULL);
    pushRead(pairs.map, key);
  }
}
