// Which key a member's name is. The name is compared with the two that last followed the member before it;
// if it is neither, it is looked up by its hash. A name that was never seen goes to TypeScript once.

import { hasTooManyKeys, textEnd } from './row';
import { keyAt, Node, nodeAt, ScanKey, scanner, setScanner } from './scanner';
import { hashText } from './hash';
import { sameText, sixteenAt } from './text';

/** Asks TypeScript to make the key of a name. Memory may grow. */
// @ts-ignore: decorator
@external('env', 'newKey')
declare function newKey(context: u32, start: usize, len: u32): u32;

/** The key of a name [p, end) in a context; 0 for a new name in an event that has too many keys. */
export function findKey(context: u32, p: usize, end: usize): u32 {
  const index = knownKey(context, p, <u32>(end - p));
  return index || hasTooManyKeys() ? index : newKey(context, p, <u32>(end - p));
}

/** The key of a name that was seen before, or 0. */
function knownKey(context: u32, p: usize, len: u32): u32 {
  let at = hashText(p, len, context) & scanner.tableMask;
  while (true) {
    const index = load<u32>(scanner.table + (at << 2));
    if (index == 0) return 0;
    const key = keyAt(index);
    if (key.context == context && key.len == len && sameText(key.start, p, len)) return index;
    at = (at + 1) & scanner.tableMask;
  }
}

/** The key of a name, for TypeScript. */
export function keyOf(scannerAt: usize, context: u32, p: usize, len: u32): u32 {
  setScanner(scannerAt);
  const index = knownKey(context, p, len);
  return index ? index : newKey(context, p, len);
}

/** Address of the two keys that are likely to follow another key, or to come first in a context: u32[2]. */
// @ts-ignore: decorator
@inline
export function guessesAfter(previous: u32, context: u32): usize {
  if (previous) return changetype<usize>(keyAt(previous)) + offsetof<ScanKey>('next');
  return changetype<usize>(nodeAt(context)) + offsetof<Node>('first');
}

/** Makes a key the first of two guesses. */
export function putGuess(guesses: usize, index: u32): void {
  store<u32>(guesses + 4, load<u32>(guesses));
  store<u32>(guesses, index);
}

/** The one of two keys whose name is at p with `":` after it, or 0. */
// @ts-ignore: decorator
@inline
export function guessKey(guesses: usize, p: usize): u32 {
  const index = load<u32>(guesses);
  if (isKey(index, p)) return index;
  const other = load<u32>(guesses + 4);
  if (!isKey(other, p)) return 0;
  putGuess(guesses, other);
  return other;
}

/** Whether a key's name is at p. Names have no line feeds and the text ends with one: none is found past its end. */
// @ts-ignore: decorator
@inline
function isKey(index: u32, p: usize): bool {
  const key = keyAt(index);
  const same = i8x16.bitmask(i8x16.eq(v128.load(key.start), sixteenAt(p))) | key.beyond;
  if (same != 0xffff || index == 0) return false;
  return key.len <= 14 || (p + key.len < textEnd && sameText(key.start, p, key.len + 2));
}
