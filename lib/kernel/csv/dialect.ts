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
  rejecting: u32;        // bytes left of a record whose lines are rejected one by one …
  rejectCode: u32;       // … the code of the rejects …
  rejectDetail: u32;     // … and their detail: 1 + the distance from here to a quote (0: it is before here), or
                         // the number of cells << 16 | the right number
}

/** The dialect in use. */
export let csv: Csv = changetype<Csv>(0);
/** End of the batch's text. */
export let textEnd: usize = 0;

export function setCsv(csvAt: usize, end: usize): void {
  csv = changetype<Csv>(csvAt);
  textEnd = end;
}
