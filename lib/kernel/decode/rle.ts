// Reads Parquet's RLE/bit-packing hybrid (apache/parquet-format Encodings.md): dictionary indices and levels. What is
// read may be damaged: no run is taken to be longer than the values that are left.

let at: usize = 0;
let greatest: u32 = 0;

/** The greatest number of the last `decodeRle`. */
export function getGreatest(): u32 {
  return greatest;
}

/** Reads a varint of at most 32 bits at `at`; false if it does not end before `end`. */
let varint: u32 = 0;
function readVarint(end: usize): bool {
  varint = 0;
  for (let shift: u32 = 0; shift < 35; shift += 7) {
    if (at >= end) return false;
    const byte = <u32>load<u8>(at++);
    varint |= (byte & 127) << shift;
    if (byte < 128) return true;
  }
  return false;
}

/**
 * Decodes `count` numbers of `width` bits (at most 32) from [from, end) to u32s. Returns the address after the last run, or
 * 0 if the bytes are no such numbers. Reads up to 8 bytes past `end`.
 */
export function decodeRle(from: usize, end: usize, width: u32, count: u32, to: usize): usize {
  at = from;
  greatest = 0;
  const valueBytes = (width + 7) >> 3;
  while (count > 0) {
    if (!readVarint(end)) return 0;
    const run = varint >> 1;
    if (run == 0) return 0;
    if ((varint & 1) == 0) {
      if (run > count || valueBytes > <u32>(end - at)) return 0;
      const value = width == 0 ? 0 : load<u32>(at) & (0xffffffff >> (32 - (valueBytes << 3)));
      at += valueBytes;
      greatest = max(greatest, value);
      for (let i: u32 = 0; i < run; i++) store<u32>(to + (<usize>i << 2), value);
      to += <usize>run << 2;
      count -= run;
    } else {
      const values = <u32>min(<u64>run << 3, <u64>count);
      const bytes = <u64>run * width;
      const needed = (<u64>values * width + 7) >> 3;
      if (needed > <u64>(end - at)) return 0;
      unpack(at, values, width, to);
      at += <usize>min(bytes, <u64>(end - at));
      to += <usize>values << 2;
      count -= values;
    }
  }
  return at;
}

function unpack(from: usize, count: u32, width: u32, to: usize): void {
  const mask: u64 = (<u64>1 << <u64>width) - 1;
  let most = greatest;
  let bit: u64 = 0;
  for (let i: u32 = 0; i < count; i++, bit += width) {
    const value = <u32>((load<u64>(from + <usize>(bit >> 3)) >> (bit & 7)) & mask);
    store<u32>(to + (<usize>i << 2), value);
    most = max(most, value);
  }
  greatest = most;
}

const LOW_BITS: u64 = 0x0101010101010101;

/**
 * Decodes `count` levels of one bit, and adds each as the bit `shift` to a byte of `to`. Returns how many are 1, or -1 if
 * the bytes are no such levels.
 */
export function decodeLevels(from: usize, end: usize, count: u32, to: usize, shift: u32): i32 {
  at = from;
  let ones: u32 = 0;
  while (count > 0) {
    if (!readVarint(end)) return -1;
    let run = varint >> 1;
    if (run == 0) return -1;
    if ((varint & 1) == 0) {
      if (run > count || at >= end) return -1;
      const value = <u32>load<u8>(at++);
      if (value > 1) return -1;
      if (value) {
        for (let i: u32 = 0; i < run; i++) store<u8>(to + i, load<u8>(to + i) | <u8>(<u32>1 << shift));
        ones += run;
      }
      to += run;
      count -= run;
      continue;
    }
    for (; run > 0 && count > 0; run--) {
      if (at >= end) return -1;
      let byte = <u32>load<u8>(at++);
      if (count >= 8) {
        // Byte n of the product has the byte, of which bit n stays; adding 127 carries it to the highest bit.
        const bits = (<u64>byte * LOW_BITS) & 0x8040201008040201;
        const spread = ((bits + 0x7f7f7f7f7f7f7f7f) >> 7) & LOW_BITS;
        store<u64>(to, load<u64>(to) | (spread << <u64>shift));
        to += 8;
        count -= 8;
      } else {
        byte &= (<u32>1 << count) - 1;
        for (let i: u32 = 0; i < count; i++) {
          store<u8>(to + i, load<u8>(to + i) | <u8>(((byte >> i) & 1) << shift));
        }
        count = 0;
      }
      ones += popcnt(byte);
    }
    at += <usize>min<u64>(run, <u64>(end - at));
  }
  return <i32>ones;
}
