// Snappy decompression of the raw format that Parquet uses (google/snappy format_description.txt). It trusts nothing:
// every literal has to be inside the source, every copy inside what was written, and the result exactly as long as the
// page's header says.

/** Bytes past the end of the result that may be written: a literal or copy goes in steps of 16. */
export const DECODE_SLACK: u32 = 32;
/** Literals up to this length are copied in steps; longer ones by one instruction. */
const SHORT: usize = 64;

/**
 * Decompresses [from, end) to `to`; returns whether that gives exactly `size` bytes. Reads up to 16 bytes past `end`, and
 * writes up to DECODE_SLACK past the result.
 */
export function snappyDecompress(from: usize, end: usize, to: usize, size: u32): bool {
  let length: u64 = 0;
  for (let shift: u64 = 0; ; shift += 7) {
    if (from >= end || shift > 28) return false;
    const byte = <u64>load<u8>(from++);
    length |= (byte & 127) << shift;
    if (byte < 128) break;
  }
  if (length != <u64>size) return false;
  const begin = to;
  const limit = to + size;
  while (from < end) {
    const tag = <u32>load<u8>(from++);
    if ((tag & 3) == 0) {
      let len: usize = (tag >> 2) + 1;
      if (len > 60) {
        const bytes = <u32>len - 60;
        len = <usize>(load<u32>(from) & (0xffffffff >> (32 - (bytes << 3)))) + 1;
        from += bytes;
        if (len == 0) return false;
      }
      if (from > end || len > end - from || len > limit - to) return false;
      if (len > SHORT) memory.copy(to, from, len);
      else for (let i: usize = 0; i < len; i += 16) v128.store(to + i, v128.load(from + i));
      from += len;
      to += len;
      continue;
    }
    let len: usize;
    let offset: usize;
    if ((tag & 3) == 1) {
      len = ((tag >> 2) & 7) + 4;
      offset = ((tag >> 5) << 8) | load<u8>(from);
      from++;
    } else if ((tag & 3) == 2) {
      len = (tag >> 2) + 1;
      offset = load<u16>(from);
      from += 2;
    } else {
      len = (tag >> 2) + 1;
      offset = load<u32>(from);
      from += 4;
    }
    if (from > end || offset == 0 || offset > to - begin || len > limit - to) return false;
    copyBack(to, offset, len);
    to += len;
  }
  return to == limit;
}

/** Copies at most 64 bytes from `offset` bytes before; what is copied may be part of what is written. */
// @ts-ignore: decorator
@inline
function copyBack(to: usize, offset: usize, len: usize): void {
  const from = to - offset;
  if (offset >= 16) {
    for (let i: usize = 0; i < len; i += 16) v128.store(to + i, v128.load(from + i));
  } else if (offset >= 8) {
    for (let i: usize = 0; i < len; i += 8) store<u64>(to + i, load<u64>(from + i));
  } else {
    for (let i: usize = 0; i < len; i++) store<u8>(to + i, load<u8>(from + i));
  }
}
