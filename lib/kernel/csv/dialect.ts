// How the records of a file are to be read.

/** TypeScript (lib/parse/csv/block-parser.ts) lays it out. */
// biome-ignore format: one field a line, with its meaning
@unmanaged
export class Csv {
  keys: usize;           // u32[cells]  ScanKey of each column; 0: the column has no name
  cells: u32;            // cells in a record
  delimiter: u32;
  quote: u32;            // a line feed if nothing is quoted
  absent: u32;           // a cell of this byte alone has no value; 0: none does
  comment: u32;          // a line that begins with this byte is no record; a line feed if there are no comments
  rereading: u32;        // bytes left of a malformed record whose lines are read as records of their own
}

/** The dialect in use. */
export let csv: Csv = changetype<Csv>(0);
/** End of the text in which a record must end: that of the batch, or of the record whose lines are read again. */
export let textEnd: usize = 0;

export function setCsv(csvAt: usize): void {
  csv = changetype<Csv>(csvAt);
}

export function setTextEnd(end: usize): void {
  textEnd = end;
}
