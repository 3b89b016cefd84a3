import { type Options as CsvParseOptions, parse } from 'csv-parse/sync';
import { ImportError } from '../../errors.ts';

/** What every record of a source is read with. */
export interface CsvHeader {
  columns: readonly string[];
  delimiter: string;
  quote: string;
  /** One character that alone in a cell stands for no value. */
  absent?: string | undefined;
}

/** Of equally good delimiters the first is taken. */
const DELIMITERS = [',', '\t', ';', '|'] as const;
/** Bytes at the beginning of a source that tell how it is written; its header is in them. */
export const HEAD_SIZE: number = 64 << 10;
/** Records in them that are looked at. */
const SAMPLE_RECORDS = 20;

/** The delimiter of a source that begins with these bytes. */
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
    // A character that is no delimiter stands in some lines only, or not equally often.
    const agreeing = records.filter((record) => record.length === cells).length / records.length;
    const score = cells > 1 ? agreeing + Math.min(cells, 100) / 1000 : 0;
    if (score > best.score) best = { delimiter, score };
  }
  return best.delimiter;
}

/** csv-parse's options for the grammar that lib/kernel/csv/quotes.ts follows. */
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

/** What csv-parse gives with `info`. */
interface Headed {
  record: string[];
  info: { bytes: number };
}

/**
 * The header at the beginning of a source: the names, without white space around them, and how many bytes
 * it takes. A source without any text has none.
 *
 * @throws ImportError E_INPUT_FORMAT
 */
export function readHeader(
  source: string,
  bytes: Buffer,
  { delimiter, quote, isLast }: { delimiter: string; quote: string; isLast: boolean },
): { columns: string[]; length: number } {
  const first = firstRecord(source, bytes, dialect(delimiter, quote));
  if (first === undefined) return { columns: [], length: bytes.length };
  const { record, info } = first;
  if (record.some((name) => name.includes('\r'))) {
    throw headerError(
      source,
      'its lines end with carriage returns alone',
      `Give it line feeds: tr '\\r' '\\n' < ${source} | hackle-import - …`,
    );
  }
  const columns = record.map((name) => name.trim());
  if (columns.every((name) => name === '')) throw headerError(source, 'its columns have no names');
  if (!isLast && info.bytes >= bytes.length) {
    throw headerError(source, `its first ${HEAD_SIZE >> 10} KiB are a single line`);
  }
  return { columns, length: Math.min(info.bytes, bytes.length) };
}

function firstRecord(source: string, bytes: Buffer, options: CsvParseOptions): Headed | undefined {
  try {
    const records: unknown[] = parse(bytes, { ...options, to: 1, info: true });
    return records[0] as Headed | undefined;
  } catch (error) {
    throw headerError(source, `its first line cannot be read: ${(error as Error).message}`);
  }
}

function headerError(
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
