import {
  type CsvHeader,
  detectDelimiter,
  headerError,
  linesLength,
  readHeader,
} from './dialect.ts';
import type { CsvOptions } from './options.ts';
import { readW3cHeader, W3C_ABSENT, W3C_COMMENT } from './w3c-log.ts';

/** What the beginning of a source says about its records. */
export interface CsvHead {
  header: CsvHeader;
  /** Number of bytes before the first record. */
  length: number;
  /** Whether the source is a W3C log, in which more `#Fields:` lines may follow. */
  isW3c: boolean;
}

/**
 * Reads the beginning of a source: how its records are written, and its header, unless the options name the columns.
 *
 * @param isLast whether `bytes` are the whole source
 * @throws ImportError E_INPUT_FORMAT if the first line is not a header
 */
export function readHead(
  source: string,
  bytes: Buffer,
  options: CsvOptions & { isLast: boolean },
): CsvHead {
  const { columns, comment = '', isLast } = options;
  const w3c = columns ? undefined : readW3cHeader(source, bytes);
  if (w3c) {
    const delimiter = options.delimiter ?? w3c.delimiter;
    const dialect = { delimiter, quote: options.quote ?? '', comment: W3C_COMMENT };
    const header = { ...dialect, columns: w3c.columns, absent: W3C_ABSENT };
    return { header, length: w3c.length, isW3c: true };
  }
  const separator = separatorLine(bytes);
  const start =
    (separator?.length ?? 0) + commentLength(bytes.subarray(separator?.length ?? 0), comment);
  const text = bytes.subarray(start);
  const quote = options.quote ?? '"';
  const delimiter = options.delimiter ?? separator?.delimiter ?? detectDelimiter(text, quote);
  const dialect = { delimiter, quote, comment };
  if (columns) return { header: { ...dialect, columns }, length: start, isW3c: false };
  checkJson(source, text);
  const header = readHeader(source, text, { delimiter, quote, isLast });
  const length = start + header.length;
  return { header: { ...dialect, columns: header.columns }, length, isW3c: false };
}

/** The line `sep=;` that Excel reads and writes before the header, if the source begins with one. */
function separatorLine(bytes: Buffer): { delimiter?: string; length: number } | undefined {
  const first = bytes.toString('latin1', 0, 16);
  const [line, delimiter] = /^"?sep=([\t\x20-\x7e]?)"?\r?\n/i.exec(first) ?? [];
  if (line === undefined) return undefined;
  return { ...(delimiter && delimiter !== '"' && { delimiter }), length: line.length };
}

/** Length of the comments and empty lines at the beginning of a text. */
function commentLength(text: Buffer, comment: string): number {
  if (comment === '') return 0;
  return linesLength(text, (line) => line.startsWith(comment) || /^\r?\n$/.test(line));
}

/** Says so if the text is JSON, whose first line is no header. */
function checkJson(source: string, text: Buffer): void {
  const feed = text.indexOf('\n');
  const line = text.toString('utf8', 0, feed < 0 ? text.length : feed).trim();
  if (!/^[[{]/.test(line) || (line.length > 1 && !isJson(line))) return;
  throw headerError(
    source,
    'its first line is JSON',
    'Read it as what it is: --format ndjson, or --format json for documents.',
  );
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
