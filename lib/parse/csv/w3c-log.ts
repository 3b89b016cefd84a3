import { ImportError } from '../../errors.ts';

/** The mark of a W3C log for a missing value. */
export const W3C_ABSENT = '-';

/**
 * Reads the header of a log in the W3C's extended format (www.w3.org/TR/WD-logfile), which CloudFront and IIS write:
 * lines that begin with `#`, of which `#Fields:` names the columns. Returns the names and the length of these lines
 * in bytes, or undefined if the text does not begin with such a header.
 *
 * @throws ImportError E_INPUT_FORMAT if no line names the fields
 */
export function readW3cHeader(
  source: string,
  bytes: Buffer,
): { columns: string[]; length: number } | undefined {
  if (!/^#(?:version|fields|software|date|remark):/i.test(bytes.toString('latin1', 0, 16))) {
    return undefined;
  }
  let columns: string[] | undefined;
  let length = 0;
  while (bytes[length] === 0x23) {
    const feed = bytes.indexOf('\n', length);
    const end = feed < 0 ? bytes.length : feed + 1;
    const [, names] = /^#fields:(.*)/i.exec(bytes.toString('utf8', length, end).trim()) ?? [];
    if (names !== undefined) columns = names.trim().split(/\s+/);
    length = end;
  }
  if (columns !== undefined) return { columns, length };
  throw new ImportError(
    'E_INPUT_FORMAT',
    `${source}: expected a #Fields: line that names the columns of this log, found only other # lines`,
    { hint: 'Name them yourself: --columns date,time,…', position: { source, line: 1 } },
  );
}
