// Members that come again in an object. JSON.parse lets the last of several members of one name win. Where
// the mapping names that member, all that the earlier one captured must go: it is blanked out in a copy of
// the event, which is scanned again.

import { skipSpace, stringEnd, valueEnd } from './json';
import { findKey } from './keys';
import { PADDING } from './layout';
import { batch, beginText, noteBlanked, row, scratchRoom, setBlanking, setStamp, textEnd } from './row';
import { scanEvent } from './scan';
import { keyAt, nodeAt, scanner } from './scanner';
import { byteAt } from './text';

/** Scans the checked line [p, end) again, in a copy without them. Returns `end`, or 0 where there is no room. */
export function scanWithoutRepeats(p: usize, end: usize): usize {
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

/** Blanks out what comes again in an object that was checked; p is behind its `{`. Returns the place behind its `}`. */
function blankRepeats(p: usize, context: u32): usize {
  const object = p;
  p = skipSpace(p);
  if (byteAt(p) == 125) return p + 1;
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
      const c = byteAt(p);
      if (c == 123 && node.isContext != 0) p = blankRepeats(p + 1, key.node);
      else p = c == 91 && node.element != 0 ? blankElements(p, node.element) : valueEnd(p, 0);
    } else p = valueEnd(p, 0);
    p = skipSpace(p);
    if (byteAt(p) == 125) return p + 1;
    p = skipSpace(p + 1);
  }
}

/** The same in a member that is JSON in a text, of which p is a copy's `{`; the text was checked. */
export function blankCopy(p: usize, node: u32): void {
  const stamp = setStamp(++scanner.row);
  blankRepeats(p + 1, node);
  setStamp(stamp);
}

/** The same within each element of an array of pairs. */
function blankElements(p: usize, node: u32): usize {
  p = skipSpace(p + 1);
  if (byteAt(p) == 93) return p + 1;
  while (true) {
    p = skipSpace(byteAt(p) == 123 ? blankRepeats(p + 1, node) : valueEnd(p, 0));
    if (byteAt(p) == 93) return p + 1;
    p = skipSpace(p + 1);
  }
}

/** Overwrites a member and the comma behind it with spaces. */
function blankMember(member: usize): void {
  let end = skipSpace(skipSpace(stringEnd(member + 1) + 1) + 1);
  end = skipSpace(valueEnd(end, 0)) + 1;
  memory.fill(member, 32, end - member);
  noteBlanked();
}
