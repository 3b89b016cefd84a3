// Zones of times, as text.

import { COLON, MINUS, PLUS, SPACE, UPPER_Z } from '../ascii';
import { digit, two } from './calendar';

export const NO_ZONE: i32 = i32.MAX_VALUE;

/** `UTC` as a little-endian number, of three bytes. */
const UTC: u32 = 0x435455;
const THREE_BYTES: u32 = 0xffffff;

/** End of the zone that was read last. */
export let zoneEnd: usize = 0;

/** Minutes east of UTC of a zone `Z`, `UTC`, `±HH`, `±HHMM` or `±HH:MM` at p, which may follow a space. */
export function readZone(p: usize, end: usize): i32 {
  if (p < end && load<u8>(p) == SPACE) p++;
  if (p >= end) return NO_ZONE;
  const c = load<u8>(p);
  zoneEnd = p + 1;
  if (c == UPPER_Z) return 0;
  zoneEnd = p + 3;
  if (zoneEnd > end) return NO_ZONE;
  if ((load<u32>(p) & THREE_BYTES) == UTC) return 0;
  if (c != PLUS && c != MINUS) return NO_ZONE;
  const hours = two(p + 1);
  let minutes: u32 = 0;
  p += 3;
  const hasColon = p < end && load<u8>(p) == COLON;
  if (hasColon) p++;
  if (hasColon || (p < end && digit(p) < 10)) {
    if (p + 2 > end) return NO_ZONE;
    minutes = two(p);
    zoneEnd = p + 2;
  }
  if (hours > 23 || minutes > 59) return NO_ZONE;
  const offset = <i32>(hours * 60 + minutes);
  return c == MINUS ? -offset : offset;
}
