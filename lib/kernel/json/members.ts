// A short cut through members in the form that logs have: names in the same order as the last time, strings
// without escapes, no white space but a space after a colon or comma (as Python's json.dumps writes), and each
// value only captured in a slot or pushed as an entry of one map. Anything else is left to scanObject, which
// judges it: nothing is rejected here.

import { CLOSING_BRACE, COMMA, isDigit, POINT, QUOTE, SPACE, ZERO } from '../ascii';
import { putEntry } from '../entries';
import { guessesAfter, guessKey } from '../keys';
import { entryAt, entryCountAt, KIND_NUMBER, KIND_STRING, MapEntry, mapEntries } from '../layout';
import { addMembers, batch, noteMember } from '../row';
import { keyAt } from '../scanner';
import { putSlot } from '../slots';
import { byteAt, sixteenAt } from '../text';
import { plainEnd, stringStop, valueKind } from './grammar';

/** The key of the last member that was taken, or 0. */
export let lastTaken: u32 = 0;
/** The key of the next member, if its name and colon are where it begins; 0: not known. */
export let guessed: u32 = 0;
/** Whether the object's `}` followed the last member. */
export let isClosed: bool = false;

/**
 * Takes members as long as it can, from the opening quote at p on; `previous` is the key of the member
 * before. Members without a node become entries if `maps` is one map. Returns where the next member begins,
 * or the address after the `}`.
 */
export function scanMembers(p: usize, context: u32, previous: u32, maps: u32): usize {
  isClosed = false;
  guessed = 0;
  const isOneMap = popcnt(maps) == 1;
  const map: u32 = isOneMap ? ctz(maps) : 0;
  const all = mapEntries(batch, map);
  const first = entryAt(all, load<u32>(entryCountAt(batch, map)));
  let to = first;
  let slots: u32 = 0;
  const room = isOneMap ? entryAt(all, batch.entryCap) : 0;
  while (true) {
    if (byteAt(p) != QUOTE && (byteAt(p) != SPACE || byteAt(++p) != QUOTE)) break;
    const index = guessKey(guessesAfter(previous, context), p + 1);
    const key = keyAt(index);
    guessed = index;
    if (key.slot == 0 && (!key.isEntry || to >= room)) break;
    let start = p + key.len + 3;
    let end: usize;
    let after: usize;
    let kind: u32 = KIND_STRING;
    if (byteAt(start) == SPACE) start++;
    const c = byteAt(start);
    if (c == QUOTE) {
      end = stringStop(++start);
      if (byteAt(end) != QUOTE) break;
      after = end + 1;
    } else if (isDigit(c)) {
      end = shortNumberEnd(start);
      after = end;
      kind = KIND_NUMBER;
    } else {
      end = plainEnd(start);
      if (!end) break;
      after = end;
      kind = valueKind;
    }
    const d = byteAt(after);
    if (d != COMMA && d != CLOSING_BRACE) break;
    if (key.slot) {
      noteMember(key.node);
      putSlot(key.slot - 1, start, <u32>(end - start), kind);
      slots++;
    } else {
      putEntry(to, key.name, start, <u32>(end - start), kind);
      to = entryAt(to, 1);
    }
    previous = index;
    guessed = 0;
    p = after + 1;
    if (d == CLOSING_BRACE) {
      isClosed = true;
      break;
    }
  }
  store<u32>(entryCountAt(batch, map), <u32>((to - all) / offsetof<MapEntry>()));
  addMembers(slots + <u32>((to - first) / offsetof<MapEntry>()));
  lastTaken = previous;
  return p;
}

/** End of a number of up to 15 characters without sign and exponent. Anything else ends where no comma is. */
// @ts-ignore: decorator
@inline
function shortNumberEnd(p: usize): usize {
  const v = i8x16.sub(sixteenAt(p), i8x16.splat(<u8>ZERO));
  const others = ~i8x16.bitmask(i8x16.lt_u(v, i8x16.splat(10))); // bits past the 16 are set too
  const whole = ctz(others);
  if (whole > 1 && byteAt(p) == ZERO) return p; // a leading zero: no comma is at p, so scanObject judges it
  if (byteAt(p + whole) != POINT) return p + whole;
  const fraction = ctz(others >> (whole + 1));
  return fraction ? p + whole + 1 + fraction : p;
}
