// The state of cutting a document into elements (elements.ts), from one call to the next.

/** Why `cutElements` stopped before the end of its bytes. */
export const STOP_NONE: u32 = 0;
/** At the `[` of an array where values were expected. */
export const STOP_ARRAY_BEGINS: u32 = 1;
/** After the `]` of the array. */
export const STOP_ARRAY_ENDS: u32 = 2;
/** At a `,` or `]` with no element before it. */
export const STOP_NO_ELEMENT: u32 = 3;
/** After a value, where only one was asked for. */
export const STOP_VALUE_ENDS: u32 = 4;

// biome-ignore format: one field a line, with its meaning
@unmanaged
export class Cutter {
  inArray: u32;          // 1: elements with commas between them, up to a `]`; 0: values in a row
  single: u32;           // 1: stop after the first value (not in arrays)
  depth: u32;            // objects and arrays open in the element
  inString: u32;
  escaped: u32;          // 1: a backslash is before the next byte
  hasValue: u32;         // 1: an element has begun
  afterComma: u32;       // 1: an element must follow
  lines: u32;            // line feeds that were passed
  out: usize;            // where values are written, each with a line feed after it; elements of arrays stay in place
  ends: u32;             // elements that ended in this call
  lastEnd: usize;        // after the line feed of the last one
  lastEndLines: u32;     // `lines` there
  stop: u32;             // STOP_…
}

/** The document that is being cut. */
export let cutter: Cutter = changetype<Cutter>(0);

export function setCutter(cutterAt: usize): void {
  cutter = changetype<Cutter>(cutterAt);
}
