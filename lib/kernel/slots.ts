// Slots: the captured values of a row, from which its columns are filled when the event ends.

import { KIND_ABSENT, KIND_NULL, KIND_STRING } from './layout';
import { kind, length, row, setValue, start } from './row';
import { slotAt, Target } from './scanner';

/** Puts the last value into a slot. */
// @ts-ignore: decorator
@inline
export function fillSlot(index: u32): void {
  putSlot(index, start, length, kind);
}

/** Puts a slice into a slot. */
// @ts-ignore: decorator
@inline
export function putSlot(index: u32, p: usize, len: u32, what: u32): void {
  const slot = slotAt(index);
  slot.start = p;
  slot.len = len;
  slot.kind = what;
  slot.row = row;
}

/** Makes the first value that the target's slots have, else its constant, the last value. */
export function resolve(target: Target): void {
  for (let i: u32 = 0; i < target.slotCount; i++) {
    const slot = slotAt(load<u32>(target.slots + (i << 2)));
    if (slot.row == row && slot.kind != KIND_NULL) {
      return setValue(slot.start, slot.len, slot.kind);
    }
  }
  setValue(target.constant, target.constantLen, target.constant ? KIND_STRING : KIND_ABSENT);
}
