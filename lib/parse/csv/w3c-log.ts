import { ImportError } from '../../errors.ts';

/** The mark of a W3C log for a missing value. */
export const W3C_ABSENT = '-';
/** The first character of lines that are no records. */
export const W3C_COMMENT = '#';

/** Whether a text is a log in the W3C's extended format (www.w3.org/TR/WD-logfile), which CloudFront and IIS write. */
export function isW3cLog(text: string): boolean {
  return /^#(?:version|fields|software|date|remark|start-date|end-date|system):/i.test(text);
}

/** The header of a W3C log: lines that begin with `#`, of which `#Fields:` names the columns. */
interface W3cHeader {
  columns: string[];
  /** Length of these lines in bytes. */
  length: number;
  delimiter: string;
}

/**
 * Reads the header at the beginning of a W3C log. Returns undefined if the text does not begin with one.
 *
 * @throws ImportError E_INPUT_FORMAT if no line names the fields
 */
export function readW3cHeader(source: string, bytes: Buffer): W3cHeader | undefined {
  if (!isW3cLog(bytes.toString('latin1', 0, 16))) return undefined;
  let columns: string[] | undefined;
  let length = 0;
  while (bytes[length] === 0x23) {
    const feed = bytes.indexOf('\n', length);
    const end = feed < 0 ? bytes.length : feed + 1;
    columns = fieldsOf(bytes.toString('utf8', length, end)) ?? columns;
    length = end;
  }
  if (columns !== undefined) return { columns, length, delimiter: delimiterOf(bytes, length) };
  throw new ImportError(
    'E_INPUT_FORMAT',
    `${source}: expected a #Fields: line that names the columns of this log, found only other # lines`,
    { hint: 'Name them yourself: --columns date,time,…', position: { source, line: 1 } },
  );
}

/** The names in a `#Fields:` line; undefined for another line. */
function fieldsOf(line: string): string[] | undefined {
  const [, names] = /^#fields:(.*)/i.exec(line.trim()) ?? [];
  return names?.trim().split(/\s+/);
}

/** CloudFront separates cells by tabs, IIS by spaces, and both separate the names in `#Fields:` by spaces. */
function delimiterOf(bytes: Buffer, from: number): string {
  const feed = bytes.indexOf('\n', from);
  const record = bytes.subarray(from, feed < 0 ? bytes.length : feed);
  return record.includes('\t') ? '\t' : ' ';
}

/** Lines of a W3C log. */
interface W3cPart {
  /** Their length in bytes. */
  length: number;
  /** The columns that the last of these lines, a `#Fields:` line, gives to the records after it. */
  columns?: string[];
}

/**
 * Yields whole lines of a W3C log in parts, each of which ends with a `#Fields:` line or the text. Programs write
 * another such line when their settings change, and so do logs that were joined.
 */
export function* w3cParts(text: Buffer): Generator<W3cPart> {
  let from = 0;
  for (let at = 0; at >= 0 && at < text.length; ) {
    const end = text.indexOf('\n', at) + 1;
    const columns = text[at] === 0x23 ? fieldsOf(text.toString('utf8', at, end)) : undefined;
    if (columns) {
      yield { length: end - from, columns };
      from = end;
    }
    const next = text.indexOf('\n#', end - 1);
    at = next < 0 ? text.length : next + 1;
  }
  yield { length: text.length - from };
}
