// The one place that says how an EventBatch lies in linear memory. TypeScript reads the same structs
// through the offsets that offsets.ts exports (lib/batch/kernel.ts).
//
// Text is never copied per event: a value is a *slice*, the address and length of its bytes, either in
// the batch's text (the source bytes) or in its scratch (bytes that had to be rewritten: escapes,
// compacted JSON). Arrays are structures of arrays: one address each, `rowCap` or `entryCap` elements.

/** Rows a batch holds at most. */
export const MAX_ROWS: u32 = 16384;
/** Readable bytes behind the end of every text, so that a 16-byte load may start at its last byte. */
export const PADDING: usize = 64;

/** Scalar columns, in this order in the `scalar*` arrays. IDENTIFIERS_JSON is used with `--identifiers json` only. */
export const INSERT_ID: u32 = 0;
export const EVENT_KEY: u32 = 1;
export const TS: u32 = 2;
export const METRIC_VALUE: u32 = 3;
export const IDENTIFIERS_JSON: u32 = 4;
export const SCALARS: u32 = 5;

/** Map columns, in this order in the `map*` arrays; a set of maps is a bit mask of 1 << index. */
export const IDENTIFIERS: u32 = 0;
export const EVENT_PROPERTIES: u32 = 1;
export const USER_PROPERTIES: u32 = 2;
export const PLATFORM_PROPERTIES: u32 = 3;
export const MAPS: u32 = 4;

/** What a slice holds. */
export const KIND_ABSENT: u32 = 0;
export const KIND_NULL: u32 = 1;
export const KIND_TRUE: u32 = 2;
export const KIND_FALSE: u32 = 3;
export const KIND_NUMBER: u32 = 4;
export const KIND_STRING: u32 = 5;
export const KIND_OBJECT: u32 = 6;
export const KIND_ARRAY: u32 = 7;

/** Bytes between two metric values: 11 big-endian two's complement bytes and 5 unused ones. */
export const METRIC_STRIDE: usize = 16;
export const METRIC_BYTES: usize = 11;

// biome-ignore format: one field a line, with its meaning
@unmanaged
export class Batch {
  rows: u32;             // rows in use
  rowCap: u32;
  entryCap: u32;         // map entries per map
  entries0: u32;         // entries in use, per map
  entries1: u32;
  entries2: u32;
  entries3: u32;
  text: usize;           // source bytes [text, textEnd); PADDING readable bytes follow
  textEnd: usize;
  textCap: u32;
  scratch: usize;        // rewritten bytes [scratch, scratchPos); PADDING readable bytes follow scratchEnd
  scratchPos: usize;
  scratchEnd: usize;
  rowStart: usize;       // u32[rowCap]  address of the row's raw text
  rowLen: usize;         // u32[rowCap]
  rowLine: usize;        // u32[rowCap]  line in its source, counted from 1 (wraps past 2^32)
  rowOffset: usize;      // f64[rowCap]  byte offset in its source
  code: usize;           // u8[rowCap]   0, or why the row is rejected or filtered (codes.ts)
  detail: usize;         // u32[rowCap]  for JSON errors: byte position in the row; else see the code
  scalarStart: usize;    // u32[SCALARS][rowCap]
  scalarLen: usize;      // u32[SCALARS][rowCap]
  scalarKind: usize;     // u8[SCALARS][rowCap]
  ts: usize;             // i64[rowCap]  ms since 1970, UTC
  day: usize;            // i32[rowCap]  days since 1970, UTC
  metric: usize;         // u8[rowCap][METRIC_STRIDE]
  mapOffset: usize;      // u32[MAPS][rowCap + 1]  entries of row r are [offset[r], offset[r + 1])
  mapEntries: usize;     // MapEntry[MAPS][entryCap]
  order: usize;          // u32[rowCap]  row indices, filled by the route stage, grouped by day
  warnings: usize;       // u32[CODES]   what was counted on the way, by code
}

/** An entry of a map: its key, and the slice that is its value. */
// biome-ignore format: one field a line, with its meaning
@unmanaged
export class MapEntry {
  key: u32;              // id in the batch's KeyTable
  start: u32;
  len: u32;
  kind: u32;
}

/** Where the entries of a map begin. */
// @ts-ignore: decorator
@inline
export function mapEntries(batch: Batch, map: u32): usize {
  return entryAt(batch.mapEntries, map * batch.entryCap);
}

/** Where an entry is, counted from one of its map. */
// @ts-ignore: decorator
@inline
export function entryAt(from: usize, index: u32): usize {
  return from + <usize>index * offsetof<MapEntry>();
}

/** The key names of a KeyTable, by key id. Only TypeScript appends to it. */
// biome-ignore format: one field a line, with its meaning
@unmanaged
export class Keys {
  count: u32;
  start: usize;          // u32[]  address of the name's UTF-8 bytes
  len: usize;            // u32[]
  units: usize;          // u32[]  length in UTF-16 code units, which is what the vendor's limits count
  lower: usize;          // u32[]  key id of the lower-cased name
  seenRow: usize;        // u32[]  stamp of the row and map in which the key was last seen, for duplicates
  seenAt: usize;         // u32[]  its entry there
  stamp: u32;            // the last stamp given
}

/** Where the arena begins: behind the kernel's own static data. */
export const HEAP_BASE: usize = __heap_base;
