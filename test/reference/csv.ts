// What CSV means, by csv-parse: bytes → records, rejected lines, and each record as a line of JSON, from
// which other tests know what must come.
import { parse } from 'csv-parse/sync';

export interface CsvReferenceOptions {
  delimiter: string;
  /** '' for none. */
  quote: string;
  /** Paths of objects that the mapping wants, by their dotted names. */
  objects: readonly string[];
}

/** A record as a JSON line, or a line that is rejected. */
export interface CsvReferenceRow {
  offset: number;
  line: number;
  raw: string;
  json?: string;
  code?: string;
}

/** `text` is latin1: one character a byte. The first record is the header. */
export function readCsv(text: string, options: CsvReferenceOptions): CsvReferenceRow[] {
  const bom = text.startsWith('\xef\xbb\xbf') ? 3 : 0;
  const whole = text.endsWith('\n') ? text : `${text}\n`;
  const start = pastEmptyLines(whole, bom);
  const header = recordAt(whole, start, options);
  const columns = (header.cells ?? []).map((name) => utf8(name).trim());
  return rowsOf(whole, { at: header.end, columns, options });
}

function rowsOf(
  text: string,
  from: { at: number; columns: string[]; options: CsvReferenceOptions },
): CsvReferenceRow[] {
  const { columns, options } = from;
  const rows: CsvReferenceRow[] = [];
  for (let at = pastEmptyLines(text, from.at); at < text.length; at = pastEmptyLines(text, at)) {
    const { end, cells, code } = recordAt(text, at, options);
    if (cells?.length === columns.length) {
      rows.push({ ...place(text, at, end), ...eventOf(columns, cells, options) });
      at = end;
      continue;
    }
    // Only the first line is rejected. The others are read again, but no further than to the record's end.
    const lineEnd = text.indexOf('\n', at) + 1;
    rows.push({ ...place(text, at, lineEnd), code: code ?? 'wrong_cell_count' });
    rows.push(...rowsOf(text.slice(0, end), { ...from, at: lineEnd }));
    at = end;
  }
  return rows;
}

/** The record at a place: as many lines as csv-parse needs, or one line if csv-parse finds a wrong quote in them. */
function recordAt(
  text: string,
  at: number,
  options: CsvReferenceOptions,
): { end: number; cells?: string[]; code?: string } {
  for (let end = text.indexOf('\n', at) + 1; end > 0; end = text.indexOf('\n', end) + 1) {
    const { cells, error } = parseRecord(text.slice(at, end), options);
    if (error === undefined) return { end, cells: cells as string[] };
    if (error !== 'CSV_QUOTE_NOT_CLOSED') break;
  }
  const end = text.indexOf('\n', at) + 1;
  const { error } = parseRecord(text.slice(at, end), options);
  return { end, code: error === 'CSV_QUOTE_NOT_CLOSED' ? 'unclosed_quote' : 'invalid_quote' };
}

function parseRecord(
  text: string,
  { delimiter, quote }: CsvReferenceOptions,
): { cells?: string[] | undefined; error?: string } {
  try {
    const records: string[][] = parse(Buffer.from(text, 'latin1'), {
      encoding: 'latin1',
      delimiter,
      quote: quote === '' ? null : quote,
      escape: quote === '' ? null : quote,
      record_delimiter: ['\r\n', '\n'],
    });
    return { cells: records[0] };
  } catch (error) {
    return { error: (error as { code: string }).code };
  }
}

function pastEmptyLines(text: string, at: number): number {
  return at + (/^(?:\r?\n)*/.exec(text.slice(at))?.[0].length ?? 0);
}

function place(
  text: string,
  start: number,
  end: number,
): { offset: number; line: number; raw: string } {
  return {
    offset: start,
    line: text.slice(0, start).split('\n').length,
    raw: utf8(text.slice(start, end).replace(/\r?\n$/, '')),
  };
}

/** The record as JSON: cells by their columns' paths, JSON where the mapping wants an object. */
function eventOf(
  columns: string[],
  cells: string[],
  { objects }: CsvReferenceOptions,
): { json?: string; code?: string } {
  const event: Tree = new Map();
  for (const [index, cell] of cells.entries()) {
    if (!isUtf8(cell)) return { code: 'invalid_utf8' };
    const text = utf8(cell);
    const column = columns[index] as string;
    if (text === '' || column === '') continue;
    const value =
      objects.includes(column) && /^\s*\{|^null$/.test(text)
        ? jsonCell(text)
        : JSON.stringify(text);
    if (value === undefined) return { code: 'invalid_json' };
    put(event, column, value, objects);
  }
  return { json: textOf(event) };
}

type Tree = Map<string, string | Tree>;

function put(event: Tree, column: string, value: string, objects: readonly string[]): void {
  const names = column.split('.');
  let tree = event;
  let depth = 0;
  while (depth < names.length - 1 && objects.includes(names.slice(0, depth + 1).join('.'))) {
    const name = names[depth++] as string;
    const inside = tree.get(name) ?? new Map();
    tree.set(name, inside);
    tree = inside as Tree;
  }
  tree.set(names.slice(depth).join('.'), value);
}

function textOf(tree: Tree): string {
  const members = [...tree].map(
    ([name, value]) =>
      `${JSON.stringify(name)}:${typeof value === 'string' ? value : textOf(value)}`,
  );
  return `{${members.join(',')}}`;
}

/** Line ends can only stand between tokens of a text that JSON.parse takes. */
function jsonCell(text: string): string | undefined {
  try {
    JSON.parse(text);
    return text.replaceAll(/[\r\n]/g, ' ');
  } catch {
    return undefined;
  }
}

function isUtf8(latin1: string): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(latin1, 'latin1'));
    return true;
  } catch {
    return false;
  }
}

function utf8(latin1: string): string {
  return Buffer.from(latin1, 'latin1').toString();
}
