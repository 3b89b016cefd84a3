// What the scanner knows besides the text: the compiled mapping and the keys it has met. TypeScript
// (lib/parse/scanner.ts) lays these structs out and appends to them; the kernel follows them.

/** A place in the event that the mapping names (0 is the event itself), or the inside of a flattened value. */
// biome-ignore format: one field a line, with its meaning
@unmanaged
export class Node {
  slot: i32;             // where this value is captured, or -1
  entryMaps: u32;        // maps into which this member goes as an entry
  maps: u32;             // maps into which the members of this object go that have no node of their own
  isContext: u32;        // 1: look inside where the value is an object
  mustBeObject: u32;     // 1: any other kind but null rejects the event
  isText: u32;           // 1: where it is a string of JSON, it is what that says
  element: u32;          // the node of its elements, which are pairs, or 0 …
  pairs: u32;            // … and 1 + the first Pairs made of them
  first: u32;            // the key that came first the last time …
  otherFirst: u32;       // … and the last one before that was another one
  seenRow: u32;          // stamp of the row that had this member
  seenIn: u32;           // for repeated members: start of the object …
  seenAt: u32;           // … and of the member in it
}

/** A member name as it stands in the source, in one context (node). */
// biome-ignore format: one field a line, with its meaning
@unmanaged
export class ScanKey {
  start: usize;          // raw bytes between the quotes, escapes and all; `":` follows
  len: u32;
  beyond: u32;           // of 16 bytes at `start`, a bit for each that is behind these
  context: u32;          // the node it is a member of
  name: u32;             // its id in the KeyTable, with the context's prefix
  node: i32;             // the node it leads to, or -1; of a pair's key 0 where the mapping does not want it
  inside: i32;           // the node of its flattened value's inside, or -1 until there is one
  next: u32;             // the key that followed it the last time …
  otherNext: u32;        // … and the last one before that was another one
  slot: u32;             // 1 + the slot that captures its value, where nothing else is to be done; else 0
  isEntry: u32;          // 1: it has no node, and its name no halves of surrogate pairs
  surrogates: u32;       // halves of surrogate pairs in it and its prefix, which U+FFFD stands for
  count: u32;            // how often it came, where nothing uses it
}

/** A captured value of the current row. */
@unmanaged
export class Slot {
  start: usize;
  len: u32;
  kind: u32;
  row: u32; // stamp of the row it is of
}

/** Where a column or map key comes from: slots in order of preference, then a constant. */
// biome-ignore format: one field a line, with its meaning
@unmanaged
export class Target {
  map: u32;              // for map keys
  key: u32;              // index of its ScanKey
  slots: usize;          // u32[slotCount]
  slotCount: u32;
  constant: usize;       // 0: none
  constantLen: u32;
}

/** Entries of a map that an array of pairs gives: their keys and values are captured element by element. */
// biome-ignore format: one field a line, with its meaning
@unmanaged
export class Pairs {
  map: u32;
  names: u32;            // the node that their keys are names of
  key: usize;            // Target
  value: usize;          // Target
  next: u32;             // 1 + the next Pairs of the same array, or 0
}

/** Events are wanted whose value in a slot is one of these texts. */
@unmanaged
export class Only {
  slot: u32;
  texts: usize; // u32[2 * count]  address and length of each
  count: u32;
}

// biome-ignore format: one field a line, with its meaning
@unmanaged
export class Scanner {
  nodes: usize;          // Node[]
  keys: usize;           // ScanKey[]; 0 stands for none
  table: usize;          // u32[tableMask + 1]  hash table of keys, open addressing, 0 is free
  tableMask: u32;
  slots: usize;          // Slot[]
  scalars: usize;        // Target[4]
  keyTargets: usize;     // Target[keyTargetCount]
  keyTargetCount: u32;
  derive: u32;           // insert_id of events without a UUID: 0 no, 1 of the raw text, 2 of the derive slots
  deriveSlots: usize;    // u32[deriveSlotCount]
  deriveSlotCount: u32;
  deriveName: usize;     // put before what an id is derived from
  deriveNameLen: u32;
  fromId: u32;           // 1: an id that is no UUID is derived from itself
  keptKey: u32;          // ScanKey of the event property that gets an id which is no UUID, or 0
  timeSlot: i32;         // where the time of day of `ts` is captured, or -1
  pairs: usize;          // Pairs[]
  only: usize;           // Only[onlyCount]; an event needs them all
  onlyCount: u32;
  defaults: usize;       // Target[defaultCount]  entries for keys that an event does not have
  defaultCount: u32;
  names: usize;          // Keys: the table of all names
  flatten: u32;          // maps whose nested values become dotted keys
  maxLine: u32;          // longest line in bytes
  line: u32;             // number of the next line
  row: u32;              // the last row stamp given
}

/** The one that is scanning. */
export let scanner: Scanner = changetype<Scanner>(0);

export function setScanner(scannerAt: usize): void {
  scanner = changetype<Scanner>(scannerAt);
}

// @ts-ignore: decorator
@inline
export function nodeAt(index: u32): Node {
  return changetype<Node>(scanner.nodes + index * offsetof<Node>());
}

// @ts-ignore: decorator
@inline
export function keyAt(index: u32): ScanKey {
  return changetype<ScanKey>(scanner.keys + index * offsetof<ScanKey>());
}

// @ts-ignore: decorator
@inline
export function slotAt(index: u32): Slot {
  return changetype<Slot>(scanner.slots + index * offsetof<Slot>());
}
