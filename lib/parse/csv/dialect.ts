import { type Options as CsvParseOptions, parse } from 'csv-parse/sync';
import { ImportError } from '../../errors.ts';

/** How the records of a source are written. */
export interface CsvDialect {
  /** One character between cells. */
  delimiter: string;
  /** One character around a cell, or '' if there is none. */
  quote: string;
  /** The character at the beginning of lines that are no records, or '' if there are none. */
  comment: string;
}

/** The columns of a source and how its records are written. */
export interface CsvHeader extends CsvDialect {
  columns: readonly string[];
  /** A character that, alone in a cell, means that there is no value. */
  absent?: string | undefined;
}

/** Delimiters that are detected. If several fit equally well, the first one wins. */
const DELIMITERS = [',', '\t', ';', '|', '\x01'] as const;
/** Bytes at the beginning of a source in which its delimiter is detected and its header must end. */
export const HEAD_SIZE: number = 64 << 10;
/** Number of records in them that are compared. */
const SAMPLE_RECORDS = 20;

/** Returns the delimiter of a source that begins with these bytes: the one that splits most records equally. */
export function detectDelimiter(bytes: Buffer, quote: string): string {
  const sample = bytes.subarray(0, HEAD_SIZE);
  const whole = sample.subarray(0, sample.lastIndexOf('\n') + 1);
  let best = { delimiter: ',', score: 0 };
  for (const delimiter of DELIMITERS) {
    const records: string[][] = parse(whole.length === 0 ? sample : whole, {
      ...dialect(delimiter, quote),
      relax_quotes: true,
      skip_records_with_error: true,
      to: SAMPLE_RECORDS,
    });
    const cells = records[0]?.length ?? 0;
    // A character that is not the delimiter occurs in some lines only, or not equally often.
    const agreeing = records.filter((record) => record.length === cells).length / records.length;
    const score = cells > 1 ? agreeing + Math.min(cells, 100) / 1000 : 0;
    if (score > best.score) best = { delimiter, score };
  }
  return best.delimiter;
}

/** Returns csv-parse's options for the grammar that lib/kernel/csv/quotes.ts implements. */
export function dialect(delimiter: string, quote: string): CsvParseOptions {
  return {
    delimiter,
    quote: quote === '' ? null : quote,
    escape: quote === '' ? null : quote,
    record_delimiter: ['\r\n', '\n'],
    relax_column_count: true,
    skip_empty_lines: true,
  };
}

/** A record of csv-parse with its option `info`. */
interface Headed {
  record: string[];
  info: { bytes: number };
}

/**
 * Reads the header at the beginning of a source. Returns the column names, trimmed, and the length of the header in
 * bytes. An empty source has no columns.
 *
 * @throws ImportError E_INPUT_FORMAT if the first line is not a header
 */
export function readHeader(
  source: string,
  bytes: Buffer,
  { delimiter, quote, isLast }: { delimiter: string; quote: string; isLast: boolean },
): { columns: string[]; length: number } {
  const first = firstRecord(source, bytes, dialect(delimiter, quote));
  if (first === undefined) return { columns: [], length: bytes.length };
  const { record, info } = first;
  if (hasReturnAlone(bytes.toString('latin1', 0, info.bytes), quote)) {
    throw headerError(
      source,
      'its lines end with carriage returns alone',
      `Convert them to line feeds: tr '\\r' '\\n' < ${source} | hackle-import - …`,
    );
  }
  const columns = record.map((name) => name.trim());
  if (columns.every((name) => name === '')) throw headerError(source, 'its columns have no names');
  if (!isLast && info.bytes >= bytes.length) {
    throw headerError(source, `its first ${HEAD_SIZE >> 10} KiB are a single line`);
  }
  return { columns, length: Math.min(info.bytes, bytes.length) };
}

/** Whether a carriage return is outside quotes and not part of a line end, as where lines end with it alone. */
function hasReturnAlone(text: string, quote: string): boolean {
  const cells = quote === '' ? [text] : text.split(quote).filter((_, n) => n % 2 === 0);
  return cells.some((each) => /\r(?!\n|$)/.test(each));
}

/** Length of the first lines of a text that all match. */
export function linesLength(text: Buffer, matches: (line: string) => boolean): number {
  let length = 0;
  while (length < text.length) {
    const feed = text.indexOf('\n', length);
    const end = feed < 0 ? text.length : feed + 1;
    if (!matches(text.toString('utf8', length, end))) break;
    length = end;
  }
  return length;
}

function firstRecord(source: string, bytes: Buffer, options: CsvParseOptions): Headed | undefined {
  try {
    const records: unknown[] = parse(bytes, { ...options, to: 1, info: true });
    return records[0] as Headed | undefined;
  } catch (error) {
    throw headerError(source, `its first line cannot be read: ${(error as Error).message}`);
  }
}

/** An error that says what was found instead of a header. */
export function headerError(
  source: string,
  what: string,
  hint = 'If there is no such line, name the columns: --columns insert_id,ts,…',
): ImportError {
  return new ImportError(
    'E_INPUT_FORMAT',
    `${source}: expected CSV that begins with a line of column names, but ${what}`,
    { hint, position: { source, line: 1 } },
  );
}
