// How an EventBatch lies in linear memory. build.mjs writes the offsets of the same structs to
// lib/batch/kernel-exports.ts, by which TypeScript reads and writes them.
//
// Text is not copied per event: a value is a *slice*, the address and length of its bytes. They are in the
// batch's text (the source bytes) or in its scratch (bytes that had to be rewritten: escapes, compacted
// JSON). Rows are a structure of arrays: each field has an array of its own with `rowCap` elements.

/** Most rows that a batch holds. */
export const MAX_ROWS: u32 = 16384;
/** Readable bytes after the end of every text, so that a 16-byte load may start at its last byte. */
export const PADDING: usize = 64;

/** Scalar columns, in the order of the `scalar*` arrays. Only `--identifiers json` uses IDENTIFIERS_JSON. */
export const INSERT_ID: u32 = 0;
export const EVENT_KEY: u32 = 1;
export const TS: u32 = 2;
export const METRIC_VALUE: u32 = 3;
export const IDENTIFIERS_JSON: u32 = 4;
export const SCALARS: u32 = 5;

/** Map columns, in the order of the `map*` arrays. A set of maps is a bit mask of 1 << index. */
export const IDENTIFIERS: u32 = 0;
export const EVENT_PROPERTIES: u32 = 1;
export const USER_PROPERTIES: u32 = 2;
export const PLATFORM_PROPERTIES: u32 = 3;
export const MAPS: u32 = 4;

/** Kind of value that a slice holds. */
export const KIND_ABSENT: u32 = 0;
export const KIND_NULL: u32 = 1;
export const KIND_TRUE: u32 = 2;
export const KIND_FALSE: u32 = 3;
export const KIND_NUMBER: u32 = 4;
export const KIND_STRING: u32 = 5;
export const KIND_OBJECT: u32 = 6;
export const KIND_ARRAY: u32 = 7;

/** Bytes from one metric value to the next: 11 bytes in big-endian two's complement, and 5 unused ones. */
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
  code: usize;           // u8[rowCap]   0, or why the row is rejected or left out (codes.ts)
  detail: usize;         // u32[rowCap]  of JSON errors, the byte position in the row; else see the code
  scalarStart: usize;    // u32[SCALARS][rowCap]
  scalarLen: usize;      // u32[SCALARS][rowCap]
  scalarKind: usize;     // u8[SCALARS][rowCap]
  ts: usize;             // i64[rowCap]  ms since 1970, UTC
  day: usize;            // i32[rowCap]  days since 1970, UTC
  metric: usize;         // u8[rowCap][METRIC_STRIDE]
  mapOffset: usize;      // u32[MAPS][rowCap + 1]  entries of row r are [offset[r], offset[r + 1])
  mapEntries: usize;     // MapEntry[MAPS][entryCap]
  order: usize;          // u32[rowCap]  indices of good rows, grouped by day; the route stage fills it
  warnings: usize;       // u32[CODES]   how often each code was counted
}

/** An entry of a map: its key and the slice of its value. */
// biome-ignore format: one field a line, with its meaning
@unmanaged
export class MapEntry {
  key: u32;              // id in the batch's KeyTable
  start: u32;
  len: u32;
  kind: u32;
}

/** Address of a map's first entry. */
// @ts-ignore: decorator
@inline
export function mapEntries(batch: Batch, map: u32): usize {
  return entryAt(batch.mapEntries, map * batch.entryCap);
}

/** Address of the entry that is `index` entries after the one at `from`. */
// @ts-ignore: decorator
@inline
export function entryAt(from: usize, index: u32): usize {
  return from + <usize>index * offsetof<MapEntry>();
}

/** Address of the number of entries in a map; the four numbers follow each other. */
// @ts-ignore: decorator
@inline
export function entryCountAt(batch: Batch, map: u32): usize {
  return changetype<usize>(batch) + offsetof<Batch>('entries0') + (map << 2);
}

/** The names in a KeyTable, by key id. Only TypeScript (lib/batch/key-table.ts) appends to it. */
// biome-ignore format: one field a line, with its meaning
@unmanaged
export class Keys {
  count: u32;
  start: usize;          // u32[]  address of the name's UTF-8 bytes
  len: usize;            // u32[]
  units: usize;          // u32[]  length in UTF-16 code units, which the vendor's limits count
  lower: usize;          // u32[]  key id of the lower-cased name
  seenRow: usize;        // u32[]  stamp of the row and map in which the key was last seen, for duplicates
  seenAt: usize;         // u32[]  index of its entry there
  stamp: u32;            // the last stamp given
}

/** Where the arena begins: after the kernel's static data. */
export const HEAP_BASE: usize = __heap_base;
