// Slots: the captured values of a row, from which its columns are filled when the event ends.

import { KIND_ABSENT, KIND_NULL, KIND_OBJECT, KIND_STRING } from './layout';
import { kind, length, row, setStamp, setValue, start } from './row';
import { Absent, Lift, scanner, Slot, slotAt, Target } from './scanner';
import { sameText } from './text';

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
    const index = load<u32>(target.slots + (i << 2));
    const slot = slotAt(index);
    if (slot.row == row && slot.kind != KIND_NULL && !(target.skips && isSkipped(target, index, slot))) {
      return setValue(slot.start, slot.len, slot.kind);
    }
  }
  setValue(target.constant, target.constantLen, target.constant ? KIND_STRING : KIND_ABSENT);
}

/** Whether a value counts as none for a target: an empty string, or a text that the mapping lists. */
function isSkipped(target: Target, index: u32, slot: Slot): bool {
  if (slot.len == 0) return true;
  if (target.unlessObject && slot.kind == KIND_OBJECT) return true;
  for (let i: u32 = 0; i < target.absentCount; i++) {
    const absent = changetype<Absent>(target.absent + i * offsetof<Absent>());
    if (absent.slot == index && absent.len == slot.len && sameText(absent.text, slot.start, slot.len)) return true;
  }
  return false;
}

/** Gives the event the values that an element has and no element before it had. `event` is the event's stamp. */
export function liftSlots(first: u32, event: u32): void {
  while (first) {
    const lift = changetype<Lift>(scanner.lifts + (first - 1) * offsetof<Lift>());
    first = lift.next;
    const from = slotAt(lift.from);
    if (from.row != row || from.kind == KIND_NULL || slotAt(lift.to).row == event) continue;
    const element = setStamp(event);
    putSlot(lift.to, from.start, from.len, from.kind);
    setStamp(element);
  }
}
