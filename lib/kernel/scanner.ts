// The compiled mapping and the member names that the scanner has met. TypeScript (lib/parse/scanner.ts) lays
// these structs out and appends to them; the kernel follows them.

/** A value that is not an object becomes an entry of the maps that get the object's members. */
export const OTHERS_ENTRY: u32 = 0;
/** It rejects the event. */
export const OTHERS_REJECT: u32 = 1;
/** Only its slot gets it: the mapping names a key for it. */
export const OTHERS_SLOT: u32 = 2;

/** A place in the event that the mapping names (node 0 is the event itself), or the inside of a flattened value. */
// biome-ignore format: one field a line, with its meaning
@unmanaged
export class Node {
  slot: i32;             // the slot that captures its value, or -1
  entryMaps: u32;        // maps that get this member as an entry
  maps: u32;             // maps that get those members of this object that have no node of their own
  isContext: u32;        // 1: if the value is an object, its members have keys in this node
  others: u32;           // OTHERS_…: what becomes of a value that is neither an object nor null
  isText: u32;           // 1: a string of JSON counts as the value that the JSON says
  isSpecial: u32;        // 1: its value may be JSON in a string, an array whose elements are scanned, or an Avro union
  element: u32;          // if it is an array of pairs, the node of its elements, else 0 …
  pairs: u32;            // … and 1 + the first Pairs that they give …
  lifts: u32;            // … and 1 + the first Lift
  first: u32;            // the key that came first the last time …
  otherFirst: u32;       // … and the last different one before it
  seenRow: u32;          // stamp of the last row that had this member
  seenIn: u32;           // for repeated members: start of the last object that had it …
  seenAt: u32;           // … and of the member in it
}

/** A member name as it is written in the source, in one context (a node). */
// biome-ignore format: one field a line, with its meaning
@unmanaged
export class ScanKey {
  start: usize;          // the bytes between the quotes, escapes included; `":` follows
  len: u32;
  beyond: u32;           // a bit for each of the 16 bytes at `start` that is after the name and its `":`
  context: u32;          // the node whose member it is
  name: u32;             // its id in the KeyTable, with the context's prefix
  node: i32;             // its own node, or -1; of the key of a pair, 0 if the mapping does not want it
  inside: i32;           // the node for the inside of its flattened value, or -1 until there is one
  next: u32;             // the key that followed it the last time …
  otherNext: u32;        // … and the last different one before it
  slot: u32;             // 1 + the slot that captures its value if nothing else is done with it, else 0
  isEntry: u32;          // 1: it has no node, and its name has no lone surrogates
  surrogates: u32;       // lone surrogates in the name and its prefix, which U+FFFD replaces
  count: u32;            // how often it came, if nothing uses it
}

/** A captured value of the current row. */
@unmanaged
export class Slot {
  start: usize;
  len: u32;
  kind: u32;
  row: u32; // stamp of the row that has the value
}

/** Where the value of a column or map key comes from: slots in order of preference, then a constant. */
// biome-ignore format: one field a line, with its meaning
@unmanaged
export class Target {
  map: u32;              // of a map key: its map …
  key: u32;              // … and the index of its ScanKey
  slots: usize;          // u32[slotCount]
  slotCount: u32;
  skips: u32;            // 1: an empty string and the texts in `absent` count as no value
  absent: usize;         // Absent[absentCount]
  absentCount: u32;
  unlessObject: u32;     // 1: an object is no value, because its members are entries of the map
  constant: usize;       // 0: none
  constantLen: u32;
}

/** A text that means no value in one of a target's slots, such as the -1 of a missing session. */
@unmanaged
export class Absent {
  slot: u32;
  text: usize;
  len: u32;
}

/** The entries of a map that an array of pairs gives. Their keys and values are captured element by element. */
// biome-ignore format: one field a line, with its meaning
@unmanaged
export class Pairs {
  map: u32;
  names: u32;            // the node whose names their keys are
  key: usize;            // Target
  value: usize;          // Target
  next: u32;             // 1 + the next Pairs of the same array, or 0
}

/** A value inside an element of an array: the first element that has it gives the event's value. */
@unmanaged
export class Lift {
  from: u32; // the slot that captures it in an element
  to: u32; // the slot of the event
  next: u32; // 1 + the next Lift of the same array, or 0
}

/** A condition of the mapping: the value in a slot must be one of these texts. */
@unmanaged
export class Only {
  slot: u32;
  texts: usize; // u32[2 * count]  address and length of each
  count: u32;
  present: u32; // 1: an event had a value there
  absent: u32; // 1: an event had none
}

// biome-ignore format: one field a line, with its meaning
@unmanaged
export class Scanner {
  nodes: usize;          // Node[]
  keys: usize;           // ScanKey[]; index 0 means none
  table: usize;          // u32[tableMask + 1]  hash table of keys with open addressing; 0 is free
  tableMask: u32;
  slots: usize;          // Slot[]
  scalars: usize;        // Target[4]
  keyTargets: usize;     // Target[keyTargetCount]
  keyTargetCount: u32;
  derive: u32;           // derives the insert_id of events without a UUID: 0 no, 1 from the raw text, 2 from slots
  deriveSlots: usize;    // u32[deriveSlotCount]
  deriveSlotCount: u32;
  deriveName: usize;     // text that comes before what an id is derived from
  deriveNameLen: u32;
  fromId: u32;           // 1: an id that is not a UUID is derived from itself and these slots
  fromIdSlots: usize;    // u32[fromIdSlotCount]
  fromIdSlotCount: u32;
  keptKey: u32;          // ScanKey of the event property that keeps an id which is not a UUID, or 0
  timeSlot: i32;         // the slot that captures the time of day of `ts`, or -1
  pairs: usize;          // Pairs[]
  lifts: usize;          // Lift[]
  unions: u32;           // 1: values may be wrapped as Avro's JSON encoding wraps those of unions
  only: usize;           // Only[onlyCount]  an event must meet them all
  onlyCount: u32;
  defaults: usize;       // Target[defaultCount]  constants for keys that an event lacks
  defaultCount: u32;
  names: usize;          // Keys: the table with all names
  flatten: u32;          // maps whose nested values become dotted keys
  maxLine: u32;          // longest line in bytes
  line: u32;             // number of the next line
  row: u32;              // the last row stamp given
}

/** The scanner in use. */
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
