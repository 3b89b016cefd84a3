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

interface Parsed {
  record: string[];
  raw: string;
  info: { bytes: number };
}

interface Piece {
  start: number;
  end: number;
  cells?: string[];
  code?: string;
}

/** `text` is latin1: one character a byte. The first record is the header. */
export function readCsv(text: string, options: CsvReferenceOptions): CsvReferenceRow[] {
  const bom = text.startsWith('\xef\xbb\xbf') ? 3 : 0;
  const whole = text.endsWith('\n') ? text : `${text}\n`;
  const [header, ...pieces] = piecesOf(whole, bom, options);
  const columns = (header?.cells ?? []).map((name) => utf8(name).trim());
  return pieces.flatMap((piece) => {
    const { cells, start, end } = piece;
    if (cells?.length === columns.length) {
      return [{ ...place(whole, start, end), ...eventOf(columns, cells, options) }];
    }
    return linesOf(whole, piece).map(([from, to]) => ({
      ...place(whole, from, to),
      code: piece.code ?? 'wrong_cell_count',
    }));
  });
}

function piecesOf(text: string, from: number, options: CsvReferenceOptions): Piece[] {
  const errors: string[] = [];
  const records = parse(Buffer.from(text.slice(from), 'latin1'), {
    encoding: 'latin1',
    delimiter: options.delimiter,
    quote: options.quote === '' ? null : options.quote,
    escape: options.quote === '' ? null : options.quote,
    record_delimiter: ['\r\n', '\n'],
    relax_column_count: true,
    skip_empty_lines: true,
    skip_records_with_error: true,
    raw: true,
    info: true,
    on_skip: (error) => void errors.push(error?.code ?? ''),
  }) as unknown as Parsed[];
  const pieces: Piece[] = [];
  let at = from;
  for (const { record, raw, info } of records) {
    const end = from + info.bytes;
    // Empty lines before the record count as its text.
    const start = pastEmptyLines(
      text,
      end - raw.length - (text.slice(end - 2, end) === '\r\n' ? 1 : 0),
    );
    at = pastEmptyLines(text, at);
    if (start > at) pieces.push({ start: at, end: start, code: 'invalid_quote' });
    pieces.push({ start, end, cells: record });
    at = end;
  }
  at = pastEmptyLines(text, at);
  if (at === text.length) return pieces;
  if (!errors.includes('CSV_QUOTE_NOT_CLOSED')) {
    return [...pieces, { start: at, end: text.length, code: 'invalid_quote' }];
  }
  return [...pieces, ...unclosed(text, at, options)];
}

/**
 * A record whose quote nothing closes is the text's last. Other records with bad quotes may stand before
 * it, which csv-parse does not tell from it: it is the first suffix of lines that fails by itself.
 */
function unclosed(text: string, from: number, options: CsvReferenceOptions): Piece[] {
  const pieces: Piece[] = [];
  let at = from;
  while (true) {
    const end = firstRecordEnd(text, at, options);
    if (end === undefined) break;
    pieces.push({ start: at, end, code: 'invalid_quote' });
    at = pastEmptyLines(text, end);
  }
  const isBroken = errorsOf(text.slice(at), options).some(
    (code) => code !== 'CSV_QUOTE_NOT_CLOSED',
  );
  const firstEnd = text.indexOf('\n', at) + 1;
  if (isBroken) return [...pieces, { start: at, end: text.length, code: 'unclosed_quote' }];
  pieces.push({ start: at, end: firstEnd, code: 'unclosed_quote' });
  return firstEnd === text.length ? pieces : [...pieces, ...piecesOf(text, firstEnd, options)];
}

function pastEmptyLines(text: string, at: number): number {
  return at + (/^(?:\r?\n)*/.exec(text.slice(at))?.[0].length ?? 0);
}

/** The first line end up to which csv-parse finds no open quote; undefined if there is none. */
function firstRecordEnd(
  text: string,
  from: number,
  options: CsvReferenceOptions,
): number | undefined {
  for (let end = text.indexOf('\n', from) + 1; end > 0; end = text.indexOf('\n', end) + 1) {
    if (!errorsOf(text.slice(from, end), options).includes('CSV_QUOTE_NOT_CLOSED')) return end;
  }
  return undefined;
}

function errorsOf(text: string, options: CsvReferenceOptions): string[] {
  const errors: string[] = [];
  parse(Buffer.from(text, 'latin1'), {
    encoding: 'latin1',
    delimiter: options.delimiter,
    quote: options.quote === '' ? null : options.quote,
    escape: options.quote === '' ? null : options.quote,
    record_delimiter: ['\r\n', '\n'],
    relax_column_count: true,
    skip_empty_lines: true,
    skip_records_with_error: true,
    on_skip: (error) => void errors.push(error?.code ?? ''),
  });
  return errors;
}

function linesOf(text: string, { start, end }: Piece): [number, number][] {
  const lines: [number, number][] = [];
  for (let at = start; at < end; ) {
    const next = text.indexOf('\n', at) + 1;
    lines.push([at, next]);
    at = next;
  }
  return lines;
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
