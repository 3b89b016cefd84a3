// Repeated members. JSON.parse lets the last of several members with one name win. If the mapping names such a
// member, all that the earlier one captured must go: it is blanked out in a copy of the event, which is
// scanned again.

import {
  CLOSING_BRACE,
  CLOSING_BRACKET,
  OPENING_BRACE,
  OPENING_BRACKET,
  SPACE,
} from '../ascii';
import { findKey } from '../keys';
import { noteBlanked, row, setStamp } from '../row';
import { keyAt, nodeAt, scanner } from '../scanner';
import { byteAt } from '../text';
import { skipSpace, stringEnd, valueEnd } from './grammar';
import { afterUnion, insideUnion } from './unions';

/** Blanks out repeated members of an object that was checked; p is after its `{`. Returns the address after its `}`. */
export function blankRepeats(p: usize, context: u32): usize {
  const object = p;
  p = skipSpace(p);
  if (byteAt(p) == CLOSING_BRACE) return p + 1;
  while (true) {
    const member = p;
    const nameEnd = stringEnd(p + 1);
    const key = keyAt(findKey(context, p + 1, nameEnd));
    p = skipSpace(skipSpace(nameEnd + 1) + 1);
    if (key.node >= 0) {
      const node = nodeAt(key.node);
      if (node.seenRow == row && node.seenIn == <u32>object) blankMember(node.seenAt);
      node.seenRow = row;
      node.seenIn = <u32>object;
      node.seenAt = <u32>member;
      const inside = scanner.unions ? insideUnion(p, 0) : 0;
      p = inside ? afterUnion(blankInside(inside, key.node)) : blankInside(p, key.node);
    } else p = valueEnd(p, 0);
    p = skipSpace(p);
    if (byteAt(p) == CLOSING_BRACE) return p + 1;
    p = skipSpace(p + 1);
  }
}

/** Blanks out repeated members in the value of a node, which was checked. Returns the address after the value. */
function blankInside(p: usize, index: u32): usize {
  const node = nodeAt(index);
  const c = byteAt(p);
  if (c == OPENING_BRACE && node.isContext != 0) return blankRepeats(p + 1, index);
  return c == OPENING_BRACKET && node.element != 0 ? blankElements(p, node.element) : valueEnd(p, 0);
}

/** Blanks out repeated members of JSON in a string or cell; p is the `{` of its copy, which was checked. */
export function blankCopy(p: usize, node: u32): void {
  const stamp = setStamp(++scanner.row);
  blankRepeats(p + 1, node);
  setStamp(stamp);
}

/** Blanks out repeated members in each element of an array. */
function blankElements(p: usize, node: u32): usize {
  p = skipSpace(p + 1);
  if (byteAt(p) == CLOSING_BRACKET) return p + 1;
  while (true) {
    p = skipSpace(byteAt(p) == OPENING_BRACE ? blankRepeats(p + 1, node) : valueEnd(p, 0));
    if (byteAt(p) == CLOSING_BRACKET) return p + 1;
    p = skipSpace(p + 1);
  }
}

/** Overwrites a member and the comma after it with spaces. */
function blankMember(member: usize): void {
  let end = skipSpace(skipSpace(stringEnd(member + 1) + 1) + 1);
  end = skipSpace(valueEnd(end, 0)) + 1;
  memory.fill(member, <u8>SPACE, end - member);
  noteBlanked();
}
