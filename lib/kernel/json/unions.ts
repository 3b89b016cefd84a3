// Avro's JSON encoding wraps a value of a union in an object whose only member has the name of the value's type:
// `{"string": "x"}`, `{"long": 5}`. Only a mapping says that the source is written so.

import { CLOSING_BRACE, COLON, OPENING_BRACE, QUOTE } from '../ascii';
import { PADDING } from '../layout';
import { byteAt, readLimit, setReadLimit } from '../text';
import { skipSpace, stringEnd, valueEnd } from './grammar';

// The names of Avro's types as little-endian numbers.
const INT: u64 = 0x746e69;
const MAP: u64 = 0x70616d;
const LONG: u64 = 0x676e6f6c;
const FLOAT: u64 = 0x74616f6c66;
const BYTES: u64 = 0x7365747962;
const ARRAY: u64 = 0x7961727261;
const STRING: u64 = 0x676e69727473;
const DOUBLE: u64 = 0x656c62756f64;
const BOOLEAN: u64 = 0x6e61656c6f6f62;

/** Whether a name is that of a type of Avro. */
function isType(p: usize, len: usize): bool {
  if (len < 3 || len > 7) return false;
  const name = load<u64>(p) & ((<u64>1 << (len << 3)) - 1);
  if (len == 3) return name == INT || name == MAP;
  if (len == 4) return name == LONG;
  if (len == 5) return name == FLOAT || name == BYTES || name == ARRAY;
  if (len == 6) return name == STRING || name == DOUBLE;
  return name == BOOLEAN;
}

/** Address of the value inside a union's value at p; 0 if p is no union's value. */
export function insideUnion(p: usize, depth: u32): usize {
  if (byteAt(p) != OPENING_BRACE) return 0;
  const name = skipSpace(p + 1) + 1;
  if (byteAt(name - 1) != QUOTE) return 0;
  const nameEnd = stringEnd(name);
  if (!nameEnd || !isType(name, nameEnd - name)) return 0;
  const colon = skipSpace(nameEnd + 1);
  if (byteAt(colon) != COLON) return 0;
  const value = skipSpace(colon + 1);
  const end = valueEnd(value, depth + 1);
  return end && byteAt(skipSpace(end)) == CLOSING_BRACE ? value : 0;
}

/** Whether the text of an object, which may lie outside of the text that is read, is a union's value. */
export function isUnion(start: usize, len: u32): bool {
  const limit = readLimit;
  setReadLimit(start + len);
  const inside = insideUnion(start, 0);
  setReadLimit(limit - PADDING);
  return inside != 0;
}

/** The address after a union's value whose inside ends at p; 0 if the inside was wrong. */
export function afterUnion(p: usize): usize {
  return p ? skipSpace(p) + 1 : 0;
}
