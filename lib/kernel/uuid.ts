// UUIDs: recognising them, and deriving one from a name (version 5 of RFC 9562: SHA-1 of a namespace and the name).

import { CASE_BIT, hexLetter, LOWER_A, MINUS, ZERO } from './ascii';

/** 6b1c8a0e-4f0b-5c57-9d3c-6a2f5f3f9e11, the namespace of this program. It never changes: re-runs must give the same ids. */
const NAMESPACE: usize = memory.data<u8>([
  0x6b, 0x1c, 0x8a, 0x0e, 0x4f, 0x0b, 0x5c, 0x57, 0x9d, 0x3c, 0x6a, 0x2f, 0x5f, 0x3f, 0x9e, 0x11,
]);
export const UUID_LENGTH: u32 = 36;

// @ts-ignore: decorator
@inline
function hexMask(v: v128): u32 {
  const digit = i8x16.lt_u(i8x16.sub(v, i8x16.splat(<u8>ZERO)), i8x16.splat(10));
  const letter = i8x16.lt_u(i8x16.sub(v128.or(v, i8x16.splat(<u8>CASE_BIT)), i8x16.splat(<u8>LOWER_A)), i8x16.splat(6));
  return <u32>i8x16.bitmask(v128.or(digit, letter));
}

// @ts-ignore: decorator
@inline
function dashMask(v: v128): u32 {
  return <u32>i8x16.bitmask(i8x16.eq(v, i8x16.splat(<u8>MINUS)));
}

/** Whether a text is 8-4-4-4-12 hexadecimal digits. Looks at bytes 0 to 15, 16 to 31, and 20 to 35. */
export function isUuid(p: usize, len: u32): bool {
  if (len != UUID_LENGTH) return false;
  const a = v128.load(p);
  const b = v128.load(p, 16);
  const c = v128.load(p, 20);
  return (
    dashMask(a) == 0x2100 &&
    hexMask(a) == 0xdeff &&
    dashMask(b) == 0x0084 &&
    hexMask(b) == 0xff7b &&
    hexMask(c) == 0xfff7
  );
}

const state: usize = memory.data(20);
const block: usize = memory.data(64);
const words: usize = memory.data(320);
let total: u64 = 0;

/** Begins a name. */
export function nameBegin(): void {
  store<u32>(state, 0x67452301);
  store<u32>(state + 4, 0xefcdab89);
  store<u32>(state + 8, 0x98badcfe);
  store<u32>(state + 12, 0x10325476);
  store<u32>(state + 16, 0xc3d2e1f0);
  total = 0;
  nameText(NAMESPACE, 16);
}

/** Adds text to the name. */
export function nameText(p: usize, len: u32): void {
  for (let i: u32 = 0; i < len; i++) nameByte(load<u8>(p + i));
}

export function nameByte(byte: u32): void {
  store<u8>(block + <usize>(total & 63), byte);
  total++;
  if ((total & 63) == 0) hashBlock();
}

/** Ends the name and writes its UUID in 36 characters. */
export function nameEndUuid(to: usize): void {
  const bits = total << 3;
  nameByte(0x80);
  while ((total & 63) != 56) nameByte(0);
  for (let i: u32 = 0; i < 8; i++) nameByte(<u32>(bits >> <u64>(56 - (i << 3))) & 255);
  for (let i: u32 = 0; i < 16; i++) {
    let byte = (load<u32>(state + (i & ~3)) >> (24 - ((i & 3) << 3))) & 255;
    if (i == 6) byte = (byte & 15) | 0x50;
    if (i == 8) byte = (byte & 63) | 0x80;
    if (i == 4 || i == 6 || i == 8 || i == 10) store<u8>(to++, MINUS);
    store<u8>(to++, hexLetter(byte >> 4));
    store<u8>(to++, hexLetter(byte & 15));
  }
}

/** SHA-1 of one block (FIPS 180-4, 6.1.2). */
function hashBlock(): void {
  for (let i: usize = 0; i < 16; i++) store<u32>(words + (i << 2), bswap(load<u32>(block + (i << 2))));
  for (let i: usize = 16; i < 80; i++) {
    const w = words + (i << 2);
    store<u32>(w, rotl(load<u32>(w - 12) ^ load<u32>(w - 32) ^ load<u32>(w - 56) ^ load<u32>(w - 64), 1));
  }
  let a = load<u32>(state);
  let b = load<u32>(state + 4);
  let c = load<u32>(state + 8);
  let d = load<u32>(state + 12);
  let e = load<u32>(state + 16);
  for (let i: usize = 0; i < 80; i++) {
    let f: u32;
    let k: u32;
    if (i < 20) {
      f = (b & c) | (~b & d);
      k = 0x5a827999;
    } else if (i < 40) {
      f = b ^ c ^ d;
      k = 0x6ed9eba1;
    } else if (i < 60) {
      f = (b & c) | (b & d) | (c & d);
      k = 0x8f1bbcdc;
    } else {
      f = b ^ c ^ d;
      k = 0xca62c1d6;
    }
    const t = rotl(a, 5) + f + e + k + load<u32>(words + (i << 2));
    e = d;
    d = c;
    c = rotl(b, 30);
    b = a;
    a = t;
  }
  store<u32>(state, load<u32>(state) + a);
  store<u32>(state + 4, load<u32>(state + 4) + b);
  store<u32>(state + 8, load<u32>(state + 8) + c);
  store<u32>(state + 12, load<u32>(state + 12) + d);
  store<u32>(state + 16, load<u32>(state + 16) + e);
}
