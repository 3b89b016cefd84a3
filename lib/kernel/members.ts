// Members of an object in the form that logs have: names in the order of the last time, strings without
// escapes, no white space but a space behind a colon or comma (as Python's json.dumps puts them), and each
// value only to be captured in a slot or to become an entry of one map. What is not like that is left to
// scanObject, which judges it; here nothing is ever rejected.

import { plainEnd, stringStop, valueKind } from './json';
import { guessesAfter, guessKey } from './keys';
import { entryAt, KIND_NUMBER, KIND_STRING, MapEntry, mapEntries } from './layout';
import { batch, entriesAt, noteMember, putEntry, putSlot } from './row';
import { keyAt } from './scanner';
import { byteAt, sixteenAt } from './text';

/** The key of the last member that was taken, or 0. */
export let lastTaken: u32 = 0;
/** The key of the next member, whose name and colon stand where it is to begin; 0: nobody knows. */
export let guessed: u32 = 0;
/** Whether the object's `}` came behind the last one. */
export let isClosed: bool = false;

/**
 * Takes members from the opening quote of one on, the one before being `previous`, as long as it can. Those
 * without a node become entries where `maps` is one map. Returns where the next member is to begin, or the
 * place behind the `}`.
 */
export function scanMembers(p: usize, context: u32, previous: u32, maps: u32): usize {
  isClosed = false;
  guessed = 0;
  const isOneMap = popcnt(maps) == 1;
  const map: u32 = isOneMap ? ctz(maps) : 0;
  const all = mapEntries(batch, map);
  let to = entryAt(all, load<u32>(entriesAt(map)));
  const room = isOneMap ? entryAt(all, batch.entryCap) : 0;
  while (true) {
    if (byteAt(p) != 34 && (byteAt(p) != 32 || byteAt(++p) != 34)) break;
    const index = guessKey(guessesAfter(previous, context), p + 1);
    const key = keyAt(index);
    guessed = index;
    if (key.slot == 0 && (!key.isEntry || to >= room)) break;
    let start = p + key.len + 3;
    let end: usize;
    let after: usize;
    let kind: u32 = KIND_STRING;
    if (byteAt(start) == 32) start++;
    const c = byteAt(start);
    if (c == 34) {
      end = stringStop(++start);
      if (byteAt(end) != 34) break;
      after = end + 1;
    } else if (c - 48 < 10) {
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
    if (d != 44 && d != 125) break;
    if (key.slot) {
      noteMember(key.node);
      putSlot(key.slot - 1, start, <u32>(end - start), kind);
    } else {
      putEntry(to, key.name, start, <u32>(end - start), kind);
      to = entryAt(to, 1);
    }
    previous = index;
    guessed = 0;
    p = after + 1;
    if (d == 125) {
      isClosed = true;
      break;
    }
  }
  store<u32>(entriesAt(map), <u32>((to - all) / offsetof<MapEntry>()));
  lastTaken = previous;
  return p;
}

/** End of a number of up to 15 characters without sign and exponent, or of what may be one. */
// @ts-ignore: decorator
@inline
function shortNumberEnd(p: usize): usize {
  const v = i8x16.sub(sixteenAt(p), i8x16.splat(48));
  const others = ~i8x16.bitmask(i8x16.lt_u(v, i8x16.splat(10))); // and a bit for each one behind the 16
  const whole = ctz(others);
  if (whole > 1 && byteAt(p) == 48) return p; // which is followed by no comma
  if (byteAt(p + whole) != 46) return p + whole;
  const fraction = ctz(others >> (whole + 1));
  return fraction ? p + whole + 1 + fraction : p;
}
